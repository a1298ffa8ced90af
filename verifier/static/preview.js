// @ts-check
// Shows, while typing, what the person will read.

for (const field of document.querySelectorAll("[data-preview]")) {
  const input = /** @type {HTMLInputElement} */ (field);
  const target = /** @type {HTMLElement} */ (document.getElementById(`p-${input.dataset.preview}`));
  input.addEventListener("input", () => {
    target.textContent = input.value.trim() || String(target.dataset.empty);
  });
}
const keep = /** @type {HTMLElement} */ (document.getElementById("p-keep"));
for (const radio of document.querySelectorAll("[data-keep]")) {
  radio.addEventListener("change", () => {
    keep.textContent = String(/** @type {HTMLElement} */ (radio).dataset.keep);
  });
}
