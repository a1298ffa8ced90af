// Digital Bazaar's libraries, used as their documentation shows.
import {documentLoader, judged, statusNotAsked} from './loader.mjs';
import * as ecdsaSd2023 from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs2022 from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

export const packages = ['@digitalbazaar/vc', '@digitalbazaar/data-integrity',
  '@digitalbazaar/eddsa-rdfc-2022-cryptosuite', 'jsonld', 'rdf-canonize'];

const toSign = {
  'eddsa-rdfc-2022': () => eddsaRdfc2022,
  'ecdsa-rdfc-2019': () => ecdsaRdfc2019,
  'eddsa-jcs-2022': () => eddsaJcs2022.createSignCryptosuite(),
  'ecdsa-sd-2023': options => ecdsaSd2023.createSignCryptosuite({mandatoryPointers: options.mandatoryPointers})
};

const toVerify = {
  'eddsa-rdfc-2022': () => eddsaRdfc2022,
  'ecdsa-rdfc-2019': () => ecdsaRdfc2019,
  'eddsa-jcs-2022': () => eddsaJcs2022.createVerifyCryptosuite(),
  'ecdsa-sd-2023': () => ecdsaSd2023.createVerifyCryptosuite()
};

export async function sign(credential, keyPair, cryptosuite, options) {
  const suite = new DataIntegrityProof({
    signer: keyPair.signer(), date: options.date, cryptosuite: toSign[cryptosuite](options)
  });
  return vc.issue({credential, suite, documentLoader});
}

export async function derive(document, selectivePointers) {
  const cryptosuite = ecdsaSd2023.createDiscloseCryptosuite({selectivePointers});
  const suite = new DataIntegrityProof({cryptosuite});
  return jsigs.derive(document, {suite, purpose: new jsigs.purposes.AssertionProofPurpose(), documentLoader});
}

export async function verify(credential, cryptosuite) {
  const suite = new DataIntegrityProof({cryptosuite: toVerify[cryptosuite]()});
  return judged(await vc.verifyCredential({credential, suite, documentLoader, checkStatus: statusNotAsked}));
}
