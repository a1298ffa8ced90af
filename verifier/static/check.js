// @ts-check
// The whole page takes a dropped badge; choosing or dropping a file sends it at once. Without this script the form works as it is.

const form = /** @type {HTMLFormElement} */ (document.getElementById("check-form"));
const input = /** @type {HTMLInputElement} */ (document.getElementById("f-file"));
const drop = /** @type {HTMLElement} */ (document.getElementById("drop"));

input.addEventListener("change", () => {
  if (input.files?.length) form.requestSubmit();
});
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("drop-over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  document.addEventListener(kind, () => drop.classList.remove("drop-over"));
}
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = /** @type {DragEvent} */ (event).dataTransfer?.files;
  if (!files?.length) return;
  input.files = files;
  form.requestSubmit();
});
document.getElementById("trouble")?.focus();
