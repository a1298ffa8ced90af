// @ts-check
/** JSON Canonicalization Scheme (RFC 8785). JavaScript's own number and string forms are the ones the RFC asks for. */

/** @param {unknown} value @returns {string} */
export function canonicalize(value) {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("JCS: not a finite number");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("JCS: lone surrogate");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalize(item === undefined ? null : item)).join(",")}]`;
  if (typeof value === "object") {
    const names = Object.keys(value).filter((name) => value[name] !== undefined).sort(); // UTF-16 order, RFC 8785, 3.2.3
    return `{${names.map((name) => `${canonicalize(name)}:${canonicalize(value[name])}`).join(",")}}`;
  }
  throw new TypeError(`JCS: ${typeof value} is not JSON`);
}
