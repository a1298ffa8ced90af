// @ts-check
/** The holder's keys (Ed25519, did:key) and other people's public keys (Ed25519, P-256), all through WebCrypto. */

import { utf8, base64url } from "./bytes.mjs";
import { fromMultikey, toMultikey } from "./multibase.mjs";
import { decompressP256 } from "./p256.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {{did: string, verificationMethod: string, publicJwk: JsonWebKey, handle: CryptoKey}} HolderKey */

/**
 * Make a key. The private half leaves this function once, as a JWK for the container, and is a closed handle after that.
 * @returns {Promise<{did: string, privateJwk: JsonWebKey}>}
 */
export async function makeHolderKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]));
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const { kty, crv, x, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { did: didKey(raw), privateJwk: { kty, crv, x, d } };
}

/** @param {Uint8Array} raw */
export const didKey = (raw) => `did:key:${toMultikey("Ed25519", raw)}`;

/** @param {{did: string, privateJwk: JsonWebKey}} stored @returns {Promise<HolderKey>} */
export async function openHolderKey({ did, privateJwk }) {
  const handle = await crypto.subtle.importKey("jwk", privateJwk, "Ed25519", false, ["sign"]);
  const { kty, crv, x } = privateJwk;
  return { did, verificationMethod: `${did}#${did.slice("did:key:".length)}`, publicJwk: { kty, crv, x }, handle };
}

/** @param {HolderKey} key @param {Uint8Array} message */
export const sign = async (key, message) => new Uint8Array(await crypto.subtle.sign("Ed25519", key.handle, message));

/**
 * Sign a compact JWS (RFC 7515) with the holder's key.
 * @param {HolderKey} key @param {Record<string, unknown>} header @param {Record<string, unknown>} payload
 */
export async function signJwt(key, header, payload) {
  const input = `${base64url(utf8(JSON.stringify({ alg: "EdDSA", ...header })))}.${base64url(utf8(JSON.stringify(payload)))}`;
  return `${input}.${base64url(await sign(key, utf8(input)))}`;
}

/** @typedef {{algorithm: "Ed25519" | "P-256", handle: CryptoKey}} VerifyKey */

/** @param {string} multikey @returns {Promise<VerifyKey>} */
export async function keyFromMultikey(multikey) {
  try {
    const { algorithm, raw } = fromMultikey(multikey);
    return algorithm === "Ed25519" ? await importRaw("Ed25519", raw) : await importRaw("P-256", decompressP256(raw));
  } catch (error) {
    throw new Problem("key-unusable", {}, error);
  }
}

/** @param {JsonWebKey} jwk @returns {Promise<VerifyKey>} */
export async function keyFromJwk({ kty, crv, x, y }) {
  try {
    if (kty === "OKP" && crv === "Ed25519") {
      return { algorithm: "Ed25519", handle: await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]) };
    }
    if (kty === "EC" && crv === "P-256") {
      const curve = { name: "ECDSA", namedCurve: "P-256" };
      return { algorithm: "P-256", handle: await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, ["verify"]) };
    }
  } catch (error) {
    throw new Problem("key-unusable", {}, error);
  }
  throw new Problem("key-unusable");
}

/** @param {"Ed25519" | "P-256"} algorithm @param {Uint8Array} raw @returns {Promise<VerifyKey>} */
async function importRaw(algorithm, raw) {
  const name = algorithm === "Ed25519" ? "Ed25519" : { name: "ECDSA", namedCurve: "P-256" };
  return { algorithm, handle: await crypto.subtle.importKey("raw", raw, name, false, ["verify"]) };
}

/** @param {VerifyKey} key @param {Uint8Array} message @param {Uint8Array} signature */
export function verify(key, message, signature) {
  const algorithm = key.algorithm === "Ed25519" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(algorithm, key.handle, signature, message);
}
