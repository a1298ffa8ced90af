// The Digital Credentials Consortium's libraries: forks of Digital Bazaar's. They know `eddsa-rdfc-2022` only.
import {documentLoader, judged, statusNotAsked} from './loader.mjs';
import * as vc from '@digitalcredentials/vc';
import {DataIntegrityProof} from '@digitalcredentials/data-integrity';
import {cryptosuite as eddsaRdfc2022} from '@digitalcredentials/eddsa-rdfc-2022-cryptosuite';

export const packages = ['@digitalcredentials/vc', '@digitalcredentials/data-integrity',
  '@digitalcredentials/eddsa-rdfc-2022-cryptosuite', '@digitalcredentials/jsonld'];

function onlyKnown(cryptosuite) {
  if(cryptosuite !== 'eddsa-rdfc-2022') {
    throw new Error(`DCC does not know ${cryptosuite}`);
  }
}

export async function sign(credential, keyPair, cryptosuite, options) {
  onlyKnown(cryptosuite);
  const suite = new DataIntegrityProof({signer: keyPair.signer(), date: options.date, cryptosuite: eddsaRdfc2022});
  return vc.issue({credential, suite, documentLoader});
}

export async function verify(credential, cryptosuite) {
  onlyKnown(cryptosuite);
  const suite = new DataIntegrityProof({cryptosuite: eddsaRdfc2022});
  return judged(await vc.verifyCredential({credential, suite, documentLoader, checkStatus: statusNotAsked}));
}
