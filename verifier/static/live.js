// @ts-check
// Follows a request: server-sent events first, asking now and then when those do not come through.

const box = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const steps = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-step]")]);
const status = /** @type {HTMLElement} */ (document.getElementById("live-status"));
const trouble = /** @type {HTMLElement} */ (document.getElementById("trouble"));
let leaving = false;

/** Show where the request stands. @param {{state: string, final: boolean, trouble: string}} view */
function show(view) {
  if (leaving) return;
  if (view.final) {
    leaving = true;
    location.reload();
    return;
  }
  box.dataset.state = view.state;
  const current = steps.findIndex((step) => step.dataset.step === view.state);
  steps.forEach((step, index) => {
    step.classList.toggle("done", index < current);
    if (index === current) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  const text = steps[current]?.textContent?.trim() ?? "";
  if (status.textContent !== text) status.textContent = text;
  trouble.classList.toggle("js-hidden", !view.trouble);
}

async function ask() {
  const answer = await fetch(String(box.dataset.poll), { headers: { accept: "application/json" } });
  if (answer.ok) show(await answer.json());
  else if (answer.status === 404) location.reload();
}

let failures = 0;
const events = new EventSource(String(box.dataset.live));
events.addEventListener("state", (event) => {
  failures = 0;
  show(JSON.parse(/** @type {MessageEvent} */ (event).data));
});
events.onerror = () => {
  failures += 1;
  if (failures === 3) {
    events.close();
    setInterval(() => ask().catch(() => undefined), 2000);
  }
};
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask().catch(() => undefined);
});

const countdown = /** @type {HTMLElement} */ (document.getElementById("countdown"));
const end = Date.now() + Number(countdown.dataset.seconds) * 1000;
const timer = setInterval(() => {
  const left = Math.max(0, Math.round((end - Date.now()) / 1000));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  countdown.textContent = String(countdown.dataset.text).replace("{time}", time);
  if (left === 0) {
    clearInterval(timer);
    ask().catch(() => undefined);
  }
}, 1000);

const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[role=tab]")]);
/** @param {HTMLElement} chosen */
function choose(chosen) {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(String(tab.getAttribute("aria-controls")))?.classList.toggle("js-hidden", !on);
  }
}
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = tabs[(index + 1) % tabs.length];
    choose(next);
    next.focus();
  });
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const { copy, done } = /** @type {HTMLElement} */ (button).dataset;
    await navigator.clipboard.writeText(String(copy));
    button.textContent = String(done);
  });
}
