// @ts-check
/** Who is in the registry: the whole list, the same bytes for everybody, so that asking says nothing about one badge. */

import { isObject, listed, parseJson } from "../core/json.mjs";
import { require } from "../core/problem.mjs";
import { transaction } from "./net.mjs";

const FRESH_MS = 600_000;
/** @type {{at: number, list: any[]} | null} */
let known = null;

/** @param {string} registryUrl @returns {Promise<any[]>} */
export async function fetchParticipants(registryUrl) {
  if (known && Date.now() - known.at < FRESH_MS) return known.list;
  const answer = await transaction([registryUrl]).get(`${registryUrl}/api/participants`);
  require(answer.status === 200, "unreachable");
  const body = parseJson(answer.body);
  known = { at: Date.now(), list: listed(isObject(body) ? body.participants : body).filter(isObject) };
  return known.list;
}
