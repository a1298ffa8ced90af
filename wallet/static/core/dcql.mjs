// @ts-check
/** Match a DCQL query (OpenID4VP 1.0, 6) with the badges in the wallet. Values in a query are hints; the verifier decides. */

import { isObject, listed } from "./json.mjs";
import { Problem, require } from "./problem.mjs";
import { issuerId } from "./vc.mjs";

const OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
/** Types in a query are fully expanded (OpenID4VP 1.0, B.1.1); these are the ones of our contexts. */
const EXPANDED = {
  VerifiableCredential: "https://www.w3.org/2018/credentials#VerifiableCredential",
  OpenBadgeCredential: `${OB}OpenBadgeCredential`,
  AchievementCredential: `${OB}AchievementCredential`,
};
const MAX_QUERIES = 20;

/**
 * @typedef {{id: string, format: string, claims: {path: (string | number | null)[], values?: any[]}[], types: string[][], issuers: string[] | null}} Query
 * @typedef {{id: string, credential: Record<string, any>}} Held
 * @typedef {{query: Query, candidates: Held[], required: boolean}} Wish
 */

/**
 * Read a query strictly; what we cannot honour exactly is refused.
 * @param {any} dcql @returns {{queries: Query[], sets: {options: string[][], required: boolean}[]}}
 */
export function readDcql(dcql) {
  require(isObject(dcql) && Array.isArray(dcql.credentials), "request-malformed");
  require(dcql.credentials.length > 0 && dcql.credentials.length <= MAX_QUERIES, "request-malformed");
  const queries = dcql.credentials.map(readQuery);
  const ids = new Set(queries.map((query) => query.id));
  require(ids.size === queries.length, "request-malformed");
  const sets = listed(dcql.credential_sets).map((set) => {
    const options = listed(set?.options);
    require(options.length && options.every((ids_) => Array.isArray(ids_) && ids_.every((id) => ids.has(id))), "request-malformed");
    return { options, required: set.required !== false };
  });
  return { queries, sets };
}

/** @param {any} entry @returns {Query} */
function readQuery(entry) {
  require(isObject(entry) && /^[A-Za-z0-9_-]{1,100}$/.test(entry.id) && typeof entry.format === "string", "request-malformed");
  const claims = listed(entry.claims);
  require(claims.every((claim) => isObject(claim) && Array.isArray(claim.path) && claim.path.length), "request-malformed");
  const types = listed(entry.meta?.type_values);
  require(types.every((set) => Array.isArray(set) && set.every((type) => typeof type === "string")), "request-malformed");
  return { id: entry.id, format: entry.format, claims, types, issuers: issuersOf(entry.trusted_authorities) };
}

/** Only authorities that are DIDs can be compared with an issuer here. @param {any} authorities */
function issuersOf(authorities) {
  const values = listed(authorities).flatMap((item) => listed(item?.values)).filter((value) => String(value).startsWith("did:"));
  return values.length ? values : null;
}

/**
 * Say for every query which badges answer it.
 * @param {ReturnType<typeof readDcql>} dcql @param {Held[]} held @returns {Wish[]}
 */
export function matchDcql({ queries, sets }, held) {
  const wishes = queries.map((query) => ({
    query,
    candidates: query.format === "ldp_vc" ? held.filter((item) => answers(query, item.credential)) : [],
    required: true,
  }));
  if (!sets.length) return wishes;
  const available = new Set(wishes.filter((wish) => wish.candidates.length).map((wish) => wish.query.id));
  /** @type {Map<string, boolean>} */
  const chosen = new Map();
  for (const { options, required } of sets) {
    const option = options.find((ids) => ids.every((id) => available.has(id))) ?? (required ? options[0] : []);
    for (const id of option) chosen.set(id, required || chosen.get(id) === true);
  }
  return wishes.filter((wish) => chosen.has(wish.query.id)).map((wish) => ({ ...wish, required: chosen.get(wish.query.id) === true }));
}

/** @param {Query} query @param {Record<string, any>} credential */
function answers(query, credential) {
  const types = new Set(listed(credential.type).flatMap((type) => [type, EXPANDED[/** @type {"OpenBadgeCredential"} */ (type)] ?? type]));
  if (query.types.length && !query.types.some((set) => set.every((type) => types.has(type)))) return false;
  if (query.issuers && !query.issuers.includes(issuerId(credential))) return false;
  return query.claims.every((claim) => {
    const found = select([credential], claim.path);
    return found.length > 0 && (!claim.values || found.some((value) => claim.values?.includes(value)));
  });
}

/**
 * Follow a claims path (OpenID4VP 1.0, 7). JSON-LD lets one value stand for a list of one, so both spellings are followed.
 * @param {any[]} start @param {(string | number | null)[]} path
 */
export function select(start, path) {
  let found = start;
  for (const step of path) {
    if (typeof step === "string") {
      found = found.flatMap((value) => listed(value)).filter((value) => isObject(value) && Object.hasOwn(value, step)).map((value) => value[step]);
    } else if (step === null) {
      found = found.flatMap((value) => listed(value));
    } else if (Number.isInteger(step) && step >= 0) {
      found = found.map((value) => listed(value)[step]).filter((value) => value !== undefined);
    } else {
      throw new Problem("request-malformed");
    }
  }
  return found;
}
