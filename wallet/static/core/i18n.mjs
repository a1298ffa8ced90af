// @ts-check
/** Sentences in the reader's language. A sentence is whole: parts are never glued together. */

import en from "../locale/en.mjs";
import nl from "../locale/nl.mjs";

/** @type {Record<string, Record<string, string>>} */
export const CATALOGUES = { en, nl };
export const LANGUAGES = ["nl", "en"];

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Translate */

/** @param {string} language @returns {Translate} */
export function translator(language) {
  const catalogue = CATALOGUES[language] ?? en;
  return (key, values = {}) => {
    const sentence = catalogue[key] ?? en[/** @type {keyof typeof en} */ (key)];
    if (sentence === undefined) return key.startsWith("problem.") ? catalogue["problem.unknown"].replace("{c}", key.slice(8)) : key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

/** @param {readonly string[]} preferred */
export function chooseLanguage(preferred) {
  for (const tag of preferred) if (LANGUAGES.includes(tag.slice(0, 2).toLowerCase())) return tag.slice(0, 2).toLowerCase();
  return "nl";
}

/** @param {string} moment @param {string} language */
export function formatDate(moment, language) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(date);
}

/** @param {string} moment @param {string} language */
export function formatMoment(moment, language) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(date);
}
