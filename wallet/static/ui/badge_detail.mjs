// @ts-check
/** One badge, whole: what was done for it, who gave it, what was checked and when, and with whom it was shared. */

import { useEffect, useState } from "/vendor/htm-preact.mjs";
import { formatDate, formatMoment } from "../core/i18n.mjs";
import { badgeView } from "../core/vc.mjs";
import { didWebHost } from "../core/did.mjs";
import { bakedPicture, fileName, linkedInAddress } from "../core/leaving.mjs";
import { activityOf, badgesOf, checkAgain, markSeen, removeBadge } from "../holding.mjs";
import { saveFile } from "../platform/files.mjs";
import { BadgeArt } from "./badge_art.mjs";
import { Facts, standingOf } from "./badge_card.mjs";
import { Button, html, Icon, Pill, ProblemNotice, Screen } from "./parts.mjs";

/** @param {{app: any, id: string}} props */
export function BadgeDetail({ app, id }) {
  const { t, language, wallet } = app;
  const record = badgesOf(wallet).find((item) => item.id === id);
  useEffect(() => {
    void markSeen(wallet, id);
  }, [id]);
  const back = { href: "#/", label: t("nav.badges") };
  if (!record) return html`<${Screen} title=${t("badge.gone")} back=${back}><p>${t("badge.gone.text")}</p></${Screen}>`;
  const view = badgeView(record.credential, language);
  const { kind, text } = standingOf({ ...record, isNew: false }, t);
  return html`<${Screen} title=${view.name} back=${back} className="detail">
    <div class="detail-top">
      <div class="detail-art"><${BadgeArt} view=${view} muted=${kind === "bad"} /></div>
      <div class="detail-facts">
        <p class="row"><${Pill} kind=${kind}>${text}</${Pill}></p>
        <p class="detail-issuer">${view.issuerName}</p>
        <dl class="data">
          ${view.awardedOn && html`<dt>${t("badge.awarded")}</dt><dd>${formatDate(view.awardedOn, language)}</dd>`}
          ${view.validUntil && html`<dt>${t("badge.until")}</dt><dd>${formatDate(view.validUntil, language)}</dd>`}
        </dl>
        <${Facts} view=${view} t=${t} />
        ${app.config.verifier_url && html`<p><a class="button" href=${`#/show/${record.id}`}><${Icon} name="share" />${t("badge.show")}</a></p>`}
      </div>
    </div>
    <${Story} view=${view} t=${t} />
    <${Checks} app=${app} record=${record} view=${view} />
    <${SharedWith} app=${app} record=${record} />
    <${Technical} app=${app} record=${record} view=${view} />
  </${Screen}>`;
}

/** @param {{view: any, t: import("../core/i18n.mjs").Translate}} props */
function Story({ view, t }) {
  return html`<div class="sections">
    ${view.description && html`<section class="card"><h2>${t("badge.about")}</h2><p class="lines">${view.description}</p></section>`}
    ${view.criteria && html`<section class="card"><h2>${t("badge.criteria")}</h2><p class="lines">${view.criteria}</p></section>`}
    ${view.outcomes.length > 0 && html`<section class="card"><h2>${t("badge.outcomes")}</h2><ul>${view.outcomes.map((item) => html`<li>${item}</li>`)}</ul></section>`}
    ${(view.results.length > 0 || view.evidence.length > 0 || view.narrative) &&
    html`<section class="card"><h2>${t("badge.result")}</h2>${view.narrative && html`<p class="lines">${view.narrative}</p>`}<ul>${[...view.results, ...view.evidence].map((item) => html`<li>${item}</li>`)}</ul></section>`}
    ${view.skills.length > 0 && html`<section class="card"><h2>${t("badge.skills")}</h2><ul class="facts">${view.skills.map((item) => html`<li>${item}</li>`)}</ul></section>`}
  </div>`;
}

/** @param {any} checks @param {string} moment @param {import("../core/i18n.mjs").Translate} t */
function checkRows(checks, moment, t) {
  const status = { clear: "passed", none: "not_applicable", not_run: "not_run", suspended: "attention", revoked: "failed" }[checks.status];
  const issuer = { known: "passed", unknown: "attention", left: "attention", not_run: "not_run" }[checks.issuer];
  return [
    { outcome: "passed", text: t("check.signature.passed") },
    { outcome: "passed", text: t("check.holder.passed") },
    { outcome: status, text: t(`check.status.${checks.status}`, { t: moment }) },
    { outcome: issuer, text: t(`check.issuer.${checks.issuer}`) },
  ];
}

const MARK = { passed: "ok", failed: "bad", attention: "warn", not_run: "unknown", not_applicable: "unknown" };

/** @param {{app: any, record: any, view: any}} props */
function Checks({ app, record, view }) {
  const { t, language, wallet, config } = app;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const moment = formatMoment(record.checks.at, language);
  const again = async () => {
    setBusy(true);
    setProblem(null);
    await checkAgain(wallet, record, config).catch(setProblem);
    setBusy(false);
  };
  return html`<section class="card">
    <div class="row between"><h2>${t("badge.checked")}</h2><${Button} kind="second small" busy=${busy} onClick=${again}>${t("badge.check-again")}</${Button}></div>
    <p class="quiet" role="status">${t("badge.checked-at", { t: moment })}</p>
    <${ProblemNotice} problem=${problem} t=${t} />
    <ul class="checks">${checkRows(record.checks, moment, t).map(
      ({ outcome, text }) => html`<li><span class=${`check-mark check-${outcome}`}><${Icon} name=${MARK[/** @type {"passed"} */ (outcome)]} /></span><span>${text}</span></li>`,
    )}</ul>
    <p class="quiet">${t("badge.issued-by", { issuer: view.issuerName, domain: didWebHost(view.issuerId) || view.issuerId })}</p>
  </section>`;
}

/** @param {{app: any, record: any}} props */
function SharedWith({ app: { t, language, wallet }, record }) {
  const shared = activityOf(wallet).filter((entry) => entry.type === "shared" && entry.badgeIds?.includes(record.id));
  return html`<section class="card"><h2>${t("badge.shared")}</h2>
    ${shared.length === 0
      ? html`<p>${t("badge.shared.none")}</p>`
      : html`<ul>${shared.map((entry) => html`<li>${t("badge.shared.entry", { party: entry.party, t: formatMoment(entry.at, language) })}</li>`)}</ul>`}
  </section>`;
}

/** @param {{app: any, record: any, view: any}} props */
function Technical({ app, record, view }) {
  const { t, wallet } = app;
  const [sure, setSure] = useState(false);
  const text = JSON.stringify(record.credential, null, 2);
  const picture = bakedPicture(record.credential, view.image);
  const remove = async () => {
    await removeBadge(wallet, record.id);
    app.say(t("badge.removed"));
    location.hash = "#/";
  };
  return html`<section class="card">
    <h2>${t("badge.keep")}</h2>
    <div class="row">
      <${Button} kind="second" onClick=${() => saveFile(`${fileName(view.name)}.json`, text, "application/json")}><${Icon} name="download" />${t("badge.download")}</${Button}>
      ${picture && html`<${Button} kind="second" onClick=${() => saveFile(`${fileName(view.name)}.svg`, picture, "image/svg+xml")}><${Icon} name="download" />${t("badge.download.picture")}</${Button}>`}
      <a class="button second" href=${linkedInAddress(view)} target="_blank" rel="noopener noreferrer">${t("badge.linkedin")}</a>
      <${Button} kind="danger" onClick=${() => setSure(true)}><${Icon} name="trash" />${t("badge.remove")}</${Button}>
    </div>
    <p class="quiet">${t("badge.linkedin.note")}</p>
    ${sure && html`<div class="sure"><p>${t("badge.remove.sure")}</p><div class="row"><${Button} kind="danger" onClick=${remove}>${t("badge.remove.yes")}</${Button}><${Button} kind="second" onClick=${() => setSure(false)}>${t("cancel")}</${Button}></div></div>`}
    <details><summary>${t("badge.technical")}</summary><pre tabindex="0">${text}</pre></details>
  </section>`;
}
