// After a choice htmx puts the new page in place; the keyboard goes on from where the choice was made.
let back = "";
document.addEventListener("submit", (event) => {
  back = event.target.elements?.back?.value ?? "";
}, true);
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body) return;
  document.getElementById(back)?.focus({ preventScroll: true });
});
