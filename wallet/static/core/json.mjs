// @ts-check
/** Untrusted JSON: bounded in size and depth, and without the member names that reach prototypes. */

import { Problem } from "./problem.mjs";

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/**
 * @param {string} source @param {{maxLength?: number, maxDepth?: number}} [limits]
 * @returns {any}
 */
export function parseJson(source, { maxLength = 2_000_000, maxDepth = 32 } = {}) {
  if (typeof source !== "string" || source.length > maxLength) throw new Problem("answer-too-large");
  let value;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new Problem("answer-not-json", {}, error);
  }
  checkValue(value, maxDepth);
  return value;
}

/** @param {unknown} value @param {number} depth */
function checkValue(value, depth) {
  if (value === null || typeof value !== "object") return;
  if (depth === 0) throw new Problem("answer-too-deep");
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value) && FORBIDDEN.has(name)) throw new Problem("answer-not-json");
    checkValue(member, depth - 1);
  }
}

/** @param {string} source @returns {Record<string, any>} */
export function parseObject(source) {
  const value = parseJson(source);
  if (!isObject(value)) throw new Problem("answer-not-json");
  return value;
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @template T @param {T | T[] | undefined | null} value @returns {T[]} */
export const listed = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
