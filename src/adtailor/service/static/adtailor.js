// adtailor.js: tells the ad server that an ad was shown and seen, and does nothing else. It sets no cookie, stores
// nothing, reads nothing of the page but where the ads are, and loads nothing.
//
//   <script src="https://ads.example/adtailor.js" defer></script>
//   <div data-adtailor-impression="https://ads.example/v1/e/..." data-adtailor-viewable="https://ads.example/v1/e/...">
//
// Seen as the MRC counts it: half of the pixels (of large ads, 30 %) for one second, in a tab that is open.
(() => {
  "use strict";
  const LARGE = 242500, HALF = 0.5, LARGE_SHARE = 0.3, SECOND = 1000;
  const waiting = new Map();

  const tell = (ad, name) => {
    const url = ad.dataset[name];
    if (!url) return;
    delete ad.dataset[name];
    // A lost event is no error of the reader's.
    fetch(url, { method: "POST", mode: "no-cors", keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" })
      .catch(() => {});
  };

  const forget = (ad) => { clearTimeout(waiting.get(ad)); waiting.delete(ad); };

  const watcher = new IntersectionObserver((entries) => {
    for (const { target: ad, intersectionRatio: share, boundingClientRect: box } of entries) {
      if (share > 0) tell(ad, "adtailorImpression");
      const enough = share >= (box.width * box.height >= LARGE ? LARGE_SHARE : HALF);
      if (!enough || document.visibilityState !== "visible") forget(ad);
      else if (ad.dataset.adtailorViewable && !waiting.has(ad)) {
        waiting.set(ad, setTimeout(() => { tell(ad, "adtailorViewable"); watcher.unobserve(ad); forget(ad); }, SECOND));
      }
    }
  }, { threshold: [0, 0.01, LARGE_SHARE, HALF] });

  // Within a tab that is put away nothing is seen; when it comes back, the second begins anew.
  document.addEventListener("visibilitychange", () => {
    for (const ad of document.querySelectorAll("[data-adtailor-viewable]")) {
      forget(ad);
      watcher.unobserve(ad);
      if (document.visibilityState === "visible") watcher.observe(ad);
    }
  });

  const watch = (root) => {
    if (root.matches?.("[data-adtailor-impression]")) watcher.observe(root);
    root.querySelectorAll?.("[data-adtailor-impression]").forEach((ad) => watcher.observe(ad));
  };
  // Feeds grow while they are read.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(watch);
  }).observe(document.documentElement, { childList: true, subtree: true });
  watch(document.documentElement);
})();
