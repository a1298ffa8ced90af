// @ts-check
/** Decompress a P-256 point (SEC 1, 2.3.4): WebCrypto reads only the long form. */

import { concat } from "./bytes.mjs";

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (let b = base % P, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P;
    b = (b * b) % P;
  }
  return result;
}

/** @param {bigint} value */
function bytes32(value) {
  const hex = value.toString(16).padStart(64, "0");
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param {Uint8Array} compressed @returns {Uint8Array} 65 bytes, `04 || x || y` */
export function decompressP256(compressed) {
  if (compressed.length !== 33 || (compressed[0] !== 2 && compressed[0] !== 3)) throw new TypeError("P-256: not a compressed point");
  const x = BigInt("0x" + Array.from(compressed.slice(1), (byte) => byte.toString(16).padStart(2, "0")).join(""));
  const square = (((x * x) % P) * x - 3n * x + B) % P;
  let y = power((square + P) % P, (P + 1n) / 4n); // p = 3 mod 4
  if ((y * y - square) % P !== 0n) throw new TypeError("P-256: not on the curve");
  if ((y & 1n) !== BigInt(compressed[0] & 1)) y = P - y;
  return concat(Uint8Array.of(4), bytes32(x), bytes32(y));
}
