// @ts-check
/**
 * Receive a badge: the wallet's half of OpenID4VCI 1.0, pre-authorized code flow, format `ldp_vc`, proof type `jwt`.
 * Codes and tokens go from this browser straight to the issuer, never through our own service.
 */

import { isObject, listed, parseObject } from "./json.mjs";
import { signJwt } from "./keys.mjs";
import { secureUrl } from "./links.mjs";
import { Problem, require } from "./problem.mjs";

const GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/**
 * @typedef {{get: (url: string, options?: any) => Promise<Answer>, post: (url: string, options?: any) => Promise<Answer>}} Net
 * @typedef {{status: number, body: string}} Answer
 * @typedef {{issuer: string, domain: string, metadata: any, server: any, code: string, txCode: any, configurationIds: string[]}} Invitation
 */

/**
 * Fetch everything needed to show who offers what (section 4 and 12.2). Called only after the student asked for it.
 * @param {import("./links.mjs").OfferLink} link @param {Net} net @param {{development: boolean}} settings
 * @returns {Promise<Invitation>}
 */
export async function openInvitation(link, net, settings) {
  const offer = link.offer ?? (await getObject(net, /** @type {string} */ (link.uri), "offer-gone"));
  require(typeof offer.credential_issuer === "string", "offer-malformed");
  const issuer = offer.credential_issuer;
  const domain = secureUrl(issuer, settings).host;
  const grant = offer.grants?.[GRANT];
  require(isObject(grant) && typeof grant["pre-authorized_code"] === "string", "offer-flow");
  const configurationIds = listed(offer.credential_configuration_ids).filter((id) => typeof id === "string");
  require(configurationIds.length > 0, "offer-malformed");
  const metadata = await getObject(net, wellKnown(issuer, "openid-credential-issuer"), "issuer-unreachable", { domain });
  require(metadata.credential_issuer === issuer, "issuer-mismatch", { domain }); // 12.2.1: byte for byte
  const serverId = listed(metadata.authorization_servers)[0] ?? issuer;
  const server = await getObject(net, wellKnown(serverId, "oauth-authorization-server"), "issuer-unreachable", { domain });
  require(server.issuer === serverId, "issuer-mismatch", { domain });
  for (const endpoint of [server.token_endpoint, metadata.credential_endpoint]) secureUrl(endpoint, settings);
  const txCode = isObject(grant.tx_code) ? grant.tx_code : null;
  return { issuer, domain, metadata, server, code: grant["pre-authorized_code"], txCode, configurationIds };
}

/** The well-known text goes between host and path (12.2.2; RFC 8414, 3.1). @param {string} identifier @param {string} name */
function wellKnown(identifier, name) {
  const url = new URL(identifier);
  return `${url.origin}/.well-known/${name}${url.pathname === "/" ? "" : url.pathname}`;
}

/** Which hosts this offer may reach; the network worker refuses all others. @param {Invitation} invitation */
export function hostsOf({ issuer, server, metadata }) {
  const addresses = [issuer, server.token_endpoint, metadata.credential_endpoint, metadata.nonce_endpoint, metadata.notification_endpoint];
  return [...new Set(addresses.filter(Boolean).map((address) => new URL(address).origin))];
}

/** What the offer screen shows. @param {Invitation} invitation @param {string} language */
export function invitationView({ metadata, configurationIds, domain, txCode }, language) {
  const badges = configurationIds.map((id) => {
    const configuration = metadata.credential_configurations_supported?.[id] ?? {};
    const display = chooseDisplay(configuration.credential_metadata?.display ?? configuration.display, language);
    return { id, name: String(display.name ?? "Badge"), description: String(display.description ?? "") };
  });
  const issuerName = String(chooseDisplay(metadata.display, language).name ?? domain);
  return { issuerName, domain, badges, txCode };
}

/** @param {any} displays @param {string} language */
function chooseDisplay(displays, language) {
  const all = listed(displays).filter(isObject);
  return all.find((item) => String(item.locale ?? "").startsWith(language)) ?? all[0] ?? {};
}

/**
 * Redeem the code (section 6) and return the access token.
 * @param {Invitation} invitation @param {string} txCode @param {Net} net
 */
export async function redeem({ server, code, txCode: wanted, domain }, txCode, net) {
  const form = new URLSearchParams({ grant_type: GRANT, "pre-authorized_code": code });
  if (wanted) form.set("tx_code", txCode.trim());
  const answer = await net.post(server.token_endpoint, { form: form.toString() });
  const body = readAnswer(answer);
  if (answer.status !== 200) throw refusal(body, Boolean(wanted), domain);
  require(typeof body.access_token === "string", "issuer-answer", { domain });
  return body.access_token;
}

/** What a refused code means to the student. @param {any} body @param {boolean} withTxCode @param {string} domain */
function refusal(body, withTxCode, domain) {
  const code = String(body.code ?? "");
  if (/expired/.test(code)) return new Problem("offer-expired", { domain });
  if (/used|claimed|redeemed/.test(code)) return new Problem("offer-used", { domain });
  if (/locked|attempts|exhausted/.test(code)) return new Problem("offer-locked", { domain });
  if (/tx-?code/.test(code)) return new Problem("offer-wrong-code", { domain });
  if (body.error === "invalid_grant" && withTxCode && !code) return new Problem("offer-wrong-code", { domain });
  if (body.error === "invalid_grant") return new Problem("offer-gone", { domain });
  return new Problem("issuer-answer", { domain });
}

/**
 * Ask for one badge on one key (sections 7 and 8).
 * @param {Invitation} invitation @param {string} configurationId
 * @param {{accessToken: string, key: import("./keys.mjs").HolderKey, net: Net, now: Date}} options
 * @returns {Promise<{badge: Record<string, any>, receipt: Record<string, any> | null, notificationId: string | null}>}
 */
export async function requestBadge({ issuer, metadata, domain }, configurationId, { accessToken, key, net, now }) {
  const configuration = metadata.credential_configurations_supported?.[configurationId];
  require(isObject(configuration) && configuration.format === "ldp_vc", "offer-format");
  const nonce = metadata.nonce_endpoint ? readAnswer(await net.post(metadata.nonce_endpoint, { json: "{}" })).c_nonce : undefined;
  const byDid = listed(configuration.cryptographic_binding_methods_supported).includes("did:key");
  const header = { typ: "openid4vci-proof+jwt", ...(byDid ? { kid: key.verificationMethod } : { jwk: key.publicJwk }) };
  const claims = { aud: issuer, iat: Math.floor(now.getTime() / 1000), ...(nonce ? { nonce } : {}) };
  const request = { credential_configuration_id: configurationId, proofs: { jwt: [await signJwt(key, header, claims)] } };
  const answer = await net.post(metadata.credential_endpoint, { json: JSON.stringify(request), bearer: accessToken });
  const body = readAnswer(answer);
  require(answer.status !== 202, "offer-later", { domain });
  require(answer.status === 200, "issuer-refused", { domain });
  const [first] = listed(body.credentials);
  const badge = first?.credential;
  require(isObject(badge), "badge-format");
  return { badge, receipt: receiptBeside(first.receipt), notificationId: typeof body.notification_id === "string" ? body.notification_id : null };
}

/** What proves when the badge was signed comes beside it; it is kept as it is, and checked by who verifies. @param {any} value */
function receiptBeside(value) {
  const isOne = isObject(value) && value.cryptosuite === "edubadges-receipt-2026" && typeof value.proofValue === "string";
  return isOne && JSON.stringify(value).length < 20_000 ? value : null;
}

/**
 * Tell the issuer how it ended (section 11). The badge is safe either way, so a failure here is not the student's problem.
 * @param {Invitation} invitation @param {string | null} notificationId @param {string} event
 * @param {{accessToken: string, net: Net}} options
 */
export async function notify({ metadata }, notificationId, event, { accessToken, net }) {
  if (!metadata.notification_endpoint || !notificationId) return;
  const json = JSON.stringify({ notification_id: notificationId, event });
  await net.post(metadata.notification_endpoint, { json, bearer: accessToken }).catch(() => undefined);
}

/** @param {Net} net @param {string} url @param {string} code @param {Record<string, string>} [values] */
async function getObject(net, url, code, values = {}) {
  const answer = await net.get(url, { accept: "application/json" });
  if (answer.status !== 200) throw new Problem(code, values);
  return parseObject(answer.body);
}

/** @param {Answer} answer */
function readAnswer(answer) {
  return answer.body.trim() ? parseObject(answer.body) : {};
}

