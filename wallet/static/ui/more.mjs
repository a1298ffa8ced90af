// @ts-check
/** Language, keys, export, and leaving. */

import { useState } from "/vendor/htm-preact.mjs";
import { formatMoment, LANGUAGES } from "../core/i18n.mjs";
import { filesToTake } from "../core/leaving.mjs";
import { zipFiles } from "../core/zip.mjs";
import { badgesOf } from "../holding.mjs";
import { saveFile } from "../platform/files.mjs";
import { makePasskey } from "../platform/unlock.mjs";
import { Button, html, Icon, Notice, ProblemNotice, Screen } from "./parts.mjs";

const NAMES = { nl: "Nederlands", en: "English" };

/** @param {{app: any}} props */
export function More({ app }) {
  const { t, language } = app;
  return html`<${Screen} title=${t("more.title")} className="more">
    <section class="card"><h2 id="language">${t("more.language")}</h2>
      <div role="group" aria-labelledby="language" class="row">${LANGUAGES.map((choice) => html`<button type="button" class=${choice === language ? "small" : "second small"} lang=${choice} aria-pressed=${choice === language ? "true" : "false"} onClick=${() => app.setLanguage(choice)}>${NAMES[/** @type {"nl"} */ (choice)]}</button>`)}</div>
    </section>
    <${Keys} app=${app} />
    <${Export} app=${app} />
    <section class="card"><h2>${t("more.privacy")}</h2><p>${t("more.privacy.text")}</p><p>${t("more.privacy.risk")}</p></section>
    <${Delete} app=${app} />
  </${Screen}>`;
}

/** @param {{app: any}} props */
function Keys({ app }) {
  const { t, wallet } = app;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const addPasskey = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const unlock = await makePasskey(t("passkey.label"));
      if (!unlock) throw Object.assign(new Error(), { code: "passkey-no-prf" });
      await wallet.addUnlocker(unlock);
      app.say(t("more.passkey.added"));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const icons = { passkey: "key", device: "device", recovery: "print" };
  return html`<section class="card"><h2>${t("more.keys")}</h2><p>${t("more.keys.text")}</p>
    <ul class="keys plain">${wallet.unlockers.map((/** @type {any} */ unlocker) => html`<li key=${unlocker.id}><${Icon} name=${icons[/** @type {"passkey"} */ (unlocker.kind)]} /><span>${t(`more.key.${unlocker.kind}`)}</span></li>`)}</ul>
    ${wallet.hasUnlocker("device") && html`<p class="quiet">${t("more.key.device.note")}</p>`}
    <${ProblemNotice} problem=${problem} t=${t} />
    <div class="row"><a class="button second" href="#/recovery-code"><${Icon} name="print" />${t(wallet.hasUnlocker("recovery") ? "more.code.renew" : "more.code.make")}</a>
      <${Button} kind="second" busy=${busy} onClick=${addPasskey}><${Icon} name="key" />${t("more.passkey.add")}</${Button}></div>
  </section>`;
}

/** @param {{app: any}} props */
function Export({ app: { t, language, wallet } }) {
  const save = () => {
    const now = new Date();
    const files = filesToTake(badgesOf(wallet), language, t("more.export.about", { t: formatMoment(now.toISOString(), language) }));
    saveFile("edubadges.zip", /** @type {Uint8Array<ArrayBuffer>} */ (zipFiles(files, now)), "application/zip");
  };
  return html`<section class="card"><h2>${t("more.export")}</h2><p>${t("more.export.text")}</p>
    <${Button} kind="second" onClick=${save}><${Icon} name="download" />${t("more.export.do")}</${Button}></section>`;
}

/** @param {{app: any}} props */
function Delete({ app }) {
  const { t, wallet } = app;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const word = t("more.delete.word");
  const remove = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (typed.trim().toLowerCase() !== word) return setProblem({ code: "delete-word", values: { word } });
    await wallet.deleteForGood().then(app.deleted, setProblem);
  };
  return html`<section class="card"><h2>${t("more.delete")}</h2><p>${t("more.delete.text")}</p>
    ${!open && html`<${Button} kind="danger" onClick=${() => setOpen(true)}><${Icon} name="trash" />${t("more.delete.do")}</${Button}>`}
    ${open && html`<form onSubmit=${remove}><${Notice} kind="warn"><p>${t("more.delete.export-first")}</p></${Notice}>
      <div class="field"><label for="delete-word">${t("more.delete.type", { word })}</label><input id="delete-word" autocomplete="off" value=${typed} onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} /></div>
      <${ProblemNotice} problem=${problem} t=${t} />
      <div class="row"><${Button} type="submit" kind="danger">${t("more.delete.yes")}</${Button}><${Button} kind="second" onClick=${() => setOpen(false)}>${t("cancel")}</${Button}></div></form>`}
  </section>`;
}
