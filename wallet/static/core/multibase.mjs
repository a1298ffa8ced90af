// @ts-check
/** Multibase (base58btc `z`, base64url `u`) and the multicodec prefixes of public keys. */

import { base64url, concat, fromBase64url } from "./bytes.mjs";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const MAX_TEXT = 1024; // decoding is quadratic; nothing we read is longer

/** @param {Uint8Array} bytes */
export function base58btc(bytes) {
  const digits = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let at = 0; at < digits.length; at++) {
      carry += digits[at] << 8;
      digits[at] = carry % 58;
      carry = (carry / 58) | 0;
    }
    for (; carry; carry = (carry / 58) | 0) digits.push(carry % 58);
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const leading = "1".repeat(zeros < 0 ? bytes.length : zeros);
  return leading + digits.reverse().map((digit) => ALPHABET[digit]).join("");
}

/** @param {string} encoded */
export function fromBase58btc(encoded) {
  if (encoded.length > MAX_TEXT) throw new TypeError("base58: too long");
  const bytes = [];
  for (const character of encoded) {
    let carry = ALPHABET.indexOf(character);
    if (carry < 0) throw new TypeError("base58: unknown character");
    for (let at = 0; at < bytes.length; at++) {
      carry += bytes[at] * 58;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    for (; carry; carry >>= 8) bytes.push(carry & 0xff);
  }
  const zeros = encoded.match(/^1*/)?.[0].length ?? 0;
  return concat(new Uint8Array(zeros), Uint8Array.from(bytes.reverse()));
}

/** @param {string} encoded */
export function fromMultibase(encoded) {
  if (typeof encoded !== "string") throw new TypeError("multibase: not a text");
  if (encoded[0] === "z") return fromBase58btc(encoded.slice(1));
  if (encoded[0] === "u") return fromBase64url(encoded.slice(1));
  throw new TypeError("multibase: unknown base");
}

/** @param {Uint8Array} bytes */
export const toMultibase = (bytes) => `z${base58btc(bytes)}`;

/** @param {Uint8Array} bytes */
export const toMultibaseUrl = (bytes) => `u${base64url(bytes)}`;

const CODECS = [
  { algorithm: "Ed25519", prefix: [0xed, 0x01], length: 32 },
  { algorithm: "P-256", prefix: [0x80, 0x24], length: 33 },
];

/** @param {string} algorithm @param {Uint8Array} raw */
export function toMultikey(algorithm, raw) {
  const codec = CODECS.find((item) => item.algorithm === algorithm);
  if (!codec || raw.length !== codec.length) throw new TypeError("multikey: unknown kind of key");
  return toMultibase(concat(Uint8Array.from(codec.prefix), raw));
}

/** @param {string} multikey @returns {{algorithm: string, raw: Uint8Array}} */
export function fromMultikey(multikey) {
  const bytes = fromMultibase(multikey);
  for (const { algorithm, prefix, length } of CODECS) {
    if (bytes[0] === prefix[0] && bytes[1] === prefix[1] && bytes.length === length + 2) return { algorithm, raw: bytes.slice(2) };
  }
  throw new TypeError("multikey: unknown kind of key");
}
