// @ts-check
/** RDF canonicalisation in its own worker: loaded at the first badge that needs it, stopped when it takes too long. */

import { Problem } from "../core/problem.mjs";
import { scriptUrl } from "./trusted.mjs";

const DEADLINE_MS = 20_000;
/** @type {Worker | null} */
let worker = null;
let last = 0;

/** @param {Record<string, any>} document @returns {Promise<string>} canonical N-Quads */
export function canonize(document) {
  worker ??= new Worker(scriptUrl("/jsonld-worker.js"));
  const mine = worker;
  const id = ++last;
  return new Promise((resolve, reject) => {
    const stop = (/** @type {unknown} */ cause) => {
      clearTimeout(timer);
      mine.removeEventListener("message", hear);
      reject(new Problem("badge-vocabulary", {}, cause));
    };
    const timer = setTimeout(() => {
      mine.terminate();
      worker = null;
      stop("deadline");
    }, DEADLINE_MS);
    const hear = (/** @type {MessageEvent} */ { data }) => {
      if (data.id !== id) return;
      if (data.error) return stop(data.error);
      clearTimeout(timer);
      mine.removeEventListener("message", hear);
      resolve(data.quads);
    };
    mine.addEventListener("message", hear);
    mine.addEventListener("error", (event) => stop(event.message), { once: true });
    mine.postMessage({ id, document });
  });
}
