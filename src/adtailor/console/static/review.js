// Reviewing by keyboard: j and k move, a approves, r rejects, n goes to the note. Without script, Tab does it all.
const queue = [...document.querySelectorAll(".waiting")];
let at = -1;

const go = (to) => {
  if (!queue.length) return;
  at = Math.max(0, Math.min(queue.length - 1, to));
  queue[at].focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") go(at);
    return;
  }
  const here = event.target.closest(".waiting");
  if (here) at = queue.indexOf(here);
  const press = (verdict) => queue[at]?.querySelector(`button[value="${verdict}"]`)?.click();
  const keys = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    a: () => press("approved"),
    r: () => press("rejected"),
    n: () => queue[at]?.querySelector("input[name=note]").focus(),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

go(0);
