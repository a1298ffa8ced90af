// @ts-check
/**
 * Recovery code: 160 random bits in Crockford base32 as eight groups of four, and a ninth group with two checksums.
 * S0 = sum of the digits and S1 = sum of position times digit, both modulo the prime 1021. One wrong digit changes both, and
 * their quotient says where it is, so a typing mistake is found and its group named before any request is made.
 */

import { randomBytes } from "./bytes.mjs";
import { Problem } from "./problem.mjs";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: no I, L, O, U
const DIGITS = 32;
const PRIME = 1021; // the largest below 2^10, so each checksum is two digits

export const makeRecoveryCode = () => encodeRecoveryCode(randomBytes(20));

/** @param {Uint8Array} secret 20 bytes */
export function encodeRecoveryCode(secret) {
  let bits = 0n;
  for (const byte of secret) bits = (bits << 8n) | BigInt(byte);
  const digits = Array.from({ length: DIGITS }, (_, at) => Number((bits >> BigInt(5 * (DIGITS - 1 - at))) & 31n));
  const checks = checksums(digits).flatMap((sum) => [sum >> 5, sum & 31]);
  const code = [...digits, ...checks].map((digit) => ALPHABET[digit]).join("");
  return /** @type {string[]} */ (code.match(/.{4}/g)).join("-");
}

/** @param {string} typed @returns {Uint8Array} the 20 bytes */
export function decodeRecoveryCode(typed) {
  const text = normalize(typed);
  if (text.length !== DIGITS + 4) throw new Problem("recovery-length", { n: text.length });
  const digits = [...text].map((character) => ALPHABET.indexOf(character));
  const unknown = digits.indexOf(-1);
  if (unknown >= 0) throw new Problem("recovery-typo", { n: groupOf(unknown) });
  checkSums(digits);
  let bits = 0n;
  for (const digit of digits.slice(0, DIGITS)) bits = (bits << 5n) | BigInt(digit);
  return Uint8Array.from({ length: 20 }, (_, at) => Number((bits >> BigInt(8 * (19 - at))) & 255n));
}

/** Forgive what people mistype: case, spaces, and the letters Crockford leaves out. @param {string} typed */
const normalize = (typed) => typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");

/** @param {number} position */
const groupOf = (position) => Math.floor(position / 4) + 1;

/** @param {number[]} digits @returns {[number, number]} */
function checksums(digits) {
  const plain = digits.reduce((sum, digit) => sum + digit, 0);
  const weighted = digits.reduce((sum, digit, at) => sum + (at + 1) * digit, 0);
  return [plain % PRIME, weighted % PRIME];
}

/** @param {number[]} digits all 36 */
function checkSums(digits) {
  const [plain, weighted] = checksums(digits.slice(0, DIGITS));
  const [a, b, c, d] = digits.slice(DIGITS);
  const error = modulo(plain - (a * 32 + b));
  const moment = modulo(weighted - (c * 32 + d));
  if (error === 0 && moment === 0) return;
  const position = error === 0 ? 0 : modulo(moment * inverse(error));
  const oneDigit = position >= 1 && position <= DIGITS && Math.min(error, PRIME - error) < 32;
  throw oneDigit ? new Problem("recovery-typo", { n: groupOf(position - 1) }) : new Problem("recovery-typo-somewhere");
}

/** @param {number} value */
const modulo = (value) => ((value % PRIME) + PRIME) % PRIME;

/** @param {number} value Fermat: value^(p-2) */
function inverse(value) {
  let result = 1;
  for (let base = value, exponent = PRIME - 2; exponent > 0; exponent >>= 1, base = modulo(base * base)) {
    if (exponent & 1) result = modulo(result * base);
  }
  return result;
}
