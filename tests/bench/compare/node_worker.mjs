// A library for Node.js, measured: `node node_worker.mjs digital_bazaar|dcc|dcc_verifier_core`. The questions and the
// way of measuring are those of measuring.py.
import '../../interop/js/no_network.mjs';
import fs from 'node:fs';
import path from 'node:path';
import {answerLines} from '../../interop/js/lines.mjs';
import {fileURLToPath} from 'node:url';

const AT_ONCE = 250;
const SUITE = 'eddsa-rdfc-2022';
const JS = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../interop/js');

const beforeImport = processor();
const library = await import(`../../interop/js/${process.argv[2]}.mjs`);
const loader = library.sign ? await import('../../interop/js/loader.mjs') : null;
const importSeconds = processor() - beforeImport;
const keyPair = loader && await loader.generateKey('Ed25519');

async function verify(text) {
  const answer = await library.verify(JSON.parse(text), SUITE);
  if(!answer.verified) {
    throw new Error(answer.error || JSON.stringify(answer));
  }
}

async function sign(badge) {
  return library.sign(badge, keyPair, SUITE, {date: '2026-11-23T10:00:00Z'});
}

const asText = text => text;
const tasks = library.sign ? {
  'verify-one-class': {ready: asText, one: verify},
  'verify-many-classes': {ready: asText, one: verify},
  'sign-one': {ready: JSON.parse, one: sign},
  'sign-cohort': {ready: JSON.parse, one: sign}
} : {whole: {ready: asText, one: verify}};
const files = {};

function processor() {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

function clock() {
  return performance.now() / 1000;
}

async function measure(row, seconds) {
  const {ready, one} = tasks[row];
  const file = files[row];
  const sum = {count: 0, processor: 0, clock: 0};
  while(sum.clock < seconds) {
    const items = [];
    for(let i = 0; i < AT_ONCE; ++i) {
      items.push(ready(file.lines[(file.next + i) % file.lines.length]));
    }
    const began = clock(), worked = processor();
    const until = began + seconds - sum.clock;
    let done = 0;
    for(const item of items) {
      await one(item);
      ++done;
      if(clock() >= until) {
        break;
      }
    }
    sum.processor += processor() - worked;
    sum.clock += clock() - began;
    sum.count += done;
    file.next = (file.next + done) % file.lines.length;
  }
  return sum;
}

function versions() {
  const found = {'Node.js': process.version.slice(1)};
  for(const name of library.packages) {
    const text = fs.readFileSync(path.join(JS, 'node_modules', name, 'package.json'), 'utf8');
    found[name] = JSON.parse(text).version;
  }
  return found;
}

async function accepts(text) {
  return (await library.verify(JSON.parse(text), SUITE)).verified;
}

const operations = {
  about: async () => ({rows: Object.keys(tasks), versions: versions()}),
  check: async request => ({accepted: await accepts(request.badge)}),
  first: async request => {
    const began = processor();
    const accepted = await accepts(request.badge);
    return {accepted, first: processor() - began, import: importSeconds};
  },
  sample: async request => ({document: await sign(JSON.parse(request.badge))}),
  load: async request => {
    files[request.row] = {lines: fs.readFileSync(request.path, 'utf8').trimEnd().split('\n'), next: 0};
    return {};
  },
  run: async request => measure(request.row, request.seconds)
};

await answerLines(request => operations[request.op](request));
