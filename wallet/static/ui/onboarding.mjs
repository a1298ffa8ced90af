// @ts-check
/** Make a wallet: welcome, passkey, recovery code; or get one back with the code. Also the lock screen of a wallet that is here. */

import { useState } from "/vendor/htm-preact.mjs";
import { makeDeviceKey, makePasskey, getPasskey, findDeviceKey, recoveryUnlock } from "../platform/unlock.mjs";
import { makeWallet, openWallet } from "../wallet.mjs";
import { Button, html, Icon, Notice, ProblemNotice, Screen } from "./parts.mjs";

/** Run one step with a busy sign and a sentence when it fails. */
function useStep() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const run = async (/** @type {() => Promise<void>} */ step) => {
    setBusy(true);
    setProblem(null);
    try {
      await step();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return { busy, problem, run };
}

/** @param {{app: any}} props */
export function Onboarding({ app }) {
  const [step, setStep] = useState("welcome");
  if (step === "passkey") return html`<${PasskeyStep} app=${app} back=${() => setStep("welcome")} />`;
  if (step === "recover") return html`<${RecoverStep} app=${app} back=${() => setStep("welcome")} />`;
  return html`<${Welcome} app=${app} go=${setStep} />`;
}

/** Something is waiting behind the link; nothing of it was fetched. @param {{app: any}} props */
export function WaitingLink({ app: { t, link } }) {
  if (!link) return null;
  const key = link.kind === "offer" ? "waiting.offer" : "waiting.present";
  return html`<${Notice} kind="info" title=${t(`${key}.title`)}><p>${t(`${key}.text`, { domain: link.domain })}</p></${Notice}>`;
}

/** @param {{app: any, go: (step: string) => void}} props */
function Welcome({ app, go }) {
  const { t } = app;
  const { busy, problem, run } = useStep();
  const existing = () => run(async () => app.opened(await openWallet(await getPasskey())));
  const points = /** @type {const} */ ([["lock", "only-you"], ["device", "every-device"], ["share", "you-share"]]);
  return html`<${Screen} title=${t("welcome.title")} className="welcome">
    <p class="lead">${t("welcome.lead")}</p>
    <${WaitingLink} app=${app} />
    <ul class="points plain">${points.map(([icon, key]) => html`<li><span class="point-mark"><${Icon} name=${icon} /></span><span><b>${t(`welcome.${key}`)}</b><span>${t(`welcome.${key}.text`)}</span></span></li>`)}</ul>
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions">
      <${Button} onClick=${() => go("passkey")}>${t("welcome.make")}</${Button}>
      <${Button} kind="second" busy=${busy} onClick=${existing}><${Icon} name="key" />${t("welcome.have-passkey")}</${Button}>
      <${Button} kind="plain" onClick=${() => go("recover")}>${t("welcome.have-code")}</${Button}>
    </div>
  </${Screen}>`;
}

/** @param {{t: import("../core/i18n.mjs").Translate, at: number}} props */
export function Progress({ t, at }) {
  const steps = ["progress.start", "progress.passkey", "progress.code"];
  return html`<ol class="steps">${steps.map((key, place) => html`<li class=${place < at ? "done" : ""} aria-current=${place === at ? "step" : undefined}>${t(key)}</li>`)}</ol>`;
}

/** @param {{app: any, back: () => void}} props */
function PasskeyStep({ app, back }) {
  const { t } = app;
  const { busy, problem, run } = useStep();
  const make = () =>
    run(async () => {
      const unlock = (await makePasskey(t("passkey.label"))) ?? (await makeDeviceKey());
      app.opened(await makeWallet(unlock), "#/recovery-code");
    });
  const withoutPasskey = () => run(async () => app.opened(await makeWallet(await makeDeviceKey()), "#/recovery-code"));
  return html`<${Screen} title=${t("passkey.title")} className="step">
    <${Progress} t=${t} at=${1} />
    <p class="lead">${t("passkey.lead")}</p>
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions">
      <${Button} busy=${busy} onClick=${make}><${Icon} name="key" />${t("passkey.make")}</${Button}>
      ${problem && html`<${Button} kind="second" onClick=${withoutPasskey}><${Icon} name="device" />${t("passkey.without")}</${Button}>`}
      <${Button} kind="plain" onClick=${back}>${t("back")}</${Button}>
    </div>
    <details><summary>${t("passkey.how")}</summary><p>${t("passkey.how.text")}</p></details>
  </${Screen}>`;
}

/** @param {{app: any, back: () => void}} props */
export function RecoverStep({ app, back }) {
  const { t } = app;
  const [code, setCode] = useState("");
  const { busy, problem, run } = useStep();
  const open = (/** @type {Event} */ event) => {
    event.preventDefault();
    void run(async () => {
      const wallet = await openWallet(await recoveryUnlock(code));
      const passkey = await makePasskey(t("passkey.label")).catch(() => null);
      await wallet.addUnlocker(passkey ?? (await makeDeviceKey()), { replacing: passkey ? undefined : "device" });
      app.opened(wallet, "#/recovery-code"); // a code that was used is replaced at once
    });
  };
  return html`<${Screen} title=${t("recover.title")} className="step">
    <p class="lead">${t("recover.lead")}</p>
    <${WaitingLink} app=${app} />
    <form onSubmit=${open}>
      <div class="field">
        <label for="code">${t("recover.label")}</label>
        <p class="help" id="code-help">${t("recover.help")}</p>
        <textarea id="code" class="code-input" rows="3" autocomplete="off" autocapitalize="characters" spellcheck=${false} aria-describedby="code-help"
          aria-invalid=${problem ? "true" : undefined} value=${code} onInput=${(/** @type {any} */ event) => setCode(event.target.value)}></textarea>
      </div>
      <${ProblemNotice} problem=${problem} t=${t} />
      <div class="actions"><${Button} type="submit" busy=${busy}>${t("recover.open")}</${Button}><${Button} kind="plain" onClick=${back}>${t("back")}</${Button}></div>
    </form>
    <p class="quiet">${t("recover.lost")}</p>
  </${Screen}>`;
}

/** @param {{app: any}} props */
export function Unlock({ app }) {
  const { t, unlockerKinds } = app;
  const [recovering, setRecovering] = useState(false);
  const { busy, problem, run } = useStep();
  const device = unlockerKinds.includes("device");
  const passkey = unlockerKinds.includes("passkey");
  const open = () =>
    run(async () => {
      const own = device && !passkey ? await findDeviceKey() : null;
      app.opened(await openWallet(own ?? (await getPasskey())));
    });
  if (recovering) return html`<${RecoverStep} app=${app} back=${() => setRecovering(false)} />`;
  return html`<${Screen} title=${t("unlock.title")} className="unlock">
    <div class="unlock-mark"><${Icon} name="lock" /></div>
    <p class="lead">${t(passkey ? "unlock.lead" : "unlock.lead.device")}</p>
    <${WaitingLink} app=${app} />
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="actions">
      <${Button} busy=${busy} onClick=${open}><${Icon} name="key" />${t("open")}</${Button}>
      <${Button} kind="plain" onClick=${() => setRecovering(true)}>${t("unlock.code")}</${Button}>
    </div>
  </${Screen}>`;
}
