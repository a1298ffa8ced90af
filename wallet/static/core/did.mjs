// @ts-check
/** did:key and did:web: from a DID to its document, and from a document to the key that may be used for one purpose. */

import { fromMultikey } from "./multibase.mjs";
import { isObject, listed, parseObject } from "./json.mjs";
import { keyFromJwk, keyFromMultikey } from "./keys.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {{get: (url: string, options?: {accept?: string}) => Promise<{status: number, body: string}>}} Reader */

/** @param {string} didUrl @returns {{did: string, fragment: string}} */
export function splitDidUrl(didUrl) {
  const [did, fragment = "", ...rest] = String(didUrl).split("#");
  if (rest.length || !/^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/.test(did)) throw new Problem("did-unusable");
  return { did, fragment };
}

/**
 * Return the address of a did:web document (did:web method, 3.2). Plain http only for loopback while developing.
 * @param {string} did @param {{development: boolean}} settings
 */
export function didWebUrl(did, { development }) {
  const [host, ...path] = did.slice("did:web:".length).split(":").map(decodeURIComponent);
  if (!did.startsWith("did:web:") || !/^[A-Za-z0-9.-]+(:[0-9]{1,5})?$/.test(host) || path.some((part) => !/^[A-Za-z0-9._-]+$/.test(part))) {
    throw new Problem("did-unusable");
  }
  if (path.some((part) => part === "." || part === "..")) throw new Problem("did-unusable");
  const scheme = development && /^localhost(:|$)/.test(host) ? "http" : "https";
  return `${scheme}://${host}/${path.length ? path.join("/") : ".well-known"}/did.json`;
}

/** @param {string} did */
export const didWebHost = (did) => (did.startsWith("did:web:") ? decodeURIComponent(did.split(":")[2]) : "");

/**
 * @param {string} did @param {Reader} net @param {{development: boolean}} settings
 * @returns {Promise<Record<string, any>>}
 */
export async function resolveDid(did, net, settings) {
  if (did.startsWith("did:key:")) return didKeyDocument(did);
  if (!did.startsWith("did:web:")) throw new Problem("did-unusable");
  const answer = await net.get(didWebUrl(did, settings), { accept: "application/did+json, application/json" });
  if (answer.status !== 200) throw new Problem("did-not-found", { domain: didWebHost(did) });
  const document = parseObject(answer.body);
  if (document.id !== did) throw new Problem("did-unusable");
  return document;
}

/** @param {string} did */
function didKeyDocument(did) {
  const multikey = did.slice("did:key:".length);
  try {
    fromMultikey(multikey);
  } catch (error) {
    throw new Problem("did-unusable", {}, error);
  }
  const id = `${did}#${multikey}`;
  const method = { id, type: "Multikey", controller: did, publicKeyMultibase: multikey };
  return { id: did, verificationMethod: [method], authentication: [id], assertionMethod: [id] };
}

/**
 * Find the key a document allows for one relationship (Controlled Identifiers 1.0, 3.3).
 * @param {Record<string, any>} document @param {string} didUrl @param {"assertionMethod" | "authentication"} relationship
 */
export async function findKey(document, didUrl, relationship) {
  const absolute = (/** @type {unknown} */ id) => (typeof id === "string" && id.startsWith("#") ? document.id + id : id);
  const allowed = listed(document[relationship]).find((entry) => absolute(isObject(entry) ? entry.id : entry) === didUrl);
  if (allowed === undefined) throw new Problem("key-not-allowed");
  const method = isObject(allowed) ? allowed : listed(document.verificationMethod).find((entry) => absolute(entry?.id) === didUrl);
  if (!isObject(method) || method.controller !== document.id) throw new Problem("key-not-allowed");
  if (isObject(method.publicKeyJwk)) return keyFromJwk(method.publicKeyJwk);
  return keyFromMultikey(method.publicKeyMultibase);
}
