// @ts-check
/** A badge on the home screen, and the pill that says how it stands. A check that did not run is never green. */

import { standing } from "../core/vc.mjs";
import { BadgeArt } from "./badge_art.mjs";
import { html, Pill } from "./parts.mjs";

/** @param {any} record @param {import("../core/i18n.mjs").Translate} t */
export function standingOf(record, t) {
  const { checks, credential } = record;
  const days = Math.ceil((Date.parse(credential.validUntil ?? "") - Date.now()) / 86_400_000);
  if (checks.status === "revoked") return { kind: "bad", text: t("status.revoked") };
  if (checks.status === "suspended") return { kind: "warn", text: t("status.suspended") };
  const dates = standing(credential, new Date());
  if (dates === "expired") return { kind: "warn", text: t("status.expired") };
  if (dates === "soon") return { kind: "warn", text: t("status.soon", { d: days }) };
  if (checks.status === "not_run") return { kind: "unknown", text: t("status.unchecked") };
  if (record.isNew) return { kind: "info", text: t("status.new") };
  return { kind: "ok", text: t("status.valid") };
}

/** @param {{record: any, view: any, t: import("../core/i18n.mjs").Translate}} props */
export function BadgeCard({ record, view, t }) {
  const { kind, text } = standingOf(record, t);
  return html`<li class="badge-card wallet-card">
    <${BadgeArt} view=${view} muted=${kind === "bad"} />
    <div class="badge-body">
      <h2><a href=${`#/badge/${record.id}`}>${view.name}</a></h2>
      <p class="badge-issuer">${view.issuerName}</p>
      <${Facts} view=${view} t=${t} />
      <p class="badge-pill"><${Pill} kind=${kind}>${text}</${Pill}></p>
    </div>
  </li>`;
}

/** @param {{view: any, t: import("../core/i18n.mjs").Translate}} props */
export function Facts({ view, t }) {
  const facts = [view.credits === null ? "" : t("badge.credits", { n: view.credits })].filter(Boolean);
  return facts.length ? html`<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>` : null;
}
