// @ts-check
/**
 * Was this badge revoked? Bitstring Status List 1.0, 3.2, with the list's own signature checked.
 * The list holds 131,072 badges or more, so fetching it does not say which one is meant.
 */

import { fromBase64url } from "./bytes.mjs";
import { isSupported, proofsOf, verifyProof } from "./data_integrity.mjs";
import { findKey, resolveDid, splitDidUrl } from "./did.mjs";
import { isObject, listed, parseObject } from "./json.mjs";
import { secureUrl } from "./links.mjs";
import { require } from "./problem.mjs";
import { issuerId } from "./vc.mjs";

const MAX_LIST_BYTES = 4_000_000;
const MIN_ENTRIES = 131_072;

/** @param {Record<string, any>} badge @returns {Record<string, any>[]} */
export const statusEntries = (badge) => listed(badge.credentialStatus).filter(isObject);

/** Where the lists of this badge are. @param {Record<string, any>} badge @returns {string[]} */
export const statusAddresses = (badge) => [...new Set(statusEntries(badge).map((entry) => String(entry.statusListCredential ?? "")))];

/**
 * @param {Record<string, any>} badge
 * @param {{net: import("./did.mjs").Reader, development: boolean, now: Date, canonize: import("./data_integrity.mjs").Canonizer}} options
 * @returns {Promise<"clear" | "revoked" | "suspended" | "none">}
 */
export async function readStatus(badge, options) {
  const entries = statusEntries(badge);
  if (!entries.length) return "none";
  let outcome = /** @type {"clear" | "revoked" | "suspended"} */ ("clear");
  for (const entry of entries) {
    require(entry.type === "BitstringStatusListEntry" && /^\d{1,9}$/.test(String(entry.statusListIndex)), "status-unreadable");
    const list = await fetchList(secureUrl(entry.statusListCredential, options).href, issuerId(badge), options);
    require(list.credentialSubject?.statusPurpose === entry.statusPurpose, "status-unreadable");
    const set = await readBit(list.credentialSubject.encodedList, Number(entry.statusListIndex));
    if (set && entry.statusPurpose === "revocation") return "revoked";
    if (set && entry.statusPurpose === "suspension") outcome = "suspended";
  }
  return outcome;
}

/** @param {string} address @param {string} expectedIssuer @param {any} options */
async function fetchList(address, expectedIssuer, { net, development, now, canonize }) {
  const answer = await net.get(address, { accept: "application/vc, application/json" });
  require(answer.status === 200, "status-unreachable");
  const list = parseObject(answer.body);
  require(listed(list.type).includes("BitstringStatusListCredential") && issuerId(list) === expectedIssuer, "status-unreadable");
  require(!(Date.parse(list.validUntil ?? "") < now.getTime()), "status-stale");
  const proof = proofsOf(list).find((item) => isSupported(item) && item.proofPurpose === "assertionMethod");
  require(proof && splitDidUrl(proof.verificationMethod).did === expectedIssuer, "status-unreadable");
  const key = await findKey(await resolveDid(expectedIssuer, net, { development }), proof.verificationMethod, "assertionMethod");
  require(await verifyProof(list, proof, key, canonize), "status-unreadable");
  return list;
}

/** @param {unknown} encodedList @param {number} index the left-most bit is index 0 (3.2, 5.2) */
async function readBit(encodedList, index) {
  require(typeof encodedList === "string" && encodedList[0] === "u", "status-unreadable");
  const stream = new Blob([fromBase64url(encodedList.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
  let size = 0;
  let found = -1;
  for await (const chunk of /** @type {any} */ (stream)) {
    const at = (index >> 3) - size;
    if (at >= 0 && at < chunk.length) found = (chunk[at] >> (7 - (index & 7))) & 1;
    size += chunk.length;
    require(size <= MAX_LIST_BYTES, "status-unreadable");
  }
  require(size * 8 >= MIN_ENTRIES && found >= 0, "status-unreadable");
  return found === 1;
}
