// @ts-check
/**
 * Answer a request for badges: the wallet's half of OpenID4VP 1.0 (`direct_post`, signed request, `decentralized_identifier:`).
 * A request that is not signed by the one it names gets nothing, not even an error.
 */

import { base64url, randomBytes } from "./bytes.mjs";
import { addJcsProof } from "./data_integrity.mjs";
import { matchDcql, readDcql } from "./dcql.mjs";
import { didWebHost, findKey, resolveDid, splitDidUrl } from "./did.mjs";
import { isObject, listed, parseObject } from "./json.mjs";
import { parseJwt, verifyJwt } from "./jwt.mjs";
import { secureUrl } from "./links.mjs";
import { Problem, require } from "./problem.mjs";

const PREFIX = "decentralized_identifier:";
const TYPE = "oauth-authz-req+jwt";
const AUDIENCE = "https://self-issued.me/v2"; // static discovery, 5.8

/**
 * @typedef {{clientId: string, did: string, domain: string, name: string, purpose: string, retentionDays: number | null, nonce: string,
 *            state: string | null, responseUri: string, dcql: ReturnType<typeof readDcql>}} Request
 */

/**
 * Fetch the request object and believe only what its signature covers (5.10, 5.9.3).
 * @param {import("./links.mjs").PresentLink} link @param {import("./oid4vci.mjs").Net} net
 * @param {{development: boolean, now: Date}} settings
 * @returns {Promise<Request>}
 */
export async function openRequest(link, net, settings) {
  require(link.clientId.startsWith(PREFIX), "request-unknown-client");
  const walletNonce = base64url(randomBytes(16));
  const accept = `application/${TYPE}`;
  const form = new URLSearchParams({ wallet_nonce: walletNonce }).toString();
  const answer = await (link.method === "post" ? net.post(link.requestUri, { form, accept }) : net.get(link.requestUri, { accept }));
  if (answer.status === 404 || answer.status === 410) throw new Problem("request-expired");
  require(answer.status === 200, "request-unreachable", { domain: link.domain });
  const jwt = parseJwt(answer.body);
  require(jwt.header.typ === TYPE && typeof jwt.header.kid === "string", "request-malformed");
  const { did } = splitDidUrl(jwt.header.kid);
  require(link.clientId === PREFIX + did, "request-client-mismatch");
  const document = await resolveDid(did, net, settings);
  const key = await findSigningKey(document, jwt.header.kid);
  require(await verifyJwt(jwt, key), "request-signature");
  const claims = jwt.unverifiedPayload; // verified from here on
  require(claims.client_id === link.clientId, "request-client-mismatch");
  if (link.method === "post") require(claims.wallet_nonce === walletNonce, "request-replayed");
  return readRequest(claims, did, settings);
}

/** A request is signed with a key for `authentication`; several verifiers list theirs only under `assertionMethod`. @param {any} document @param {string} kid */
async function findSigningKey(document, kid) {
  try {
    return await findKey(document, kid, "authentication");
  } catch (error) {
    if (error instanceof Problem && error.code === "key-not-allowed") return findKey(document, kid, "assertionMethod");
    throw error;
  }
}

/** @param {Record<string, any>} claims @param {string} did @param {{development: boolean, now: Date}} settings @returns {Request} */
function readRequest(claims, did, settings) {
  require(claims.response_type === "vp_token" && claims.response_mode === "direct_post", "request-unsupported");
  require(claims.aud === undefined || claims.aud === AUDIENCE, "request-malformed");
  require(claims.exp === undefined || claims.exp * 1000 > settings.now.getTime() - 60_000, "request-expired");
  require(typeof claims.nonce === "string" && /^[A-Za-z0-9_.~-]{16,}$/.test(claims.nonce), "request-no-nonce");
  require(claims.redirect_uri === undefined && claims.scope === undefined, "request-malformed");
  require(claims.transaction_data === undefined, "request-unsupported");
  const responseUri = secureUrl(claims.response_uri, settings);
  const metadata = isObject(claims.client_metadata) ? claims.client_metadata : {};
  const stated = statedPurpose(claims.verifier_info);
  return {
    clientId: claims.client_id,
    did,
    domain: didWebHost(did),
    name: shortText(metadata.client_name, 100),
    purpose: shortText(stated.purpose, 300),
    retentionDays: Number.isInteger(stated.retention_days) && stated.retention_days >= 0 ? stated.retention_days : null,
    nonce: claims.nonce,
    state: typeof claims.state === "string" ? claims.state : null,
    responseUri: responseUri.href,
    dcql: readDcql(claims.dcql_query),
  };
}

/** Why they ask and how long they keep it, in their words (`verifier_info`, 5.1; the format is ours). @param {unknown} info */
function statedPurpose(info) {
  const found = listed(info).find((item) => isObject(item) && item.format === "edubadges-purpose");
  return found && isObject(found.data) ? found.data : {};
}

/** @param {unknown} value @param {number} limit */
const shortText = (value, limit) => (typeof value === "string" ? value.slice(0, limit) : "");

/** @param {Request} request @param {import("./dcql.mjs").Held[]} held */
export const wishesOf = (request, held) => matchDcql(request.dcql, held);

/**
 * Make one presentation of one badge: it names this verifier and this request, so it is worth nothing anywhere else (B.1.3.2).
 * @param {Record<string, any>} badge @param {import("./keys.mjs").HolderKey} key @param {Request} request @param {Date} now
 */
export function makePresentation(badge, key, request, now) {
  const presentation = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    type: ["VerifiablePresentation"],
    holder: key.did,
    verifiableCredential: [badge],
  };
  const created = now.toISOString().replace(/\.\d+Z$/, "Z");
  return addJcsProof(presentation, key, { proofPurpose: "authentication", created, challenge: request.nonce, domain: request.clientId });
}

/**
 * Send the answer (8.2). Returns where the verifier would like the student to go next, if anywhere.
 * @param {Request} request @param {Record<string, any[]>} vpToken DCQL id to presentations
 * @param {import("./oid4vci.mjs").Net} net @param {{development: boolean}} settings
 */
export async function sendPresentations(request, vpToken, net, settings) {
  const answer = await post(request, { vp_token: JSON.stringify(vpToken) }, net);
  if (answer.status === 404 || answer.status === 410) throw new Problem("request-expired");
  if (answer.status !== 200) throw new Problem("verifier-refused", { domain: request.domain });
  const body = answer.body.trim() ? parseObject(answer.body) : {};
  return typeof body.redirect_uri === "string" ? secureUrl(body.redirect_uri, settings).href : null;
}

/** Tell the verifier that nothing comes; only when the student chose to tell. @param {Request} request @param {import("./oid4vci.mjs").Net} net */
export const sendRefusal = (request, net) => post(request, { error: "access_denied" }, net);

/** @param {Request} request @param {Record<string, string>} members @param {import("./oid4vci.mjs").Net} net */
function post({ responseUri, state }, members, net) {
  const form = new URLSearchParams(members);
  if (state !== null) form.set("state", state);
  return net.post(responseUri, { form: form.toString() });
}
