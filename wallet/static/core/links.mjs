// @ts-check
/** What a link asks the wallet to do. Reading a link fetches nothing (OpenID4VCI 1.0, 13.5: or a sender learns which wallet is here). */

import { isObject, parseObject } from "./json.mjs";
import { Problem, require } from "./problem.mjs";

/**
 * @typedef {{kind: "offer", uri?: string, offer?: Record<string, any>, domain: string}} OfferLink
 * @typedef {{kind: "present", clientId: string, requestUri: string, method: "get" | "post", domain: string}} PresentLink
 */

/**
 * Read what was pasted or opened: our own link, `openid-credential-offer://` or `openid4vp://`, or an https link that carries the same.
 * @param {string} link @param {{development: boolean}} settings
 * @returns {OfferLink | PresentLink}
 */
export function readLink(link, settings) {
  const parameters = parametersOf(String(link).trim());
  if (parameters.has("credential_offer") || parameters.has("credential_offer_uri")) return readOffer(parameters, settings);
  if (parameters.has("request_uri")) return readPresent(parameters, settings);
  throw new Problem("link-unknown");
}

/** @param {string} link */
function parametersOf(link) {
  require(link.length > 0 && link.length < 20_000, "link-unknown");
  const hash = link.indexOf("#/");
  const after = hash >= 0 ? link.slice(hash) : link;
  const query = after.indexOf("?");
  if (query < 0) throw new Problem("link-unknown");
  return new URLSearchParams(after.slice(query + 1));
}

/** @param {URLSearchParams} parameters @param {{development: boolean}} settings @returns {OfferLink} */
function readOffer(parameters, settings) {
  const uri = parameters.get("credential_offer_uri");
  const value = parameters.get("credential_offer");
  require((uri === null) !== (value === null), "link-unknown"); // never both (OpenID4VCI 1.0, 4.1)
  if (uri !== null) return { kind: "offer", uri: secureUrl(uri, settings).href, domain: secureUrl(uri, settings).host };
  const offer = parseObject(/** @type {string} */ (value));
  require(isObject(offer) && typeof offer.credential_issuer === "string", "offer-malformed");
  return { kind: "offer", offer, domain: secureUrl(offer.credential_issuer, settings).host };
}

/** @param {URLSearchParams} parameters @param {{development: boolean}} settings @returns {PresentLink} */
function readPresent(parameters, settings) {
  const clientId = parameters.get("client_id") ?? "";
  const url = secureUrl(parameters.get("request_uri") ?? "", settings);
  require(clientId && !parameters.has("request"), "request-malformed");
  const method = parameters.get("request_uri_method") === "post" ? "post" : "get";
  return { kind: "present", clientId, requestUri: url.href, method, domain: url.host };
}

/**
 * Return the address if the wallet may go there: https, or loopback while developing.
 * @param {unknown} value @param {{development: boolean}} settings
 */
export function secureUrl(value, { development }) {
  let url;
  try {
    url = new URL(String(value));
  } catch (error) {
    throw new Problem("address-unusable", {}, error);
  }
  const loopback = development && url.protocol === "http:" && url.hostname === "localhost";
  require((url.protocol === "https:" || loopback) && !url.username && !url.password, "address-unusable");
  return url;
}
