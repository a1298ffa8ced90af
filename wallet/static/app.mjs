// @ts-check
/** Start the app: state, routes, language, lock. Each screen is one file in `ui/`. */

import { Component, html, render } from "/vendor/htm-preact.mjs";
import { chooseLanguage, LANGUAGES, translator } from "./core/i18n.mjs";
import { readLink } from "./core/links.mjs";
import * as service from "./platform/service.mjs";
import { readValue, writeValue } from "./platform/store.mjs";
import { startServiceWorker } from "./platform/updates.mjs";
import { findLocalWallet } from "./wallet.mjs";
import { Activity } from "./ui/activity.mjs";
import { Add } from "./ui/add.mjs";
import { BadgeDetail } from "./ui/badge_detail.mjs";
import { Home } from "./ui/home.mjs";
import { More } from "./ui/more.mjs";
import { Offer } from "./ui/offer.mjs";
import { Onboarding, Unlock } from "./ui/onboarding.mjs";
import { ProblemNotice, Screen } from "./ui/parts.mjs";
import { Present } from "./ui/present.mjs";
import { RecoveryCode } from "./ui/recovery_code.mjs";
import { Shell } from "./ui/shell.mjs";
import { Show } from "./ui/show.mjs";

const IDLE_MS = 10 * 60_000;
const SCREENS = { "#/add": Add, "#/activity": Activity, "#/more": More, "#/recovery-code": RecoveryCode };

class App extends Component {
  /** @param {{config: any, local: any, language: string}} props */
  constructor(props) {
    super(props);
    const kinds = props.local?.container.unlockers.map((/** @type {any} */ unlocker) => unlocker.kind) ?? [];
    this.state = { language: props.language, wallet: null, hash: location.hash || "#/", said: "", unlockerKinds: kinds, afterSetup: "#/", updateReady: null };
    this.idle = 0;
    this.saidAt = 0;
  }

  componentDidMount() {
    addEventListener("hashchange", () => this.follow());
    for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => this.stayAwake());
    addEventListener("online", () => this.state.wallet?.synchronise().catch(() => undefined));
    void startServiceWorker((takeOver) => this.setState({ updateReady: takeOver }));
  }

  /** Go where the address says; what was said just before moving stays a moment, older words go. */
  follow() {
    const stays = Date.now() - this.saidAt < 1000;
    this.setState({ hash: location.hash || "#/", said: stays ? this.state.said : "" });
  }

  stayAwake() {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.lock(), IDLE_MS);
  }

  /** @param {import("./wallet.mjs").Wallet} wallet @param {string} [then] where setting up goes on */
  opened(wallet, then) {
    wallet.onChange = () => this.setState({});
    const wanted = location.hash || "#/";
    const kinds = wallet.unlockers.map((unlocker) => unlocker.kind);
    this.setState({ wallet, unlockerKinds: kinds, afterSetup: wanted === "#/recovery-code" ? "#/" : wanted });
    this.stayAwake();
    if (then) location.hash = then;
  }

  async lock() {
    const { wallet } = this.state;
    if (!wallet) return;
    this.setState({ wallet: null, unlockerKinds: wallet.unlockers.map((/** @type {any} */ unlocker) => unlocker.kind) });
    await wallet.lock();
  }

  /** @param {string} sentence */
  say(sentence) {
    this.saidAt = Date.now();
    this.setState({ said: sentence });
    setTimeout(() => this.setState((/** @type {any} */ state) => (state.said === sentence ? { said: "" } : {})), 4000);
  }

  /** @param {string} language */
  setLanguage(language) {
    document.documentElement.lang = language;
    this.setState({ language });
    void writeValue("language", language);
  }

  deleted() {
    location.hash = "#/";
    this.setState({ wallet: null, unlockerKinds: [] });
    this.say(translator(this.state.language)("more.deleted"));
  }

  /** What every screen gets. */
  view() {
    const { language, wallet, hash } = this.state;
    const link = /^#\/(offer|present)\?/.test(hash) ? tryLink(hash, this.props.config) : null;
    return {
      ...this.state,
      t: translator(language),
      config: this.props.config,
      route: hash.split("?")[0],
      link: link?.found ?? null,
      linkProblem: link?.problem ?? null,
      wallet,
      opened: (/** @type {any} */ opened, /** @type {any} */ then) => this.opened(opened, then),
      lock: () => this.lock(),
      say: (/** @type {string} */ sentence) => this.say(sentence),
      setLanguage: (/** @type {string} */ choice) => this.setLanguage(choice),
      deleted: () => this.deleted(),
    };
  }

  render() {
    const app = this.view();
    return html`<${Shell} app=${app}>${screenFor(app)}</${Shell}>`;
  }
}

/** @param {string} hash @param {any} config */
function tryLink(hash, config) {
  try {
    return { found: readLink(hash, config) };
  } catch (problem) {
    return { problem };
  }
}

/** @param {any} app */
function screenFor(app) {
  if (!app.wallet) return app.unlockerKinds.length ? html`<${Unlock} app=${app} />` : html`<${Onboarding} app=${app} />`;
  if (app.linkProblem) return html`<${Screen} title=${app.t("link.bad")}><${ProblemNotice} problem=${app.linkProblem} t=${app.t} /><p><a class="button" href="#/">${app.t("done.home")}</a></p></${Screen}>`;
  if (app.link?.kind === "offer") return html`<${Offer} key=${app.hash} app=${app} />`;
  if (app.link?.kind === "present") return html`<${Present} key=${app.hash} app=${app} />`;
  if (app.route.startsWith("#/badge/")) return html`<${BadgeDetail} key=${app.route} app=${app} id=${app.route.slice("#/badge/".length)} />`;
  if (app.route.startsWith("#/show/")) return html`<${Show} key=${app.route} app=${app} id=${app.route.slice("#/show/".length)} />`;
  const Chosen = SCREENS[/** @type {"#/add"} */ (app.route)] ?? Home;
  return html`<${Chosen} app=${app} />`;
}

async function start() {
  const local = await findLocalWallet();
  const config = await service.fetchConfig();
  const asked = new URLSearchParams(location.search).get("lang");
  const language = LANGUAGES.includes(asked ?? "") ? /** @type {string} */ (asked) : ((await readValue("language")) ?? chooseLanguage(navigator.languages));
  document.documentElement.lang = language;
  const root = /** @type {HTMLElement} */ (document.getElementById("app"));
  render(html`<${App} config=${config} local=${local} language=${language} />`, root);
}

await start();
