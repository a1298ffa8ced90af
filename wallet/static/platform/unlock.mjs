// @ts-check
/**
 * Secrets that open a wallet, as HKDF keys: a passkey's PRF output, a key of this browser, or the recovery code.
 * PRF is asked with one constant input, so that one ceremony is enough on a brand-new device (each passkey has its own PRF key).
 */

import { hkdfKey, randomBytes, sha256, utf8 } from "../core/bytes.mjs";
import { Problem } from "../core/problem.mjs";
import { decodeRecoveryCode } from "../core/recovery_code.mjs";
import { readValue, writeValue } from "./store.mjs";

/** @typedef {{kind: "passkey" | "recovery" | "device", secret: CryptoKey}} Unlock */

const DEVICE_KEY = "device-key";
const prfInput = () => sha256(utf8("edubadges-wallet/prf/v1"));

/** @param {unknown} error */
function passkeyProblem(error) {
  const name = error instanceof DOMException ? error.name : "";
  return new Problem(name === "NotAllowedError" || name === "AbortError" ? "passkey-cancelled" : "passkey-failed", {}, error);
}

/**
 * Make a passkey and return its secret, or nothing when this browser's passkeys cannot hold one (no PRF).
 * @param {string} label @returns {Promise<Unlock | null>}
 */
export async function makePasskey(label) {
  if (!window.PublicKeyCredential) return null;
  const first = await prfInput();
  /** @type {any} */
  const publicKey = {
    rp: { id: location.hostname, name: "edubadges wallet" },
    user: { id: randomBytes(16), name: label, displayName: label },
    challenge: randomBytes(32),
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    extensions: { prf: { eval: { first } } },
  };
  let credential;
  try {
    credential = /** @type {any} */ (await navigator.credentials.create({ publicKey }));
  } catch (error) {
    throw passkeyProblem(error);
  }
  const prf = credential.getClientExtensionResults().prf;
  if (prf?.results?.first) return { kind: "passkey", secret: await hkdfKey(new Uint8Array(prf.results.first)) };
  return prf?.enabled ? getPasskey() : null; // some authenticators give the value only at the second ceremony
}

/** @returns {Promise<Unlock>} */
export async function getPasskey() {
  const first = await prfInput();
  /** @type {any} */
  const publicKey = { rpId: location.hostname, challenge: randomBytes(32), userVerification: "required", extensions: { prf: { eval: { first } } } };
  let credential;
  try {
    credential = /** @type {any} */ (await navigator.credentials.get({ publicKey }));
  } catch (error) {
    throw passkeyProblem(error);
  }
  const result = credential.getClientExtensionResults().prf?.results?.first;
  if (!result) throw new Problem("passkey-no-prf");
  return { kind: "passkey", secret: await hkdfKey(new Uint8Array(result)) };
}

/** A key of this browser only, for where passkeys cannot hold a secret. Scripts cannot copy it; whoever copies the disk can. @returns {Promise<Unlock>} */
export async function makeDeviceKey() {
  const secret = await hkdfKey(randomBytes(32));
  await writeValue(DEVICE_KEY, secret);
  return { kind: "device", secret };
}

/** @returns {Promise<Unlock | null>} */
export async function findDeviceKey() {
  const secret = await readValue(DEVICE_KEY);
  return secret ? { kind: "device", secret } : null;
}

/** @param {string} code @returns {Promise<Unlock>} */
export const recoveryUnlock = async (code) => ({ kind: "recovery", secret: await hkdfKey(decodeRecoveryCode(code)) });
