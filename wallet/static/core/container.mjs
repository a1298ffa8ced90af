// @ts-check
/**
 * The container: everything the student has, sealed so that the service that keeps it cannot read, swap or forge it.
 *
 *   container = { v, wid, rev, unlockers[], eph, wrapped{}, box, sig }
 *   unlocker  = { id, kind, salt, pub (P-256), prv = AES-GCM(KEK, {private half, the wallet's signature key}) }
 *   KEK       = HKDF(unlocker secret, salt, "edubadges-wallet/kek/v1/<kind>")
 *   a save    : fresh data key + fresh ephemeral P-256 key; for each unlocker the data key is wrapped under ECDH(eph, pub)
 *   box       = AES-GCM(data key, padded payload, aad = the header)
 *   sig       = Ed25519 by the wallet's own key over all of it; its public half is inside every `prv`, so a service that only
 *               knows public keys cannot make a container that opens.
 *
 * No connection is opened here and no ceremony is done: secrets come in as HKDF keys.
 */

import { base64url, concat, fromBase64url, hkdfAesKey, hkdfBits, hkdfKey, randomBytes, sha256, text, utf8 } from "./bytes.mjs";
import { canonicalize } from "./jcs.mjs";
import { parseJson } from "./json.mjs";
import { Problem, require } from "./problem.mjs";

const VERSION = 1;
const STEP = 16 * 1024; // the payload is padded to steps, so its size does not count badges
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/**
 * @typedef {{iv: string, ct: string}} Sealed
 * @typedef {{id: string, kind: "passkey" | "recovery" | "device", salt: string, pub: string, prv: Sealed}} Unlocker
 * @typedef {{v: 1, wid: string, rev: number, unlockers: Unlocker[], eph: string, wrapped: Record<string, Sealed>, box: Sealed, sig: string}} Container
 * @typedef {{unlockerId: string, unwrapKey: CryptoKey, signPublic: Uint8Array}} Opener what one unlocker gives while the wallet is open
 * @typedef {{wid: string, opener: Opener, signKey: CryptoKey, signJwk: JsonWebKey, payload: any}} Opened
 */

export const newWalletId = () => base64url(randomBytes(16));

/** The wallet's own signature key; the JWK goes into the payload. */
export async function makeSignKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]));
  const { kty, crv, x, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { kty, crv, x, d };
}

/**
 * Make a new way to open this wallet.
 * @param {{wid: string, kind: Unlocker["kind"], secret: CryptoKey, signPublic: Uint8Array}} options `secret` is an HKDF key
 * @returns {Promise<Unlocker>}
 */
export async function makeUnlocker({ wid, kind, secret, signPublic }) {
  const id = base64url(randomBytes(12));
  const salt = randomBytes(32);
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]));
  const pub = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const half = { pkcs8: base64url(await crypto.subtle.exportKey("pkcs8", pair.privateKey)), sign: base64url(signPublic) };
  const header = { id, kind, salt: base64url(salt), pub };
  const prv = await seal(await kek(secret, salt, kind), utf8(canonicalize(half)), unlockerData(wid, header));
  return { ...header, prv };
}

/**
 * What proves to the service that this secret belongs to the wallet: another branch than the one that opens the container.
 * @param {CryptoKey} secret @param {Unlocker["kind"]} kind
 */
export const authenticatorOf = (secret, kind) => hkdfBits(secret, new Uint8Array(32), `edubadges-wallet/authenticator/v1/${kind}`);

/** @param {CryptoKey} secret @param {Unlocker["kind"]} kind */
export const authenticatorHash = async (secret, kind) => base64url(await sha256(await authenticatorOf(secret, kind)));

/** @param {CryptoKey} secret @param {Uint8Array} salt @param {Unlocker["kind"]} kind */
const kek = (secret, salt, kind) => hkdfAesKey(secret, salt, `edubadges-wallet/kek/v1/${kind}`);

/** @param {string} wid @param {Omit<Unlocker, "prv">} header */
const unlockerData = (wid, { id, kind, salt, pub }) => utf8(canonicalize({ wid, id, kind, salt, pub }));

/** @param {Pick<Container, "v" | "wid" | "rev" | "unlockers">} container */
function headerOf({ v, wid, rev, unlockers }) {
  return utf8(canonicalize({ v, wid, rev, unlockers: unlockers.map(({ id, kind, salt, pub }) => ({ id, kind, salt, pub })) }));
}

/** @param {Omit<Container, "sig">} container */
const signedPart = ({ v, wid, rev, unlockers, eph, wrapped, box }) =>
  utf8(`edubadges-wallet/container/v1\n${canonicalize({ v, wid, rev, unlockers, eph, wrapped, box })}`);

/**
 * Seal one revision.
 * @param {{wid: string, rev: number, unlockers: Unlocker[], payload: any, signJwk: JsonWebKey}} options
 * @returns {Promise<Container>}
 */
export async function sealContainer({ wid, rev, unlockers, payload, signJwk }) {
  require(unlockers.length > 0, "container-no-unlocker");
  const dataKey = randomBytes(32);
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]));
  const header = { v: /** @type {1} */ (VERSION), wid, rev, unlockers };
  /** @type {Record<string, Sealed>} */
  const wrapped = {};
  for (const { id, pub } of unlockers) {
    const publicKey = await crypto.subtle.importKey("raw", fromBase64url(pub), CURVE, false, []);
    wrapped[id] = await seal(await wrapKey(pair.privateKey, publicKey, wid, rev, id), dataKey, utf8(id));
  }
  const boxKey = await crypto.subtle.importKey("raw", dataKey, "AES-GCM", false, ["encrypt"]);
  const box = await seal(boxKey, pad(utf8(JSON.stringify({ ...payload, signJwk }))), headerOf(header));
  const unsigned = { ...header, eph: base64url(await crypto.subtle.exportKey("raw", pair.publicKey)), wrapped, box };
  const signKey = await crypto.subtle.importKey("jwk", signJwk, "Ed25519", false, ["sign"]);
  return { ...unsigned, sig: base64url(await crypto.subtle.sign("Ed25519", signKey, signedPart(unsigned))) };
}

/**
 * Open a container with the secret of one unlocker. Every change anybody made to it is refused.
 * @param {Container} container @param {{kind: Unlocker["kind"], secret: CryptoKey}} unlock
 * @returns {Promise<Opened>}
 */
export async function openWithSecret(container, { kind, secret }) {
  checkShape(container);
  for (const unlocker of container.unlockers.filter((item) => item.kind === kind)) {
    const half = await openHalf(container.wid, unlocker, secret);
    if (half === null) continue;
    const unwrapKey = await crypto.subtle.importKey("pkcs8", fromBase64url(half.pkcs8), CURVE, false, ["deriveBits"]);
    return openWithOpener(container, { unlockerId: unlocker.id, unwrapKey, signPublic: fromBase64url(half.sign) });
  }
  throw new Problem("container-wrong-key");
}

/**
 * Open a later revision with what the first opening left in memory.
 * @param {Container} container @param {Opener} opener
 * @returns {Promise<Opened>}
 */
export async function openWithOpener(container, opener) {
  checkShape(container);
  const { wid, rev } = container;
  const mine = container.wrapped[opener.unlockerId];
  require(mine, "container-removed");
  await checkSignature(container, opener.signPublic);
  try {
    const eph = await crypto.subtle.importKey("raw", fromBase64url(container.eph), CURVE, false, []);
    const dataKey = await open(await wrapKey(opener.unwrapKey, eph, wid, rev, opener.unlockerId), mine, utf8(opener.unlockerId));
    const boxKey = await crypto.subtle.importKey("raw", dataKey, "AES-GCM", false, ["decrypt"]);
    const { signJwk, ...payload } = parseJson(text(unpad(await open(boxKey, container.box, headerOf(container)))), {
      maxLength: 50_000_000,
      maxDepth: 64,
    });
    const signKey = await crypto.subtle.importKey("jwk", signJwk, "Ed25519", false, ["sign"]);
    return { wid, opener, signKey, signJwk, payload };
  } catch (error) {
    throw new Problem("container-tampered", {}, error);
  }
}

/** @param {Container} container */
export const containerHash = async (container) => base64url(await sha256(canonicalize(container)));

/** @param {Container} container @param {Uint8Array} signPublic */
async function checkSignature(container, signPublic) {
  const key = await crypto.subtle.importKey("raw", signPublic, "Ed25519", false, ["verify"]);
  const genuine = await crypto.subtle.verify("Ed25519", key, fromBase64url(container.sig), signedPart(container));
  require(genuine, "container-tampered");
}

/** @param {any} container */
function checkShape(container) {
  require(container && typeof container === "object", "container-tampered");
  require(container.v <= VERSION, "container-newer");
  const whole = container.v === VERSION && typeof container.wid === "string" && Number.isSafeInteger(container.rev);
  require(whole && Array.isArray(container.unlockers) && container.wrapped && container.box, "container-tampered");
}

/** @param {string} wid @param {Unlocker} unlocker @param {CryptoKey} secret */
async function openHalf(wid, unlocker, secret) {
  try {
    const key = await kek(secret, fromBase64url(unlocker.salt), unlocker.kind);
    return parseJson(text(await open(key, unlocker.prv, unlockerData(wid, unlocker))));
  } catch {
    return null; // another unlocker of the same kind: AES-GCM says only "no"
  }
}

/** @param {CryptoKey} own @param {CryptoKey} other @param {string} wid @param {number} rev @param {string} id */
async function wrapKey(own, other, wid, rev, id) {
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256));
  return hkdfAesKey(await hkdfKey(shared), new Uint8Array(32), `edubadges-wallet/wrap/v1/${wid}:${rev}:${id}`);
}

/** @param {CryptoKey} key @param {Uint8Array} plain @param {Uint8Array} additionalData @returns {Promise<Sealed>} */
async function seal(key, plain, additionalData) {
  const iv = randomBytes(12);
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return { iv: base64url(iv), ct: base64url(ct) };
}

/** @param {CryptoKey} key @param {Sealed} sealed @param {Uint8Array} additionalData */
async function open(key, { iv, ct }, additionalData) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64url(iv), additionalData }, key, fromBase64url(ct)));
}

/** @param {Uint8Array} bytes four bytes of length, then the bytes, then zeros up to the next step */
function pad(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  const whole = Math.ceil((bytes.length + 4) / STEP) * STEP;
  return concat(length, bytes, new Uint8Array(whole - bytes.length - 4));
}

/** @param {Uint8Array} padded */
function unpad(padded) {
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (length + 4 > padded.length) throw new TypeError("container: wrong length");
  return padded.slice(4, 4 + length);
}
