// Has the libraries of others sign: {kind} a line makes a key, {library, cryptosuite, document} signs with the last one.
import './no_network.mjs';
import * as bazaar from './digital_bazaar.mjs';
import * as dcc from './dcc.mjs';
import {answerLines} from './lines.mjs';
import {generateKey} from './loader.mjs';

const libraries = {'digital-bazaar': bazaar, dcc};
let keyPair = null;

await answerLines(async request => {
  if(request.kind) {
    keyPair = await generateKey(request.kind);
    return {did: keyPair.controller, method: keyPair.id, multikey: keyPair.publicKeyMultibase};
  }
  const library = libraries[request.library];
  return {document: await library.sign(request.document, keyPair, request.cryptosuite, request)};
});
