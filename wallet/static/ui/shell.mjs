// @ts-check
/** What stands around every screen: the top bar, the tabs (below on a phone, above on a desktop), and what was just said. */

import { html, Icon } from "./parts.mjs";

const TABS = /** @type {const} */ ([["#/", "badge", "nav.badges"], ["#/add", "add", "nav.add"], ["#/activity", "clock", "nav.activity"], ["#/more", "more", "nav.more"]]);

/** @param {{app: any, children?: any}} props */
export function Shell({ app, children }) {
  const { t, language, wallet, route, said, updateReady } = app;
  const other = language === "nl" ? "en" : "nl";
  const here = route.startsWith("#/badge/") ? "#/" : route;
  return html`<a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => (event.preventDefault(), document.querySelector("h1")?.focus())}>${t("skip")}</a>
    <header class="top"><div class="wrap top-row">
      <a class="mark" href="#/"><img src="/static/icons/icon.svg" width="30" height="30" alt="" /><span>edubadges</span><span class="mark-part">wallet</span></a>
      ${wallet && route !== "#/recovery-code" && html`<nav class="tabs" aria-label=${t("nav.label")}>${TABS.map(([href, icon, key]) => html`<a href=${href} aria-current=${here === href ? "page" : undefined}><${Icon} name=${icon} /><span>${t(key)}</span></a>`)}</nav>`}
      <div class="top-side">
        <button type="button" class="bare chip" lang=${other} onClick=${() => app.setLanguage(other)}>${other === "nl" ? "Nederlands" : "English"}</button>
        ${wallet && html`<button type="button" class="bare chip" onClick=${app.lock} aria-label=${t("lock")} title=${t("lock")}><${Icon} name="lock" /></button>`}
      </div>
    </div></header>
    <main id="main" class="wrap">${updateReady && html`<div class="notice notice-info"><${Icon} name="shield" /><div><p>${t("update")}</p><p><button type="button" class="small" onClick=${updateReady}>${t("update.do")}</button></p></div></div>`}${children}</main>
    <div class="toast" role="status" aria-live="polite">${said && html`<span><${Icon} name="ok" />${said}</span>`}</div>`;
}
