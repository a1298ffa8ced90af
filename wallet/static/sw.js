// @ts-check
/// <reference lib="webworker" />
/**
 * Starts the app without a network, from one whole release: the service writes RELEASE ({ id, files }) above this text.
 * A new release waits until the student takes it. Answers for its own origin only, and never keeps anything under /api.
 */

const worker = /** @type {any} */ (self);
const CACHE = `release-${worker.RELEASE.id}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(worker.RELEASE.files)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data === "take-over") worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname === "/health") return;
  event.respondWith(answer(event.request, url));
});

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/** @param {Request} request @param {URL} url */
async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const path = request.mode === "navigate" ? "/" : url.pathname;
  return (await cache.match(path)) ?? fetch(request);
}
