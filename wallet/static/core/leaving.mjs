// @ts-check
/** What a student takes along: signed originals, pictures with the badge inside, and a page about what they are. No screens, no clock. */

import { badgeView } from "./vc.mjs";

const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";

/** A picture that carries its badge (Open Badges 3.0, 5.3.2.2), when the badge holds an SVG; else nothing.
 * @param {Record<string, any>} badge @param {string} image a data URL @returns {string} */
export function bakedPicture(badge, image) {
  const svg = svgInside(image);
  const root = /<svg\b(?:"[^"]*"|'[^']*'|[^>"'])*?(\/?)>/.exec(svg);
  if (!root || root[1] || /openbadges/i.test(svg)) return "";
  const text = JSON.stringify(badge).replaceAll("]]>", "]]]]><![CDATA[>");
  const opened = root[0].replace(/^<svg\b/, `<svg xmlns:openbadges="${NAMESPACE}"`);
  const carried = `<openbadges:credential><![CDATA[${text}]]></openbadges:credential>`;
  return svg.slice(0, root.index) + opened + carried + svg.slice(root.index + root[0].length);
}

/** @param {string} image a data URL @returns {string} */
function svgInside(image) {
  const match = /^data:image\/svg\+xml(;charset=utf-8)?(;base64)?,/i.exec(image);
  if (!match) return "";
  const body = image.slice(match[0].length);
  try {
    return match[2] ? new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(body), (byte) => byte.charCodeAt(0))) : decodeURIComponent(body);
  } catch {
    return ""; // a picture that cannot be read is left out; the badge itself is not touched by it
  }
}

/** @param {string} name @returns {string} a file name that every system takes */
export const fileName = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "badge";

/**
 * Every badge as it was signed, with the proof of when that was where there is one, and as a picture where it has one.
 * @param {{credential: Record<string, any>, receipt?: Record<string, any> | null}[]} records @param {string} language @param {string} about the text of the page about it
 * @returns {import("./zip.mjs").File[]}
 */
export function filesToTake(records, language, about) {
  const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);
  const files = [{ name: language === "nl" ? "LEESMIJ.txt" : "README.txt", data: encode(about) }];
  records.forEach(({ credential, receipt }, place) => {
    const view = badgeView(credential, language);
    const name = `badges/${String(place + 1).padStart(3, "0")}-${fileName(view.name)}`;
    files.push({ name: `${name}.json`, data: encode(JSON.stringify(credential, null, 2)) });
    if (receipt && credential.proof && !Array.isArray(credential.proof)) {
      const proven = { ...credential, proof: [credential.proof, receipt] };
      files.push({ name: `${name}-with-receipt.json`, data: encode(JSON.stringify(proven, null, 2)) });
    }
    const picture = bakedPicture(credential, view.image);
    if (picture) files.push({ name: `${name}.svg`, data: encode(picture) });
  });
  return files;
}

/**
 * The page where LinkedIn lets somebody add a certificate; months count from one, and are those of the moment in UTC.
 * @param {{id: string, name: string, issuerName: string, awardedOn: string, validUntil: string}} view
 */
export function linkedInAddress(view) {
  const values = new URLSearchParams({ startTask: "CERTIFICATION_NAME", name: view.name, organizationName: view.issuerName });
  putMonth(values, "issue", view.awardedOn);
  putMonth(values, "expiration", view.validUntil);
  if (view.id) values.set("certId", view.id);
  return `https://www.linkedin.com/profile/add?${values}`;
}

/** @param {URLSearchParams} values @param {string} name @param {string} moment */
function putMonth(values, name, moment) {
  const date = new Date(moment);
  if (!moment || Number.isNaN(date.getTime())) return;
  values.set(`${name}Year`, String(date.getUTCFullYear()));
  values.set(`${name}Month`, String(date.getUTCMonth() + 1));
}
