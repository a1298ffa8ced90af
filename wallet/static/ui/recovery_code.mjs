// @ts-check
/** Make a recovery code, let the student keep it, ask two groups back, and open the saved wallet with it before saying it works. */

import { useMemo, useState } from "/vendor/htm-preact.mjs";
import { randomBytes } from "../core/bytes.mjs";
import { makeRecoveryCode } from "../core/recovery_code.mjs";
import { saveFile } from "../platform/files.mjs";
import { recoveryUnlock } from "../platform/unlock.mjs";
import { Button, html, Icon, Notice, ProblemNotice, Screen } from "./parts.mjs";
import { Progress } from "./onboarding.mjs";

/** Two different groups out of nine. @returns {number[]} */
function askedGroups() {
  const first = randomBytes(1)[0] % 9;
  const second = (first + 1 + (randomBytes(1)[0] % 8)) % 9;
  return [first, second].sort((a, b) => a - b);
}

/** @param {{app: any}} props */
export function RecoveryCode({ app }) {
  const { t, wallet } = app;
  const code = useMemo(makeRecoveryCode, []);
  const [kept, setKept] = useState(false);
  const had = useMemo(() => wallet.hasUnlocker("recovery"), []);
  const later = wallet.hasUnlocker("passkey") && !wallet.hasUnlocker("recovery");
  return html`<${Screen} title=${kept ? t("recovery.confirm.title") : t("recovery.title")} className="step">
    ${!had && html`<${Progress} t=${t} at=${2} />`}
    ${kept ? html`<${Confirm} app=${app} code=${code} back=${() => setKept(false)} />` : html`<${Show} app=${app} code=${code} had=${had} later=${later} next=${() => setKept(true)} />`}
  </${Screen}>`;
}

/** @param {{app: any, code: string, had: boolean, later: boolean, next: () => void}} props */
function Show({ app, code, had, later, next }) {
  const { t } = app;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const save = () => saveFile("edubadges-herstelcode.txt", `${t("recovery.file", { origin: location.origin })}\n\n${code}\n`, "text/plain");
  return html`<p class="lead">${t("recovery.why")}</p>
    ${had && html`<${Notice} kind="warn"><p>${t("recovery.replaces")}</p></${Notice}>`}
    <ol class="code-groups" aria-label=${t("recovery.title")} data-testid="recovery-code">${code.split("-").map((group) => html`<li>${group}</li>`)}</ol>
    <div class="row code-tools">
      <${Button} kind="second small" onClick=${copy}><${Icon} name=${copied ? "ok" : "copy"} />${copied ? t("copied") : t("copy")}</${Button}>
      <${Button} kind="second small" onClick=${save}><${Icon} name="download" />${t("recovery.save")}</${Button}>
      <${Button} kind="second small" onClick=${() => window.print()}><${Icon} name="print" />${t("recovery.print")}</${Button}>
    </div>
    <p class="sr" role="status">${copied ? t("copied") : ""}</p>
    <div class="actions"><${Button} onClick=${next}>${t("recovery.kept")}</${Button}>
      ${(later || had) && html`<a class="button plain" href=${app.afterSetup}>${t("recovery.later")}</a>`}</div>`;
}

/** @param {{app: any, code: string, back: () => void}} props */
function Confirm({ app, code, back }) {
  const { t, wallet } = app;
  const asked = useMemo(askedGroups, []);
  const [typed, setTyped] = useState(["", ""]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const groups = code.split("-");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wrong = asked.findIndex((group, at) => typed[at].toUpperCase().replace(/[\s-]/g, "") !== groups[group]);
    if (wrong >= 0) return setProblem({ code: "recovery-typo", values: { n: asked[wrong] + 1 } });
    setBusy(true);
    try {
      await wallet.addUnlocker(await recoveryUnlock(code), { replacing: "recovery" });
      app.say(t("recovery.works"));
      location.hash = app.afterSetup;
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`<p class="lead">${t("recovery.confirm.lead")}</p>
    <form onSubmit=${submit}>
      <div class="two-fields">${asked.map(
        (group, at) => html`<div class="field"><label for=${`group-${at}`}>${t("recovery.group", { n: group + 1 })}</label>
          <input id=${`group-${at}`} class="code-input" autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="9" data-group=${group}
            value=${typed[at]} onInput=${(/** @type {any} */ event) => setTyped(typed.map((old, place) => (place === at ? event.target.value : old)))} /></div>`,
      )}</div>
      <${ProblemNotice} problem=${problem} t=${t} />
      <div class="actions"><${Button} type="submit" busy=${busy}>${t("recovery.confirm")}</${Button}><${Button} kind="plain" onClick=${back}>${t("recovery.again")}</${Button}></div>
    </form>`;
}
