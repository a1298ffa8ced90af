// @ts-check
/** Home: the badges, and at most one banner. */

import { useState } from "/vendor/htm-preact.mjs";
import { badgeView } from "../core/vc.mjs";
import { badgesOf } from "../holding.mjs";
import { BadgeCard } from "./badge_card.mjs";
import { html, Icon, Notice, Screen } from "./parts.mjs";

/** @param {{app: any}} props */
export function Home({ app }) {
  const { t, language, wallet } = app;
  const [words, setWords] = useState("");
  const badges = badgesOf(wallet).map((record) => ({ record, view: badgeView(record.credential, language) }));
  const shown = badges.filter(({ view }) => matches(view, words));
  return html`<${Screen} title=${t("home.title")}>
    <${Banner} app=${app} />
    ${badges.length >= SEARCH_FROM && html`<div class="field search" role="search"><label for="search">${t("home.search")}</label><input id="search" type="search" value=${words} onInput=${(/** @type {any} */ event) => setWords(event.target.value)} /><p class="quiet" role="status">${words && t("home.found", { n: shown.length })}</p></div>`}
    ${badges.length === 0
      ? html`<${Empty} t=${t} />`
      : html`<ul class="grid plain badge-grid">${shown.map(({ record, view }) => html`<${BadgeCard} key=${record.id} record=${record} view=${view} t=${t} />`)}</ul>`}
  </${Screen}>`;
}

const SEARCH_FROM = 4;

/** Every word stands somewhere in the badge, accents aside. @param {any} view @param {string} words */
function matches(view, words) {
  const plain = (/** @type {string} */ text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const all = plain([view.name, view.issuerName, view.description, ...view.outcomes, ...view.skills].filter(Boolean).join(" "));
  return plain(words).split(/\s+/).every((word) => all.includes(word));
}

/** @param {{app: any}} props */
function Banner({ app: { t, wallet } }) {
  if (!wallet.hasUnlocker("recovery")) {
    return html`<${Notice} kind="warn" title=${t("banner.recovery.title")}>
      <p>${t("banner.recovery.text")}</p><p><a class="button small" href="#/recovery-code">${t("banner.recovery.do")}</a></p>
    </${Notice}>`;
  }
  if (wallet.pending) return html`<${Notice} kind="unknown"><p>${t("banner.pending")}</p></${Notice}>`;
  return null;
}

/** @param {{t: import("../core/i18n.mjs").Translate}} props */
function Empty({ t }) {
  return html`<div class="empty-home">
    <svg viewBox="0 0 220 150" aria-hidden="true" class="empty-picture">
      <g class="empty-cards"><rect x="16" y="34" width="92" height="104" rx="14" transform="rotate(-9 62 86)" /><rect x="112" y="34" width="92" height="104" rx="14" transform="rotate(9 158 86)" /></g>
      <rect class="empty-front" x="62" y="18" width="96" height="116" rx="16" /><path class="empty-mark" d="M110 44l8 6 10-1 4 9 9 4-1 10 6 8-6 8 1 10-9 4-4 9-10-1-8 6-8-6-10 1-4-9-9-4 1-10-6-8 6-8-1-10 9-4 4-9 10 1z" /><path class="empty-tick" d="M98 80l9 9 16-18" />
    </svg>
    <h2>${t("home.empty.title")}</h2>
    <p>${t("home.empty.text")}</p>
    <p><a class="button" href="#/add"><${Icon} name="add" />${t("home.empty.add")}</a></p>
  </div>`;
}
