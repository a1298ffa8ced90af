// @ts-check
/**
 * The way out: a worker with its own policy. The page itself can reach only its own service.
 * Each transaction names the hosts it may visit; the worker refuses every other address.
 */

import { Problem } from "../core/problem.mjs";
import { scriptUrl } from "./trusted.mjs";

/** @type {Worker | null} */
let worker = null;
let last = 0;
/** @type {Map<number, {resolve: (answer: any) => void, reject: (error: unknown) => void, host: string}>} */
const waiting = new Map();

function theWorker() {
  if (worker) return worker;
  worker = new Worker(scriptUrl("/net-worker.mjs"), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    const found = waiting.get(data.id);
    waiting.delete(data.id);
    if (!found) return;
    if (data.error) found.reject(new Problem(data.error, { domain: found.host }));
    else found.resolve({ status: data.status, body: data.body });
  });
  return worker;
}

/** @param {any} request @returns {Promise<{status: number, body: string}>} */
function ask(request) {
  const id = ++last;
  const host = URL.canParse(request.url) ? new URL(request.url).host : "";
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, host });
    theWorker().postMessage({ ...request, id });
  });
}

/**
 * Begin a transaction with the hosts the student just agreed to; `allow` adds the ones that turn out to belong to it.
 * @param {string[]} addresses
 */
export function transaction(addresses) {
  const origins = new Set(addresses.map((address) => new URL(address).origin));
  const allowed = () => [...origins];
  return {
    /** @param {string} url @param {{accept?: string}} [options] */
    get: (url, options = {}) => ask({ ...options, url, method: "GET", allowed: allowed() }),
    /** @param {string} url @param {{form?: string, json?: string, bearer?: string, accept?: string}} [options] */
    post: (url, options = {}) => ask({ ...options, url, method: "POST", allowed: allowed() }),
    /** @param {...string} more */
    allow: (...more) => more.forEach((address) => origins.add(new URL(address).origin)),
  };
}
