// @ts-check
/** One class for everything that can go wrong and that a person should read about. `code` is also the key of the sentence. */

export class Problem extends Error {
  /**
   * @param {string} code stable kebab code; the sentence is `problem.<code>` in the catalogues
   * @param {Record<string, string | number>} [values] what the sentence needs
   * @param {unknown} [cause]
   */
  constructor(code, values = {}, cause = undefined) {
    super(code, { cause });
    this.name = "Problem";
    this.code = code;
    this.values = values;
  }
}

/**
 * @param {unknown} condition @param {string} code @param {Record<string, string | number>} [values]
 * @returns {asserts condition}
 */
export function require(condition, code, values = {}) {
  if (!condition) throw new Problem(code, values);
}
