// What forms cannot do alone: submit on change, ask before forgetting, pause the feed, and tell when an ad was seen.
document.documentElement.classList.add("js");

for (const control of document.querySelectorAll("[data-submit]")) {
  control.addEventListener("change", () => {
    // The page comes back at the switch that was turned, so that the keyboard goes on from there.
    control.form.elements.back.value = control.id;
    control.form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// An ad that cannot be counted is no error of the reader's.
const tell = (url) => fetch(url, { method: "POST", keepalive: true, credentials: "omit" }).catch(() => {});

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
          if (document.visibilityState !== "visible") return; // within a tab that is put away nothing is seen
          tell(target.dataset.viewable);
          delete target.dataset.viewable;
          watcher.unobserve(target);
        }, 1000));
      }
    }
  },
  { threshold: [0, 0.01, 0.5] },
);
const watch = () => document.querySelectorAll("[data-impression]").forEach((ad) => watcher.observe(ad));

// A suggestion to rest: what lies below it waits a moment, the card's own buttons never do.
const card = document.querySelector("[data-pause]");
const seconds = Number(card?.dataset.pause ?? 0);
if (seconds > 0) {
  const below = [...document.querySelectorAll(".stream > article")];
  const pause = (on) => below.forEach((item) => { item.inert = on; });
  pause(true);
  setTimeout(() => { pause(false); watch(); }, seconds * 1000);
} else {
  watch();
}
