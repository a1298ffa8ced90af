// @ts-check
/** Bytes and their encodings, and the few hash and key derivations every part needs. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/** @param {BufferSource} bytes */
export const text = (bytes) => decoder.decode(bytes);

/** @param {...Uint8Array} parts */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** @param {ArrayBuffer | Uint8Array} bytes */
export function base64url(bytes) {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} encoded */
export function fromBase64url(encoded) {
  if (typeof encoded !== "string" || !/^[A-Za-z0-9_-]*$/.test(encoded)) throw new TypeError("not base64url");
  const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {number} length */
export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {Uint8Array | string} data */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", typeof data === "string" ? utf8(data) : data));
}

/** @param {Uint8Array} secret */
export const hkdfKey = (secret) => crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits", "deriveKey"]);

/**
 * Derive 256 bits on one named branch (RFC 5869).
 * @param {CryptoKey} key @param {Uint8Array} salt @param {string} info
 */
export async function hkdfBits(key, salt, info) {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}

/**
 * Derive an AES-GCM key on one named branch.
 * @param {CryptoKey} key @param {Uint8Array} salt @param {string} info
 */
export function hkdfAesKey(key, salt, info) {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return crypto.subtle.deriveKey(algorithm, key, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export const sameBytes = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
