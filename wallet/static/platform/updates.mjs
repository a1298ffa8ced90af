// @ts-check
/** The service worker keeps one whole release; a newer one waits until the student takes it. */

import { scriptUrl } from "./trusted.mjs";

/** @param {(takeOver: () => void) => void} onReady called when a new release is waiting */
export async function startServiceWorker(onReady) {
  if (!("serviceWorker" in navigator)) return;
  const had = Boolean(navigator.serviceWorker.controller);
  const registration = await navigator.serviceWorker.register(scriptUrl("/sw.js")).catch(() => null);
  if (!registration) return;
  const offer = (/** @type {ServiceWorker | null} */ waiting) => {
    if (!waiting || !had) return;
    onReady(() => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage("take-over");
    });
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && offer(coming));
  });
}
