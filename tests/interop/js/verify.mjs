// Asks the libraries of others whether a badge holds: {library, cryptosuite, credential} a line; with
// `selectivePointers` it returns what those show of the badge.
import './no_network.mjs';
import * as bazaar from './digital_bazaar.mjs';
import * as core from './dcc_verifier_core.mjs';
import * as dcc from './dcc.mjs';
import {answerLines} from './lines.mjs';

const libraries = {'digital-bazaar': bazaar, dcc, 'dcc-verifier-core': core};

await answerLines(async request => {
  if(request.selectivePointers) {
    return {document: await bazaar.derive(request.credential, request.selectivePointers)};
  }
  return libraries[request.library].verify(request.credential, request.cryptosuite);
});
