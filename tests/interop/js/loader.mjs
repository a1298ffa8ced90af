// Where the libraries get documents: what was handed over (`no_network.mjs`), and did:key by Digital Bazaar's own
// driver. What was resolved is remembered, so it costs once.
import {served} from './no_network.mjs';
import * as didKey from '@digitalbazaar/did-method-key';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';

const driver = didKey.driver();
driver.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});
driver.use({multibaseMultikeyHeader: 'zDna', fromMultibase: EcdsaMultikey.from});
driver.use({multibaseMultikeyHeader: 'z82L', fromMultibase: EcdsaMultikey.from});
const resolved = new Map();

export async function documentLoader(url) {
  let document = served(url) || resolved.get(url);
  if(!document && url.startsWith('did:key:')) {
    document = await driver.get({url});
    resolved.set(url, document);
  }
  if(!document) {
    throw new Error(`not among the documents that were handed over: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document, tag: 'static'};
}

export async function generateKey(kind) {
  const keyPair = kind === 'Ed25519' ?
    await Ed25519Multikey.generate() : await EcdsaMultikey.generate({curve: kind});
  keyPair.controller = `did:key:${keyPair.publicKeyMultibase}`;
  keyPair.id = `${keyPair.controller}#${keyPair.publicKeyMultibase}`;
  return keyPair;
}

// Both libraries refuse a badge with a status unless they are given something that checks it; only the proof is asked.
export async function statusNotAsked() {
  return {verified: true};
}

export function judged({verified, error, statusResult}) {
  if(verified) {
    return {verified};
  }
  const errors = [].concat((error && error.errors) || error || (statusResult && statusResult.error) || 'not verified');
  return {verified: false, error: errors.map(e => `${e.name || ''}: ${e.message || e}`).join('; ').slice(0, 500)};
}
