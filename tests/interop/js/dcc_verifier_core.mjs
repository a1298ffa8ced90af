// DCC's whole verifier: proof, dates, status bit, schema and registries (of which there are none here). It brings its
// own document loader; what that fetches is served by `no_network.mjs`.
import './no_network.mjs';
import {verifyCredential} from '@digitalcredentials/verifier-core';

export const packages = ['@digitalcredentials/verifier-core', '@digitalcredentials/vc', 'ajv'];

export async function verify(credential) {
  const {errors, log, additionalInformation} = await verifyCredential({credential, knownDIDRegistries: []});
  const steps = Object.fromEntries((log || []).map(step => [step.id, step.error ? 'error' : step.valid]));
  const schemas = (additionalInformation || []).flatMap(entry => entry.results || []);
  const {registered_issuer: _, ...judged} = steps;
  return {
    verified: !errors && Object.keys(judged).length > 0 && Object.values(judged).every(valid => valid === true),
    steps,
    schemaFollowed: schemas.length > 0 && schemas.every(entry => entry.result && entry.result.valid),
    error: errors && errors.map(e => `${e.name}: ${e.message}`).join('; ').slice(0, 500)
  };
}
