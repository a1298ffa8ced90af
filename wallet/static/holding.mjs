// @ts-check
/** The use cases of a student: take in a badge, check it again, answer a request. Screens call these; the order of steps is here. */

import { fetchParticipants } from "./platform/participants.mjs";
import { didWebUrl } from "./core/did.mjs";
import { makeHolderKey, openHolderKey } from "./core/keys.mjs";
import { deleteRecord, newId, putRecord, recordsOf } from "./core/records.mjs";
import * as oid4vci from "./core/oid4vci.mjs";
import * as oid4vp from "./core/oid4vp.mjs";
import { Problem, require } from "./core/problem.mjs";
import { readStatus, statusAddresses } from "./core/status.mjs";
import { badgeView, issuerId, verifyBadge } from "./core/vc.mjs";
import { sealForLink } from "./core/sharing.mjs";
import { canonize } from "./platform/canonize.mjs";
import { transaction } from "./platform/net.mjs";
import { lookAtShare, makeShare, withdrawShare } from "./platform/service.mjs";

/** @typedef {import("./wallet.mjs").Wallet} Wallet */
/** @typedef {{development: boolean, registry_url: string | null, verifier_url?: string | null}} Config */

/** @param {Wallet} wallet @returns {any[]} newest first */
export const badgesOf = (wallet) =>
  recordsOf(wallet.payload, "badge").sort((a, b) => String(b.receivedAt).localeCompare(String(a.receivedAt)));

/** @param {Wallet} wallet @returns {any[]} newest first */
export const activityOf = (wallet) => recordsOf(wallet.payload, "activity").sort((a, b) => String(b.at).localeCompare(String(a.at)));

const isoNow = () => new Date().toISOString();

/**
 * See who offers what. The first request to the outside, so only after the student asked.
 * @param {import("./core/links.mjs").OfferLink} link @param {Config} config
 */
export async function viewOffer(link, config) {
  const net = transaction([link.uri ?? link.offer?.credential_issuer]);
  const widening = { ...net, get: (/** @type {string} */ url, /** @type {any} */ options) => (net.allow(url), net.get(url, options)) };
  const invitation = await oid4vci.openInvitation(link, widening, config);
  return invitation;
}

/**
 * Redeem the code; kept apart so that a wrong code can be typed again.
 * @param {oid4vci.Invitation} invitation @param {string} txCode
 */
export const redeemOffer = (invitation, txCode) => oid4vci.redeem(invitation, txCode, transaction(oid4vci.hostsOf(invitation)));

/**
 * Fetch, check and keep the badges of an offer. Nothing that fails a check is kept.
 * @param {Wallet} wallet @param {oid4vci.Invitation} invitation @param {string} accessToken @param {Config} config
 * @returns {Promise<string[]>} the ids of the new records
 */
export async function takeBadges(wallet, invitation, accessToken, config) {
  const net = transaction(oid4vci.hostsOf(invitation));
  const stored = await keyFor(wallet, invitation.issuer);
  const key = await openHolderKey(stored);
  const kept = [];
  for (const id of invitation.configurationIds) {
    const { badge, receipt, notificationId } = await oid4vci.requestBadge(invitation, id, { accessToken, key, net, now: new Date() });
    try {
      kept.push(await keepBadge(wallet, badge, receipt, stored, config));
    } catch (error) {
      await oid4vci.notify(invitation, notificationId, "credential_failure", { accessToken, net });
      throw error;
    }
    await oid4vci.notify(invitation, notificationId, "credential_accepted", { accessToken, net });
  }
  return kept;
}

/** One key per issuer, so that two issuers cannot tell they serve the same person. @param {Wallet} wallet @param {string} issuer */
async function keyFor(wallet, issuer) {
  const known = recordsOf(wallet.payload, "key").find((key) => key.issuer === issuer);
  if (known) return known;
  const id = newId();
  const value = { ...(await makeHolderKey()), issuer, madeAt: isoNow() };
  await wallet.change((payload) => putRecord(payload, { id, kind: "key", value, device: wallet.device })); // before it is used
  return { ...value, id };
}

/** @param {Wallet} wallet @param {Record<string, any>} badge @param {any} receipt @param {any} key @param {Config} config */
async function keepBadge(wallet, badge, receipt, key, config) {
  const net = checkingNet(badge, config);
  await verifyBadge(badge, { expectedSubject: key.did, now: new Date(), net, development: config.development, canonize });
  const checks = await outsideChecks(badge, config);
  require(checks.status !== "revoked", "badge-revoked");
  const known = badgesOf(wallet).find((item) => item.credential.id && item.credential.id === badge.id);
  const id = known?.id ?? newId();
  const value = { credential: badge, receipt: receipt ?? known?.receipt ?? null, keyId: key.id, receivedAt: known?.receivedAt ?? isoNow(), checks, isNew: !known };
  const view = badgeView(badge, "nl");
  const entry = { type: "received", at: isoNow(), title: view.name, party: view.issuerName, badgeId: id };
  await wallet.change((payload) => {
    const withBadge = putRecord(payload, { id, kind: "badge", value, device: wallet.device });
    return putRecord(withBadge, { kind: "activity", value: entry, device: wallet.device });
  });
  return id;
}

/** Check again what can change after receiving: revocation and the registry. @param {Wallet} wallet @param {any} record @param {Config} config */
export async function checkAgain(wallet, record, config) {
  const checks = await outsideChecks(record.credential, config);
  const { id, ...value } = record;
  await wallet.change((payload) => putRecord(payload, { id, kind: "badge", value: { ...value, checks }, device: wallet.device }));
}

/** A check that could not run says so; it is never taken for a yes. @param {Record<string, any>} badge @param {Config} config */
async function outsideChecks(badge, config) {
  const net = checkingNet(badge, config);
  const now = new Date();
  const options = { net, development: config.development, now, canonize };
  const [status, participant] = await Promise.all([
    readStatus(badge, options).catch(orNotRun),
    isParticipant(issuerId(badge), config).catch(orNotRun),
  ]);
  return { signature: "passed", holder: "passed", status, issuer: participant, at: now.toISOString() };
}

/** @param {unknown} error */
function orNotRun(error) {
  if (error instanceof Problem) return "not_run";
  throw error;
}

/** @param {string} did @param {Config} config */
async function isParticipant(did, config) {
  if (!config.registry_url) return "not_run";
  const found = (await fetchParticipants(config.registry_url)).find((item) => item.did === did);
  if (!found) return "unknown";
  return (found.status ?? "active") === "active" ? "known" : "left";
}

/** Only the issuer's DID document and the status lists the badge names. @param {Record<string, any>} badge @param {Config} config */
function checkingNet(badge, config) {
  const issuer = issuerId(badge);
  const addresses = issuer.startsWith("did:web:") ? [didWebUrl(issuer, config)] : [];
  return transaction([...addresses, ...statusAddresses(badge).filter((address) => URL.canParse(address))]);
}

/** @param {Wallet} wallet @param {string} id */
export const removeBadge = (wallet, id) => wallet.change((payload) => deleteRecord(payload, id, wallet.device));

/** @param {Wallet} wallet @param {string} id */
export function markSeen(wallet, id) {
  const record = badgesOf(wallet).find((item) => item.id === id);
  if (!record?.isNew) return undefined;
  const { id: _, ...value } = record;
  return wallet.change((payload) => putRecord(payload, { id, kind: "badge", value: { ...value, isNew: false }, device: wallet.device }));
}

/** @param {import("./core/links.mjs").PresentLink} link @param {Config} config */
export function viewRequest(link, config) {
  const did = link.clientId.slice(link.clientId.indexOf(":") + 1);
  const net = transaction([link.requestUri, ...(did.startsWith("did:web:") ? [didWebUrl(did, config)] : [])]);
  return oid4vp.openRequest(link, net, { development: config.development, now: new Date() });
}

/**
 * Share the chosen badges with the verifier that asked, and write down what was shared.
 * @param {Wallet} wallet @param {oid4vp.Request} request @param {Record<string, any>} choice DCQL id to badge record
 * @param {Config} config
 */
export async function share(wallet, request, choice, config) {
  const keys = new Map(recordsOf(wallet.payload, "key").map((key) => [key.id, key]));
  /** @type {Record<string, any[]>} */
  const vpToken = {};
  for (const [id, record] of Object.entries(choice)) {
    const key = await openHolderKey(keys.get(record.keyId));
    vpToken[id] = [await oid4vp.makePresentation(record.credential, key, request, new Date())];
  }
  const next = await oid4vp.sendPresentations(request, vpToken, transaction([request.responseUri]), config);
  const records = Object.values(choice);
  await logAnswer(wallet, request, "shared", records);
  return next;
}

/** Say "no" to the verifier, because the student chose to tell. @param {Wallet} wallet @param {oid4vp.Request} request @param {boolean} tell */
export async function decline(wallet, request, tell) {
  if (tell) await oid4vp.sendRefusal(request, transaction([request.responseUri]));
  await logAnswer(wallet, request, tell ? "declined" : "ignored", []);
}

/** @param {Wallet} wallet @param {oid4vp.Request} request @param {string} type @param {any[]} records */
function logAnswer(wallet, request, type, records) {
  const entry = {
    type,
    at: isoNow(),
    party: request.name || request.domain,
    domain: request.domain,
    purpose: request.purpose,
    retentionDays: request.retentionDays,
    badgeIds: records.map((record) => record.id),
    titles: records.map((record) => badgeView(record.credential, "nl").name),
  };
  return wallet.change((payload) => putRecord(payload, { kind: "activity", value: entry, device: wallet.device }));
}

/** @param {Wallet} wallet @returns {any[]} newest first, also those that have ended */
export const linksOf = (wallet) => recordsOf(wallet.payload, "link").sort((a, b) => String(b.at).localeCompare(String(a.at)));

/**
 * Make a link by which whoever has it can read and check one badge, for some days. The service gets sealed bytes only.
 * @param {Wallet} wallet @param {any} record @param {number} days @param {Config} config
 */
export async function shareByLink(wallet, record, days, config) {
  require(config.verifier_url, "link-unavailable");
  const { sealed, key, secret, ownerHash } = await sealForLink(badgeWithReceipt(record));
  const wanted = new Date(Date.now() + days * 86_400_000).toISOString();
  const made = await wallet.withSession((token) => makeShare(token, { sealed, owner_hash: ownerHash, expires_at: wanted }));
  const view = badgeView(record.credential, "nl");
  const value = { shareId: made.id, secret, url: `${config.verifier_url}/shared#${made.id}.${key}`, badgeId: record.id, at: isoNow(), expiresAt: made.expires_at };
  const entry = { type: "linked", at: value.at, title: view.name, badgeId: record.id };
  await wallet.change((payload) => {
    const kept = putRecord(payload, { id: newId(), kind: "link", value, device: wallet.device });
    return putRecord(kept, { kind: "activity", value: entry, device: wallet.device });
  });
  return value;
}

/** How often a link was opened; null when it has ended or the service is away. @param {any} link @returns {Promise<number | null>} */
export async function openingsOf(link) {
  try {
    return (await lookAtShare(link.shareId, link.secret)).openings;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** End a link now; the sealed badge is gone at once. @param {Wallet} wallet @param {any} link */
export async function withdrawLink(wallet, link) {
  try {
    await withdrawShare(link.shareId, link.secret);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "share-gone") throw error; // ended by itself: that is what was wanted
  }
  const record = badgesOf(wallet).find((item) => item.id === link.badgeId);
  const entry = { type: "unlinked", at: isoNow(), title: record ? badgeView(record.credential, "nl").name : "", badgeId: link.badgeId };
  await wallet.change((payload) => putRecord(deleteRecord(payload, link.id, wallet.device), { kind: "activity", value: entry, device: wallet.device }));
}

/** The badge as it is checked best: with its receipt beside its proof, where it has one. @param {any} record */
function badgeWithReceipt({ credential, receipt }) {
  return receipt ? { ...credential, proof: [...[credential.proof].flat(), receipt] } : credential;
}
