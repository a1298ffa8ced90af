// @ts-check
/// <reference lib="webworker" />
/**
 * RDF canonicalisation (RDFC-1.0) by the `jsonld` library, away from the page: foreign documents are large and the work is
 * heavy. Contexts come from our own service, by digest; any other is refused, and nothing else can be reached from here.
 */

importScripts("/vendor/jsonld.min.js");

/** @type {Promise<Record<string, string>> | undefined} */
let index;
/** @type {Map<string, Promise<any>>} */
const loaded = new Map();

/** @param {string} url */
async function documentLoader(url) {
  index ??= fetch("/contexts/index.json").then((response) => response.json());
  const digest = (await index)[url];
  if (!digest) throw new Error(`unknown context ${url}`);
  if (!loaded.has(url)) loaded.set(url, loadContext(digest));
  return { contextUrl: null, documentUrl: url, document: await loaded.get(url) };
}

/** @param {string} digest */
async function loadContext(digest) {
  const response = await fetch(`/contexts/${digest}.json`);
  const bytes = await response.arrayBuffer();
  const found = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== digest) throw new Error("context was changed on the way");
  return JSON.parse(new TextDecoder().decode(bytes));
}

self.addEventListener("message", async ({ data: { id, document } }) => {
  try {
    const options = { algorithm: "RDFC-1.0", format: "application/n-quads", safe: true, documentLoader };
    const quads = await /** @type {any} */ (self).jsonld.canonize(document, options);
    self.postMessage({ id, quads });
  } catch (error) {
    self.postMessage({ id, error: String(error instanceof Error ? error.message : error) });
  }
});
