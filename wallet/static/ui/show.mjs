// @ts-check
/** Show one badge to somebody: a QR code that any camera opens, and a link; for how long, and how to end it. */

import { useEffect, useState } from "/vendor/htm-preact.mjs";
import { encode } from "/vendor/uqr.mjs";
import { formatDate } from "../core/i18n.mjs";
import { badgeView } from "../core/vc.mjs";
import { badgesOf, linksOf, openingsOf, shareByLink, withdrawLink } from "../holding.mjs";
import { Button, html, Icon, ProblemNotice, Screen } from "./parts.mjs";

const PERIODS = [1, 30, 365];

/** @param {{app: any, id: string}} props */
export function Show({ app, id }) {
  const { t, language, wallet, config } = app;
  const record = badgesOf(wallet).find((item) => item.id === id);
  const [days, setDays] = useState(1);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const back = { href: `#/badge/${id}`, label: t("show.back") };
  if (!record) return html`<${Screen} title=${t("badge.gone")} back=${{ href: "#/", label: t("nav.badges") }}><p>${t("badge.gone.text")}</p></${Screen}>`;
  const make = async () => {
    setBusy(true);
    setProblem(null);
    await shareByLink(wallet, record, days, config).then(setMade, setProblem);
    setBusy(false);
  };
  const active = linksOf(wallet).filter((link) => link.badgeId === id && new Date(link.expiresAt) > new Date());
  const shown = made && active.some((link) => link.shareId === made.shareId);
  return html`<${Screen} title=${t("show.title", { title: badgeView(record.credential, language).name })} back=${back} className="show">
    ${
      shown
        ? html`<${Made} app=${app} link=${made} />`
        : html`<section class="card"><p class="lead">${t("show.lead")}</p>
          <fieldset class="wish"><legend>${t("show.how-long")}</legend>${PERIODS.map((period) => html`<label class="choice"><input type="radio" name="days" checked=${days === period} onChange=${() => setDays(period)} /><span>${t(`show.days.${period}`)}</span></label>`)}</fieldset>
          <p class="not-shared"><${Icon} name="shield" />${t("show.private")}</p>
          <${ProblemNotice} problem=${problem} t=${t} />
          <div class="actions"><${Button} busy=${busy} onClick=${make}><${Icon} name="share" />${t("show.make")}</${Button}></div></section>`
    }
    ${active.length > 0 && html`<section class="card"><h2>${t("show.active")}</h2><ul class="plain links">${active.map((link) => html`<${Active} key=${link.shareId} app=${app} link=${link} />`)}</ul></section>`}
  </${Screen}>`;
}

/** @param {{app: any, link: any}} props */
function Made({ app: { t, language, say }, link }) {
  const copy = () => navigator.clipboard.writeText(link.url).then(() => say(t("show.copied")), () => say(t("show.not-copied")));
  const send = () => navigator.share({ url: link.url }).catch(() => undefined); // the student may change their mind
  return html`<section class="card show-made"><${QrCode} text=${link.url} title=${t("show.qr")} />
    <p>${t("show.scan")}</p><p class="quiet">${t("show.until", { d: formatDate(link.expiresAt, language) })}</p>
    <label class="sr" for="share-url">${t("show.link")}</label><input id="share-url" readonly value=${link.url} onFocus=${(/** @type {any} */ event) => event.target.select()} />
    <div class="actions pair"><${Button} onClick=${copy}><${Icon} name="copy" />${t("show.copy")}</${Button}>${"share" in navigator && html`<${Button} kind="second" onClick=${send}><${Icon} name="share" />${t("show.send")}</${Button}>`}</div>
    <p class="quiet">${t("show.whoever")}</p></section>`;
}

/** @param {{app: any, link: any}} props */
function Active({ app: { t, language, wallet, say }, link }) {
  const [openings, setOpenings] = useState(/** @type {number | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => {
    void openingsOf(link).then(setOpenings);
  }, [link.shareId]);
  const withdraw = async () => {
    setBusy(true);
    await withdrawLink(wallet, link).then(() => say(t("show.withdrawn")), setProblem);
    setBusy(false);
  };
  return html`<li class="row between"><div><p>${t("show.until", { d: formatDate(link.expiresAt, language) })}</p><p class="quiet">${openings === null ? t("show.openings.unknown") : t("show.openings", { n: openings })}</p><${ProblemNotice} problem=${problem} t=${t} /></div>
    <${Button} kind="danger small" busy=${busy} onClick=${withdraw}>${t("show.withdraw")}</${Button}></li>`;
}

/** Dark on white in both themes: cameras want it so. @param {{text: string, title: string}} props */
function QrCode({ text, title }) {
  const { size, data } = encode(text, { ecc: "M", border: 2 });
  const path = data.flatMap((/** @type {boolean[]} */ row, /** @type {number} */ y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return html`<svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${title} shape-rendering="crispEdges"><rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" /></svg>`;
}
