// @ts-check
/** Somebody asks for badges: who, why, what, how long, and what is not shared. Two buttons of the same size. */

import { useEffect, useMemo, useState } from "/vendor/htm-preact.mjs";
import { wishesOf } from "../core/oid4vp.mjs";
import { badgeView } from "../core/vc.mjs";
import { badgesOf, decline, share, viewRequest } from "../holding.mjs";
import { BadgeArt } from "./badge_art.mjs";
import { standingOf } from "./badge_card.mjs";
import { Button, html, Icon, Notice, Pill, ProblemNotice, Screen } from "./parts.mjs";

/** @param {{app: any}} props */
export function Present({ app }) {
  const { t, link, config } = app;
  const [request, setRequest] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const look = async () => {
    setBusy(true);
    setProblem(null);
    await viewRequest(link, config).then(setRequest, setProblem);
    setBusy(false);
  };
  if (request) return html`<${Consent} app=${app} request=${request} />`;
  return html`<${Screen} title=${t("present.waiting.title")} className="step">
    <div class="card who"><${Icon} name="globe" /><div><p class="quiet">${t("present.from")}</p><p class="domain">${link.domain}</p></div></div>
    <p class="lead">${t("present.waiting.text")}</p>
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions"><${Button} busy=${busy} onClick=${look}><${Icon} name="eye" />${t("present.view")}</${Button}><a class="button second" href="#/">${t("dont")}</a></div>
  </${Screen}>`;
}

/** @param {{app: any, request: any}} props */
function Consent({ app, request }) {
  const { t, wallet } = app;
  const wishes = useMemo(() => wishesOf(request, badgesOf(wallet).map((record) => ({ id: record.id, credential: record.credential, record }))), [request]);
  const [choice, setChoice] = useState(() => firstChoice(wishes));
  const [done, setDone] = useState(/** @type {any} */ (null));
  const name = request.name || request.domain;
  const missing = wishes.some((wish) => wish.required && !wish.candidates.length);
  if (done) return html`<${Done} app=${app} name=${name} done=${done} />`;
  return html`<${Screen} title=${t("consent.title", { name })} className="consent">
    <${Who} t=${t} request=${request} name=${name} />
    <section class="card"><h2>${t("consent.why")}</h2>
      ${request.purpose ? html`<blockquote>${request.purpose}</blockquote><p class="quiet">${t("consent.their-words")}</p>` : html`<p>${t("consent.no-purpose")}</p>`}
    </section>
    <section class="card"><h2>${t("consent.what")}</h2>
      ${wishes.map((wish) => html`<${Wish} key=${wish.query.id} app=${app} wish=${wish} chosen=${choice[wish.query.id]} choose=${(/** @type {any} */ held) => setChoice({ ...choice, [wish.query.id]: held })} />`)}
    </section>
    <section class="card"><h2>${t("consent.kept")}</h2><p>${keepSentence(request, t)}</p><p class="not-shared"><${Icon} name="shield" />${t("consent.not")}</p></section>
    <${Answer} app=${app} request=${request} choice=${choice} missing=${missing} setDone=${setDone} />
  </${Screen}>`;
}

/** @param {any} wishes */
const firstChoice = (wishes) => Object.fromEntries(wishes.filter((wish) => wish.required && wish.candidates.length).map((wish) => [wish.query.id, wish.candidates[0]]));

/** @param {any} request @param {any} t */
function keepSentence({ retentionDays }, t) {
  if (retentionDays === null) return t("consent.keep.unknown");
  return retentionDays === 0 ? t("consent.keep.none") : t("consent.keep", { days: retentionDays });
}

/** @param {{t: any, request: any, name: string}} props */
function Who({ t, request, name }) {
  return html`<section class="card"><h2>${t("consent.who")}</h2>
    <p class="who-name">${name}</p><p class="domain">${request.domain}</p>
    <p class="row"><${Pill} kind="ok">${t("consent.domain-checked")}</${Pill}></p><p class="quiet">${t("consent.domain-means")}</p>
  </section>`;
}

/** @param {{app: any, wish: any, chosen: any, choose: (held: any) => void}} props */
function Wish({ app, wish, chosen, choose }) {
  const { t, language } = app;
  const legend = t(wish.required ? "consent.req" : "consent.opt");
  if (!wish.candidates.length) return html`<p>${t("consent.nothing")} <span class="tag">${legend}</span></p>`;
  return html`<fieldset class="wish"><legend>${t("consent.badge")} <span class="tag">${legend}</span></legend>
    ${wish.candidates.map((/** @type {any} */ held) => html`<${Choice} key=${held.id} t=${t} held=${held} view=${badgeView(held.credential, language)} name=${wish.query.id} checked=${chosen?.id === held.id} choose=${() => choose(held)} />`)}
    ${!wish.required && html`<label class="choice"><input type="radio" name=${wish.query.id} checked=${!chosen} onChange=${() => choose(undefined)} /><span>${t("consent.leave-out")}</span></label>`}
  </fieldset>`;
}

/** @param {{t: any, held: any, view: any, name: string, checked: boolean, choose: () => void}} props */
function Choice({ t, held, view, name, checked, choose }) {
  const { kind, text } = standingOf({ ...held.record, isNew: false }, t);
  return html`<label class="choice badge-choice"><input type="radio" name=${name} checked=${checked} onChange=${choose} />
    <${BadgeArt} view=${view} /><span class="choice-text"><b>${view.name}</b><span>${view.issuerName}</span>${kind !== "ok" && html`<${Pill} kind=${kind}>${text}</${Pill}>`}</span></label>`;
}

/** @param {{app: any, request: any, choice: any, missing: boolean, setDone: (done: any) => void}} props */
function Answer({ app, request, choice, missing, setDone }) {
  const { t, wallet, config } = app;
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [tell, setTell] = useState(false);
  const chosen = Object.fromEntries(Object.entries(choice).filter(([, held]) => held).map(([id, held]) => [id, /** @type {any} */ (held).record]));
  const act = async (/** @type {string} */ what, /** @type {() => Promise<any>} */ work) => {
    setBusy(what);
    setProblem(null);
    try {
      setDone({ what, next: await work() });
    } catch (error) {
      setProblem(error);
      setBusy("");
    }
  };
  const ready = !missing && Object.keys(chosen).length > 0;
  return html`<div class="answer">
    ${missing && html`<${Notice} kind="warn" title=${t("consent.no-match.title")}><p>${t("consent.no-match.text")}</p></${Notice}>`}
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions pair">
      ${!missing && html`<${Button} busy=${busy === "shared"} disabled=${!ready} onClick=${() => act("shared", () => share(wallet, request, chosen, config))}>${t("share")}</${Button}>`}
      <${Button} kind="second" busy=${busy === "declined"} onClick=${() => act("declined", () => decline(wallet, request, tell))}>${t("dont")}</${Button}>
    </div>
    <label class="choice"><input type="checkbox" checked=${tell} onChange=${(/** @type {any} */ event) => setTell(event.target.checked)} /><span>${t("consent.tell", { name: request.name || request.domain })}</span></label>
  </div>`;
}

/** @param {{app: any, name: string, done: any}} props */
function Done({ app: { t }, name, done }) {
  useEffect(() => history.replaceState(null, "", "#/done"), []); // the request is answered: going back must not open it again
  const shared = done.what === "shared";
  return html`<${Screen} title=${t(shared ? "done.shared" : "done.declined", { name })} className="done">
    <div class=${`done-mark ${shared ? "" : "done-none"}`}><${Icon} name=${shared ? "ok" : "shield"} /></div>
    <p class="lead">${t(shared ? "done.shared.text" : "done.declined.text")}</p>
    <div class="actions">
      ${done.next && html`<a class="button" href=${done.next} rel="noopener noreferrer">${t("done.back", { host: new URL(done.next).host })}</a>`}
      <a class=${`button ${done.next ? "second" : ""}`} href="#/activity">${t("done.look")}</a>
      <a class="button plain" href="#/">${t("done.home")}</a>
    </div>
  </${Screen}>`;
}
