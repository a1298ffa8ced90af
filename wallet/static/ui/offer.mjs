// @ts-check
/** Somebody offers a badge. Nothing is fetched until the student asks; nothing is kept that was not checked. */

import { useState } from "/vendor/htm-preact.mjs";
import { invitationView } from "../core/oid4vci.mjs";
import { redeemOffer, takeBadges, viewOffer } from "../holding.mjs";
import { BadgeArt } from "./badge_art.mjs";
import { Button, html, Icon, ProblemNotice, Screen } from "./parts.mjs";

/** @param {{app: any}} props */
export function Offer({ app }) {
  const { t, link, config } = app;
  const [invitation, setInvitation] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const look = async () => {
    setBusy(true);
    setProblem(null);
    await viewOffer(link, config).then(setInvitation, setProblem);
    setBusy(false);
  };
  if (invitation) return html`<${Invitation} app=${app} invitation=${invitation} />`;
  return html`<${Screen} title=${t("offer.waiting.title")} className="step">
    <div class="card who"><${Icon} name="globe" /><div><p class="quiet">${t("offer.from")}</p><p class="domain">${link.domain}</p></div></div>
    <p class="lead">${t("offer.waiting.text")}</p>
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions">
      <${Button} busy=${busy} onClick=${look}><${Icon} name="eye" />${t("offer.view")}</${Button}>
      <a class="button second" href="#/">${t("offer.decline")}</a>
    </div>
  </${Screen}>`;
}

/** @param {{app: any, invitation: any}} props */
function Invitation({ app, invitation }) {
  const { t, language, wallet, config } = app;
  const view = invitationView(invitation, language);
  const [code, setCode] = useState("");
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const take = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const accessToken = token || (await redeemOffer(invitation, code));
      setToken(accessToken); // a code works once; what follows can be tried again with the token
      const [id] = await takeBadges(wallet, invitation, accessToken, config);
      app.say(t("offer.added"));
      location.hash = `#/badge/${id}`;
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`<${Screen} title=${t("offer.title", { issuer: view.issuerName })} className="step">
    <ul class="plain offer-badges">${view.badges.map(
      (badge) => html`<li class="offer-badge"><${BadgeArt} view=${{ name: badge.name, issuerId: invitation.issuer, image: "" }} />
        <div><h2>${badge.name}</h2>${badge.description && html`<p class="lines">${badge.description}</p>`}</div></li>`,
    )}</ul>
    <div class="card who"><${Icon} name="globe" /><div><p>${view.issuerName}</p><p class="domain">${view.domain}</p></div></div>
    <form onSubmit=${take}>
      ${view.txCode && !token && html`<${TxCode} t=${t} view=${view} code=${code} setCode=${setCode} problem=${problem} />`}
      <${ProblemNotice} problem=${problem} t=${t} />
      <div class="actions pair">
        <${Button} type="submit" busy=${busy}>${busy ? t("offer.checking") : t("offer.accept")}</${Button}>
        <a class="button second" href="#/">${t("offer.decline")}</a>
      </div>
    </form>
    <p class="quiet">${t("offer.checks")}</p>
  </${Screen}>`;
}

/** @param {{t: any, view: any, code: string, setCode: (code: string) => void, problem: any}} props */
function TxCode({ t, view, code, setCode, problem }) {
  const numeric = (view.txCode.input_mode ?? "numeric") === "numeric";
  return html`<div class="field">
    <label for="tx-code">${t("offer.code", { domain: view.domain })}</label>
    ${view.txCode.description && html`<p class="help" id="tx-help">${String(view.txCode.description).slice(0, 300)}</p>`}
    <input id="tx-code" class="code-input" inputmode=${numeric ? "numeric" : "text"} autocomplete="one-time-code" required maxlength=${view.txCode.length ?? 40}
      aria-describedby=${view.txCode.description ? "tx-help" : undefined} aria-invalid=${problem?.code === "offer-wrong-code" ? "true" : undefined}
      value=${code} onInput=${(/** @type {any} */ event) => setCode(event.target.value)} />
  </div>`;
}
