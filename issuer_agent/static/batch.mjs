// @ts-check
// Keeps the progress of a list up to date, and shows its result when it is ready. Without it a reload does the same.

const target = /** @type {HTMLElement} */ (document.getElementById("progress"));
const PAUSE_MS = 1500;

async function refresh() {
  const answer = await fetch(String(target.dataset.live), { credentials: "same-origin" });
  if (answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("[data-state]")?.getAttribute("data-state") !== "running") return location.reload();
    target.replaceChildren(...page.body.childNodes);
  }
  setTimeout(tick, PAUSE_MS);
}

function tick() {
  refresh().catch(() => setTimeout(tick, PAUSE_MS * 4));
}

setTimeout(tick, PAUSE_MS);
