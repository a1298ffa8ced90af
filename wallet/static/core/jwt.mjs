// @ts-check
/** Read and check compact JWS (RFC 7515). Which key may sign is the caller's decision. */

import { fromBase64url, text, utf8 } from "./bytes.mjs";
import { parseObject } from "./json.mjs";
import { verify } from "./keys.mjs";
import { Problem } from "./problem.mjs";

const ALGORITHMS = { ES256: "P-256", EdDSA: "Ed25519", Ed25519: "Ed25519" };

/**
 * Split a JWT without believing any of it.
 * @param {string} compact
 * @returns {{header: Record<string, any>, unverifiedPayload: Record<string, any>, input: Uint8Array, signature: Uint8Array}}
 */
export function parseJwt(compact) {
  const parts = String(compact).trim().split(".");
  if (parts.length !== 3 || compact.length > 200_000) throw new Problem("request-malformed");
  try {
    const [header, payload] = parts.slice(0, 2).map((part) => parseObject(text(fromBase64url(part))));
    return { header, unverifiedPayload: payload, input: utf8(`${parts[0]}.${parts[1]}`), signature: fromBase64url(parts[2]) };
  } catch (error) {
    throw new Problem("request-malformed", {}, error);
  }
}

/** @param {ReturnType<typeof parseJwt>} jwt @param {import("./keys.mjs").VerifyKey} key */
export async function verifyJwt(jwt, key) {
  const expected = Object.hasOwn(ALGORITHMS, jwt.header.alg) ? ALGORITHMS[/** @type {"ES256"} */ (jwt.header.alg)] : undefined;
  if (expected !== key.algorithm || jwt.header.crit !== undefined) return false;
  return verify(key, jwt.input, jwt.signature);
}
