// @ts-check
/** Small parts every screen uses: icons, pills, notices, the screen frame with its heading. Text nodes only, never markup from outside. */

import { html, useEffect, useRef } from "/vendor/htm-preact.mjs";

export { html };

const PATHS = {
  badge: "M12 2.5 19.5 6v6c0 4.700-3.100 7.900-7.500 9.500C7.600 19.900 4.500 16.700 4.500 12V6zM8.500 12l2.500 2.500 4.500-5",
  add: "M12 5v14M5 12h14",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.500 11h13v9h-13z",
  ok: "M5 12.500l4.500 4.500L19 7.500",
  warn: "M12 4 2.500 20h19zM12 10v4.500M12 17.200v.01",
  bad: "M6 6l12 12M18 6 6 18",
  unknown: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.01",
  share: "M12 15V3.500M7.500 8 12 3.500 16.500 8M5 13v7h14v-7",
  key: "M14.500 10.500a4 4 0 1 0-3.300 3.900L13 16h2v2h2v2h3v-3l-5.700-5.700",
  device: "M7 2.500h10v19H7zM11 18.500h2",
  back: "M15 5l-7 7 7 7",
  download: "M12 3.500V15M7.500 10.500 12 15l4.500-4.500M5 20h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  shield: "M12 2.500 19.500 6v6c0 4.700-3.100 7.900-7.500 9.500C7.600 19.900 4.500 16.700 4.500 12V6z",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.300 1.300M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.300",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c2.500 2.600 3.800 5.600 3.800 9s-1.300 6.400-3.800 9c-2.500-2.600-3.800-5.600-3.800-9S9.500 5.600 12 3z",
  trash: "M4.500 7h15M9.500 7V4h5v3M6.500 7l1 13h9l1-13",
  print: "M7 8V3h10v5M6 17H3.500V8h17v9H18M7 14h10v7H7z",
};

/** @param {{name: keyof typeof PATHS}} props */
export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;

/** @param {{kind: "ok" | "warn" | "bad" | "unknown" | "info", children?: any}} props */
export function Pill({ kind, children }) {
  const icon = kind === "info" ? "badge" : kind;
  return html`<span class=${`pill pill-${kind}`}><${Icon} name=${icon} />${children}</span>`;
}

/** @param {{kind: "ok" | "warn" | "bad" | "unknown" | "info", title?: any, children?: any, live?: boolean}} props */
export function Notice({ kind, title, children, live = false }) {
  return html`<div class=${`notice notice-${kind}`} role=${live ? "alert" : undefined}>
    <${Icon} name=${kind === "info" ? "shield" : kind} />
    <div>${title && html`<p class="notice-title">${title}</p>`}${children}</div>
  </div>`;
}

/**
 * One screen: one heading that takes the focus when the screen opens, and the title of the page.
 * @param {{title: string, hideTitle?: boolean, back?: {href: string, label: string}, children?: any, className?: string}} props
 */
export function Screen({ title, back, children, className = "", hideTitle = false }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = `${title} – edubadges wallet`;
    /** @type {any} */ (heading.current)?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [title]);
  return html`<div class=${`screen ${className}`}>
    ${back && html`<a class="back" href=${back.href}><${Icon} name="back" />${back.label}</a>`}
    <h1 ref=${heading} tabindex="-1" class=${hideTitle ? "sr" : ""}>${title}</h1>
    ${children}
  </div>`;
}

/** A problem as a sentence. @param {{problem: any, t: import("../core/i18n.mjs").Translate}} props */
export function ProblemNotice({ problem, t }) {
  if (!problem) return null;
  return html`<${Notice} kind="bad" live=${true}><p>${sentenceOf(problem, t)}</p></${Notice}>`;
}

/** @param {any} problem @param {import("../core/i18n.mjs").Translate} t */
export const sentenceOf = (problem, t) => t(`problem.${problem?.code ?? "unknown"}`, { c: problem?.code ?? problem?.name ?? "?", ...problem?.values });

/** @param {{busy?: boolean, kind?: string, type?: string, onClick?: any, disabled?: boolean, children?: any, label?: string}} props */
export function Button({ busy = false, kind = "", type = "button", onClick, disabled = false, children }) {
  return html`<button type=${type} class=${`${kind} ${busy ? "busy" : ""}`} aria-disabled=${busy ? "true" : undefined} disabled=${disabled}
    onClick=${busy ? undefined : onClick}>${children}</button>`;
}
