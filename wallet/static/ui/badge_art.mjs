// @ts-check
/** The picture of a badge: its own when it travels inside the badge, and otherwise drawn from issuer and name, always the same. */

import { html } from "./parts.mjs";

/** FNV-1a: only to choose colours. @param {string} text */
function number(text) {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}

/** @param {string} name */
const initials = (name) =>
  name.split(/[\s–-]+/).filter((word) => /^\p{Lu}|^\p{N}/u.test(word)).slice(0, 2).map((word) => [...word][0]).join("") || [...name][0]?.toUpperCase() || "★";

/** @param {{view: any, muted?: boolean}} props decorative: the name stands beside it */
export function BadgeArt({ view, muted = false }) {
  const hue = number(view.issuerId) % 360;
  const seed = number(`${view.name}|${view.issuerId}`);
  const id = `a${seed.toString(36)}${hue}`;
  const turn = seed % 360;
  return html`<div class=${`art ${muted ? "art-muted" : ""}`} aria-hidden="true">
    <svg class="art-field" viewBox="0 0 500 300" preserveAspectRatio="xMidYMid slice">
      <defs>
        <linearGradient id=${id} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color=${`hsl(${hue} 62% 46%)`} /><stop offset="1" stop-color=${`hsl(${(hue + 24 + (seed % 72)) % 360} 66% 32%)`} />
        </linearGradient>
        <radialGradient id=${`${id}g`}><stop offset="0" stop-color="#fff" stop-opacity=".34" /><stop offset="1" stop-color="#fff" stop-opacity="0" /></radialGradient>
      </defs>
      <rect width="500" height="300" fill=${`url(#${id})`} />
      <g transform=${`rotate(${turn} 250 150)`} fill="none" stroke="#fff">
        ${[60, 104, 148, 196, 248, 304].map((r, at) => html`<ellipse cx="250" cy="150" rx=${r * 1.25} ry=${r} stroke-opacity=${0.26 - at * 0.036} stroke-width=${1.5 + ((seed >> at) & 3)} stroke-dasharray=${(seed >> (at + 3)) & 1 ? "" : `${12 + at * 9} ${8 + at * 4}`} />`)}
      </g>
      <circle cx=${90 + (seed % 320)} cy=${30 + (seed % 90)} r="190" fill=${`url(#${id}g)`} />
    </svg>
    ${view.image ? html`<img class="art-own" src=${view.image} alt="" />` : html`<${Mark} name=${view.name} hue=${hue} seed=${seed} />`}
  </div>`;
}

/** A medal with as many lobes as the name asks for. @param {{name: string, hue: number, seed: number}} props */
function Mark({ name, hue, seed }) {
  const lobes = 8 + (seed % 5);
  const points = Array.from({ length: lobes * 12 + 1 }, (_, at) => {
    const angle = (at / (lobes * 12)) * 2 * Math.PI;
    const radius = 44 + 3.4 * Math.cos(lobes * angle);
    return `${(50 + radius * Math.cos(angle)).toFixed(2)} ${(50 + radius * Math.sin(angle)).toFixed(2)}`;
  });
  return html`<svg class="art-mark" viewBox="0 0 100 100">
    <path d=${`M${points.join("L")}Z`} fill="#fff" />
    <circle cx="50" cy="50" r="37" fill="none" stroke=${`hsl(${hue} 60% 46%)`} stroke-width="1.6" stroke-dasharray="1.500 3.200" />
    <text x="50" y="51.500" text-anchor="middle" dominant-baseline="central" font-size="31" font-weight="750" letter-spacing="-1" fill=${`hsl(${hue} 66% 32%)`}>${initials(name)}</text>
  </svg>`;
}
