// @ts-check
/**
 * Data Integrity proofs (VC Data Integrity 1.0; vc-di-eddsa): make `eddsa-jcs-2022`, check that and `eddsa-rdfc-2022`.
 * RDF canonicalisation comes in as a function: it is large, so the app loads it only when a proof asks for it.
 */

import { concat, sha256 } from "./bytes.mjs";
import { isObject, listed } from "./json.mjs";
import { canonicalize } from "./jcs.mjs";
import { sign, verify } from "./keys.mjs";
import { fromMultibase, toMultibase } from "./multibase.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {(document: Record<string, any>) => Promise<string>} Canonizer */

/**
 * @param {Record<string, any>} document @param {import("./keys.mjs").HolderKey} key
 * @param {{proofPurpose: string, created: string, challenge?: string, domain?: string}} options
 */
export async function addJcsProof(document, key, options) {
  const proof = { type: "DataIntegrityProof", cryptosuite: "eddsa-jcs-2022", verificationMethod: key.verificationMethod, ...options };
  const config = { ...proof, "@context": document["@context"] }; // vc-di-eddsa, 3.3.5: the options carry the document's context
  const signature = await sign(key, await jcsHash(document, config));
  return { ...document, proof: { ...config, proofValue: toMultibase(signature) } };
}

/** @param {Record<string, any>} document @param {Record<string, any>} config */
async function jcsHash(document, config) {
  return concat(await sha256(canonicalize(config)), await sha256(canonicalize(document)));
}

/** @param {Record<string, any>} document @param {Record<string, any>} config @param {Canonizer} canonize */
async function rdfcHash(document, config, canonize) {
  return concat(await sha256(await canonize(config)), await sha256(await canonize(document)));
}

/** @param {Record<string, any>} document @returns {Record<string, any>[]} */
export const proofsOf = (document) => listed(document.proof).filter(isObject);

/** @param {Record<string, any>} proof */
export const isSupported = (proof) =>
  proof.type === "DataIntegrityProof" && ["eddsa-rdfc-2022", "eddsa-jcs-2022"].includes(proof.cryptosuite);

/**
 * Say whether this proof was made over this document by this key. Whose key it is, is asked elsewhere.
 * @param {Record<string, any>} document @param {Record<string, any>} proof
 * @param {import("./keys.mjs").VerifyKey} key @param {Canonizer} canonize
 */
export async function verifyProof(document, proof, key, canonize) {
  if (!isSupported(proof) || key.algorithm !== "Ed25519") return false;
  const { proof: _, ...unsecured } = document;
  const { proofValue, ...options } = proof;
  const signature = signatureOf(proofValue);
  if (proof.cryptosuite === "eddsa-jcs-2022") {
    const context = options["@context"];
    if (context !== undefined && !beginsWith(unsecured["@context"], context)) return false;
    return verify(key, await jcsHash(context === undefined ? unsecured : { ...unsecured, "@context": context }, options), signature);
  }
  return verify(key, await rdfcHash(unsecured, { ...options, "@context": unsecured["@context"] }, canonize), signature);
}

/** @param {unknown} proofValue */
function signatureOf(proofValue) {
  try {
    const signature = typeof proofValue === "string" && proofValue[0] === "z" ? fromMultibase(proofValue) : new Uint8Array();
    if (signature.length === 64) return signature;
  } catch (error) {
    throw new Problem("badge-signature", {}, error);
  }
  throw new Problem("badge-signature");
}

/** @param {unknown} whole @param {unknown} start */
function beginsWith(whole, start) {
  const all = listed(whole);
  return listed(start).every((item, at) => canonicalize(item) === canonicalize(all[at] ?? null));
}
