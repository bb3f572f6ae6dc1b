// What forms cannot do alone: submit on change, ask before forgetting, and tell when an ad was seen.
document.documentElement.classList.add("js");

for (const control of document.querySelectorAll("[data-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

for (const form of document.querySelectorAll("[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

const tell = (url) => fetch(url, { method: "POST", keepalive: true, credentials: "omit" });

// Viewable as the MRC counts it: half of the pixels for one second.
const waiting = new Map();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, intersectionRatio } of entries) {
      if (intersectionRatio > 0 && target.dataset.impression) {
        tell(target.dataset.impression);
        delete target.dataset.impression;
      }
      clearTimeout(waiting.get(target));
      if (intersectionRatio >= 0.5 && target.dataset.viewable) {
        waiting.set(target, setTimeout(() => {
          tell(target.dataset.viewable);
          delete target.dataset.viewable;
          watcher.unobserve(target);
        }, 1000));
      }
    }
  },
  { threshold: [0, 0.01, 0.5] },
);
for (const ad of document.querySelectorAll("[data-impression]")) watcher.observe(ad);
