// One JSON request on a line, one JSON answer on a line. The first line of a process holds the documents it may know.
import readline from 'node:readline';
import {serve} from './no_network.mjs';

// The libraries write remarks of their own, and standard output belongs to the answers.
console.log = console.info = console.warn = () => {};

export async function answerLines(answer) {
  let opened = false;
  for await (const line of readline.createInterface({input: process.stdin, crlfDelay: Infinity})) {
    const request = JSON.parse(line);
    let reply;
    if(!opened) {
      opened = true;
      serve(request.documents);
      reply = {ready: true, node: process.version};
    } else {
      serve(request.documents);
      try {
        reply = await answer(request);
      } catch(error) {
        reply = {failed: `${error.name}: ${error.message}`.slice(0, 500)};
      }
    }
    process.stdout.write(JSON.stringify(reply) + '\n');
  }
}
