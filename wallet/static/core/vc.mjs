// @ts-check
/** Read a badge (VCDM 2.0, Open Badges 3.0) for people, and check it before it is kept. */

import { isSupported, proofsOf, verifyProof } from "./data_integrity.mjs";
import { findKey, resolveDid, splitDidUrl } from "./did.mjs";
import { isObject, listed } from "./json.mjs";
import { Problem, require } from "./problem.mjs";

/** @param {Record<string, any>} badge @returns {string} */
export const issuerId = (badge) => (typeof badge.issuer === "string" ? badge.issuer : String(badge.issuer?.id ?? ""));

/** @param {Record<string, any>} badge @returns {string[]} */
export const subjectIds = (badge) => listed(badge.credentialSubject).map((subject) => subject?.id).filter(Boolean);

/**
 * Return a text in the reader's language: a localised map of ours, a language map, language objects or a plain text.
 * @param {any} value @param {string} language @param {any} [localized] @returns {string}
 */
export function inLanguage(value, language, localized) {
  if (isObject(localized) && (localized[language] ?? localized.en ?? localized.nl)) return String(localized[language] ?? localized.en ?? localized.nl);
  if (typeof value === "string") return value;
  const choices = listed(value).filter(isObject);
  const chosen = choices.find((item) => item["@language"] === language) ?? choices[0];
  if (chosen) return String(chosen["@value"] ?? chosen[language] ?? chosen.en ?? "");
  return "";
}

/** Only pictures that travel inside the badge are shown: showing one may not tell anybody. @param {any} image */
export function imageInside(image) {
  const source = typeof image === "string" ? image : image?.id;
  return typeof source === "string" && /^data:image\/(png|svg\+xml|jpeg|webp);/.test(source) && source.length < 1_500_000 ? source : "";
}

/**
 * What the screens show of a badge.
 * @param {Record<string, any>} badge @param {string} language
 */
export function badgeView(badge, language) {
  const subject = listed(badge.credentialSubject)[0] ?? {};
  const achievement = listed(subject.achievement)[0] ?? {};
  const issuer = isObject(badge.issuer) ? badge.issuer : {};
  const criteria = isObject(achievement.criteria) ? achievement.criteria : {};
  return {
    id: String(badge.id ?? ""),
    name: inLanguage(achievement.name ?? badge.name, language, achievement.localizedName ?? badge.localizedName) || "Badge",
    description: inLanguage(achievement.description ?? badge.description, language, achievement.localizedDescription),
    criteria: inLanguage(criteria.narrative, language, criteria.localizedCriteria ?? achievement.localizedCriteria),
    outcomes: outcomesOf(achievement, language),
    skills: listed(achievement.alignment).map((item) => inLanguage(item?.targetName, language)).filter(Boolean),
    credits: Number.isFinite(achievement.creditsAvailable) ? Number(achievement.creditsAvailable) : null,
    type: listed(achievement.achievementType)[0] ?? "",
    image: imageInside(achievement.image ?? badge.image),
    issuerName: inLanguage(issuer.name, language, issuer.localizedName) || issuerId(badge),
    issuerImage: imageInside(issuer.image),
    issuerId: issuerId(badge),
    awardedOn: String(badge.awardedDate ?? badge.validFrom ?? ""),
    validUntil: typeof badge.validUntil === "string" ? badge.validUntil : "",
    evidence: listed(badge.evidence).map((item) => inLanguage(item?.name ?? item?.narrative, language)).filter(Boolean),
    results: listed(subject.result).map((item) => String(item?.value ?? item?.status ?? "")).filter(Boolean),
    narrative: inLanguage(subject.narrative, language),
  };
}

/** @param {any} achievement @param {string} language @returns {string[]} */
function outcomesOf(achievement, language) {
  const localized = achievement.localizedLearningOutcome;
  const chosen = isObject(localized) ? listed(localized[language] ?? localized.en ?? localized.nl) : [];
  const found = chosen.length ? chosen : listed(achievement.learningOutcome);
  return found.map((item) => inLanguage(item, language)).filter(Boolean);
}

/** @param {Record<string, any>} badge @param {Date} now @returns {"valid" | "expired" | "soon" | "early"} */
export function standing(badge, now) {
  const from = Date.parse(badge.validFrom ?? badge.issuanceDate ?? "");
  const until = Date.parse(badge.validUntil ?? badge.expirationDate ?? "");
  if (from > now.getTime() + 300_000) return "early"; // five minutes for clocks that differ
  if (until <= now.getTime()) return "expired";
  return until - now.getTime() < 30 * 86_400_000 ? "soon" : "valid";
}

/**
 * Check a badge before it is kept: whose it is, when it is valid, and that its issuer signed every byte of it.
 * Whether it was revoked and whether the issuer is a participant are other questions.
 * @param {Record<string, any>} badge
 * @param {{expectedSubject: string, now: Date, net: import("./did.mjs").Reader, development: boolean,
 *          canonize: import("./data_integrity.mjs").Canonizer}} options
 */
export async function verifyBadge(badge, { expectedSubject, now, net, development, canonize }) {
  require(isObject(badge) && listed(badge["@context"])[0] === "https://www.w3.org/ns/credentials/v2", "badge-format");
  require(listed(badge.type).includes("VerifiableCredential"), "badge-format");
  const subjects = listed(badge.credentialSubject);
  require(subjects.length === 1 && subjects[0]?.id === expectedSubject, "badge-other-holder");
  require(standing(badge, now) !== "early", "badge-early");
  require(standing(badge, now) !== "expired", "badge-expired");
  const issuer = issuerId(badge);
  const proof = proofsOf(badge).find((item) => isSupported(item) && item.proofPurpose === "assertionMethod");
  require(proof, "badge-signature");
  const { did } = splitDidUrl(proof.verificationMethod);
  require(did === issuer, "badge-other-issuer");
  const document = await resolveDid(did, net, { development });
  const key = await findKey(document, proof.verificationMethod, "assertionMethod");
  const genuine = await verifyProof(badge, proof, key, canonize);
  if (!genuine) throw new Problem("badge-signature");
}
