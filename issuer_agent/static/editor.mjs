// @ts-check
// Keeps the card and the list of what is missing up to date while somebody types. Without it the form works the same.

const form = /** @type {HTMLFormElement} */ (document.getElementById("editor"));
const target = /** @type {HTMLElement} */ (document.getElementById("preview"));
let timer = 0;
let newest = 0;

async function refresh() {
  const mine = ++newest;
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const answer = await fetch(String(form.dataset.preview), { method: "POST", body, credentials: "same-origin" });
  if (answer.ok && mine === newest) target.innerHTML = await answer.text();
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = window.setTimeout(() => refresh().catch(() => {}), 350);
});
