// After a choice htmx puts the new page in place; eyes and keyboard go on from where the choice was made.
let back = "";
let height = 0;
document.addEventListener("submit", (event) => {
  back = event.target.elements?.back?.value ?? "";
}, true);
// For a moment both pages are there, and the browser follows the old one down.
document.addEventListener("htmx:beforeSwap", () => { height = window.scrollY; });
document.addEventListener("htmx:afterSwap", () => window.scrollTo(0, height));
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body) return;
  document.getElementById(back)?.focus({ preventScroll: true });
});
