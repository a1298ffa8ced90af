// @ts-check
/** The one Trusted Types policy: it allows exactly our own worker files and no other script address. */

const FILES = new Set(["/sw.js", "/net-worker.mjs", "/jsonld-worker.js"]);

/** @param {string} path */
const check = (path) => {
  if (!FILES.has(path)) throw new TypeError("not one of our scripts");
  return path;
};

const types = /** @type {any} */ (globalThis).trustedTypes;
const policy = types ? types.createPolicy("edubadges", { createScriptURL: check }) : { createScriptURL: check };

/** @param {string} path @returns {any} */
export const scriptUrl = (path) => policy.createScriptURL(path);
