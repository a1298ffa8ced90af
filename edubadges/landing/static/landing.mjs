// @ts-check
/** Keeps "what runs here now" up to date while somebody looks at it. */

const EVERY_MS = 4000;
const status = document.getElementById('status');

async function refresh() {
  if (!status || document.hidden) return;
  const answer = await fetch(status.dataset.refresh ?? '/status', { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (text !== status.dataset.seen) {
    status.dataset.seen = text;
    status.innerHTML = text; // our own page, escaped by its template
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener('visibilitychange', refresh);
