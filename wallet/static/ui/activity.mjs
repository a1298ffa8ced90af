// @ts-check
/** What happened in this wallet. It is kept inside the container only. */

import { formatMoment } from "../core/i18n.mjs";
import { badgeView } from "../core/vc.mjs";
import { activityOf, badgesOf } from "../holding.mjs";
import { html, Icon, Screen } from "./parts.mjs";

const ICONS = { received: "badge", shared: "share", declined: "bad", ignored: "bad", created: "key", linked: "link", unlinked: "link" };

/** @param {{app: any}} props */
export function Activity({ app: { t, language, wallet } }) {
  const entries = activityOf(wallet);
  const names = new Map(badgesOf(wallet).map((record) => [record.id, badgeView(record.credential, language).name]));
  /** The name in the reader's language while the badge is here, the one that was written down after that. */
  const titles = (/** @type {any} */ entry) => (entry.badgeIds ?? [entry.badgeId]).map((/** @type {string} */ id, /** @type {number} */ at) => names.get(id) ?? (entry.titles ?? [entry.title])[at]);
  const told = entries.filter((entry) => ICONS[/** @type {"shared"} */ (entry.type)]);
  return html`<${Screen} title=${t("activity.title")}>
    <p class="lead">${t("activity.lead")}</p>
    <ol class="activity plain">${told.map((entry) => html`<li key=${entry.id}>
      <span class=${`activity-mark activity-${entry.type}`}><${Icon} name=${ICONS[/** @type {"shared"} */ (entry.type)]} /></span>
      <div class="card"><h2>${t(`activity.${entry.type}`, { party: entry.party ?? "", title: titles(entry)[0] ?? "" })}</h2>
        <p class="quiet"><time datetime=${entry.at}>${formatMoment(entry.at, language)}</time></p>
        ${entry.titles?.length > 0 && html`<p>${t("activity.what", { list: new Intl.ListFormat(language).format(titles(entry)) })}</p>`}
        ${entry.purpose && html`<p>${t("activity.why", { why: entry.purpose })}</p>`}
        ${entry.domain && html`<p class="domain">${entry.domain}</p>`}
      </div></li>`)}</ol>
  </${Screen}>`;
}
