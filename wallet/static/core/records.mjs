// @ts-check
/**
 * The payload of a container: records that two devices can change apart and merge again.
 * A record is { id, kind, counter, device, deleted?, value }. The higher counter wins, a deletion wins over any edit, and
 * activity (never edited) is a union by itself.
 */

import { base64url, randomBytes } from "./bytes.mjs";

/** @typedef {"badge" | "key" | "activity" | "setting" | "unlocker" | "link"} Kind */
/** @typedef {{id: string, kind: Kind, counter: number, device: string, deleted?: true, value?: any}} Row */
/** @typedef {{records: Record<string, Row>}} Payload */

/** @returns {Payload} */
export const emptyPayload = () => ({ records: {} });

export const newId = () => base64url(randomBytes(12));

/**
 * Return a payload with this record added or changed; the given one stays as it was.
 * @param {Payload} payload @param {{id?: string, kind: Kind, value: any, device: string}} change
 */
export function putRecord(payload, { id = newId(), kind, value, device }) {
  const counter = (payload.records[id]?.counter ?? 0) + 1;
  return { ...payload, records: { ...payload.records, [id]: { id, kind, counter, device, value } } };
}

/** @param {Payload} payload @param {string} id @param {string} device */
export function deleteRecord(payload, id, device) {
  const old = payload.records[id];
  if (!old) return payload;
  /** @type {Row} */
  const gone = { id, kind: old.kind, counter: old.counter + 1, device, deleted: true };
  return { ...payload, records: { ...payload.records, [id]: gone } };
}

/** @param {Payload} payload @param {Kind} kind @returns {(any & {id: string})[]} */
export function recordsOf(payload, kind) {
  return Object.values(payload.records)
    .filter((row) => row.kind === kind && !row.deleted)
    .map((row) => ({ ...row.value, id: row.id }));
}

/**
 * Merge two payloads; the order in which devices meet makes no difference.
 * @param {Payload} mine @param {Payload} theirs @returns {Payload}
 */
export function mergePayloads(mine, theirs) {
  /** @type {Record<string, Row>} */
  const records = { ...mine.records };
  for (const [id, row] of Object.entries(theirs.records)) {
    records[id] = Object.hasOwn(records, id) ? newer(records[id], row) : row;
  }
  return { ...theirs, ...mine, records };
}

/** @param {Row} a @param {Row} b */
function newer(a, b) {
  if (Boolean(a.deleted) !== Boolean(b.deleted)) return a.deleted ? a : b;
  if (a.counter !== b.counter) return a.counter > b.counter ? a : b;
  return a.device >= b.device ? a : b;
}
