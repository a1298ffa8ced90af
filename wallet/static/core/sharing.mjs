// @ts-check
/**
 * A badge that is shared by a link: sealed with a key that stands in the link after `#`, so that no server ever gets it.
 * Sealed is IV (12 bytes) and AES-256-GCM; the text is filled up with spaces, so that its size says little.
 */

import { base64url, concat, randomBytes, sha256, utf8 } from "./bytes.mjs";

const SAYS = utf8("edubadges-share-1");
const STEP = 4096;

/** @param {Record<string, any>} badge @returns {Promise<{sealed: string, key: string, secret: string, ownerHash: string}>} */
export async function sealForLink(badge) {
  const json = JSON.stringify(badge);
  const size = utf8(json).length;
  const filled = utf8(json + " ".repeat(Math.ceil(size / STEP) * STEP - size));
  const raw = randomBytes(32);
  const iv = randomBytes(12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: SAYS }, key, filled));
  const secret = base64url(randomBytes(32));
  return { sealed: base64url(concat(iv, bytes)), key: base64url(raw), secret, ownerHash: base64url(await sha256(secret)) };
}
