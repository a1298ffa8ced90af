// Resolves DIDs with DCC's driver for did:web, one JSON line for each.
import {driver} from '@digitalcredentials/did-method-web';

const web = driver();
for(const did of process.argv.slice(2)) {
  console.log(JSON.stringify(await web.get({did})));
}
