// @ts-check
/** Bring in what somebody sent: paste a link. The system camera opens our links by itself. */

import { useState } from "/vendor/htm-preact.mjs";
import { readLink } from "../core/links.mjs";
import { Button, html, Icon, ProblemNotice, Screen } from "./parts.mjs";

/** @param {{app: any}} props */
export function Add({ app }) {
  const { t, config } = app;
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      readLink(text, config);
    } catch (error) {
      return setProblem(error);
    }
    const { kind } = readLink(text, config);
    const query = text.slice(text.indexOf("?", Math.max(0, text.indexOf("#/"))) + 1).trim();
    location.hash = `#/${kind}?${query}`;
  };
  return html`<${Screen} title=${t("add.title")} className="step">
    <p class="lead">${t("add.lead")}</p>
    <form onSubmit=${go}>
      <div class="field">
        <label for="link">${t("add.label")}</label>
        <p class="help" id="link-help">${t("add.help")}</p>
        <textarea id="link" rows="4" autocomplete="off" spellcheck=${false} aria-describedby="link-help" aria-invalid=${problem ? "true" : undefined}
          value=${text} onInput=${(/** @type {any} */ event) => (setText(event.target.value), setProblem(null))}></textarea>
      </div>
      <${ProblemNotice} problem=${problem} t=${t} />
      <div class="actions"><${Button} type="submit"><${Icon} name="link" />${t("add.go")}</${Button}></div>
    </form>
    <section class="card tip"><h2>${t("add.qr.title")}</h2><p>${t("add.qr.text")}</p></section>
  </${Screen}>`;
}
