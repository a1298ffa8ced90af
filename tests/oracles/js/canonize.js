// Canonical N-Quads by Digital Bazaar's jsonld and rdf-canonize, asked line by line: one JSON request, one JSON answer.
//
// The first line holds the contexts, {url: document}; nothing is ever fetched. A request is {document, repairs}: the
// repairs put right what these libraries are known to do differently from the standards, so that a difference can be
// traced to its cause. An answer is {nquads} or {error}.
'use strict';

const path = require('path');
const readline = require('readline');
const jsonld = require('jsonld');
const rdfCanonize = require('rdf-canonize');
const Permuter = require(path.join(path.dirname(require.resolve('rdf-canonize')), 'lib', 'Permuter.js'));
const types = require(path.join(path.dirname(require.resolve('jsonld')), 'types.js'));

const MAX_WORK_FACTOR = 4;

const untouched = {
  next: Permuter.prototype.next,
  sort: Array.prototype.sort,
  isDouble: types.isDouble,
  toExponential: Number.prototype.toExponential
};

// RDFC-1.0 orders by code point; JavaScript's own order is by UTF-16 code unit.
function sortByCodePoint(compare) {
  return untouched.sort.call(this, compare || ((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

// JSON-LD 1.1 API, 8.6: any number with a fraction is a double, also when it is written without a point (1e-7).
function isDoubleByValue(value) {
  return types.isNumber(value) && (value % 1 !== 0 || Math.abs(value) >= 1e21);
}

// printf's %1.15E rounds the exact value half to even; toExponential rounds a tie up.
function exponentialHalfEven(digits) {
  const text = untouched.toExponential.call(this, digits);
  const exact = untouched.toExponential.call(this, 60).split('e')[0];
  const rest = exact.slice(exact.indexOf('.') + 1 + digits);
  if(!/^50*$/.test(rest)) {
    return text;
  }
  const kept = exact.slice(0, exact.indexOf('.') + 1 + digits);
  return Number(kept.slice(-1)) % 2 === 0 ? kept + 'e' + text.split('e')[1] : text;
}

// In a named graph a node is related by each of its quads, so a list holds it several times. The permuter of
// rdf-canonize is made for lists without repeats and misses orders of others; this gives every distinct one.
function nextDistinct() {
  const current = this.current;
  const order = current.slice();
  let i = current.length - 2;
  while(i >= 0 && current[i] >= current[i + 1]) {
    i--;
  }
  if(i < 0) {
    this.done = true;
    return order;
  }
  let j = current.length - 1;
  while(current[j] <= current[i]) {
    j--;
  }
  [current[i], current[j]] = [current[j], current[i]];
  current.push(...current.splice(i + 1).reverse());
  return order;
}

function apply(repairs) {
  Permuter.prototype.next = repairs.includes('permutations') ? nextDistinct : untouched.next;
  Array.prototype.sort = repairs.includes('order') ? sortByCodePoint : untouched.sort;
  types.isDouble = repairs.includes('doubles') ? isDoubleByValue : untouched.isDouble;
  Number.prototype.toExponential = repairs.includes('ties') ? exponentialHalfEven : untouched.toExponential;
}

// A dataset is a set: an empty list of a node that is written twice makes its statement twice.
async function canonizeEachOnce(document, options) {
  const dataset = await jsonld.toRDF(document, {documentLoader: options.documentLoader, safe: true, base: null});
  const each = new Map(dataset.map(quad => [JSON.stringify(quad), quad]));
  const {algorithm, format} = options;
  return rdfCanonize.canonize([...each.values()], {algorithm, format, maxWorkFactor: MAX_WORK_FACTOR});
}

async function answer(request, documentLoader) {
  const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, safe: true};
  options.canonizeOptions = {maxWorkFactor: MAX_WORK_FACTOR};
  apply(request.repairs || []);
  try {
    const canonize = (request.repairs || []).includes('once') ? canonizeEachOnce : jsonld.canonize;
    return {nquads: await canonize(request.document, options)};
  } catch(error) {
    return {error: `${error.name}: ${error.message}`.slice(0, 300)};
  } finally {
    apply([]);
  }
}

async function main() {
  let documentLoader = null;
  for await (const line of readline.createInterface({input: process.stdin, crlfDelay: Infinity})) {
    const request = JSON.parse(line);
    if(documentLoader === null) {
      documentLoader = async url => {
        if(!Object.prototype.hasOwnProperty.call(request, url)) {
          throw new Error(`unknown context ${url}`);
        }
        return {contextUrl: null, documentUrl: url, document: request[url], tag: 'static'};
      };
      continue;
    }
    process.stdout.write(JSON.stringify(await answer(request, documentLoader)) + '\n');
  }
}

main();
