// @ts-check
/** Our own service: it keeps ciphertext. The session token lives in memory only. */

import { parseObject } from "../core/json.mjs";
import { Problem } from "../core/problem.mjs";

/** @typedef {import("../core/container.mjs").Container} Container */
/** @typedef {{unlocker_id: string, hash: string}} NewAuthenticator */

/** @param {string} path @param {{method?: string, body?: unknown, token?: string, scheme?: string, revision?: number, credentials?: RequestCredentials}} [options] */
async function call(path, { method = "GET", body, token, scheme = "Bearer", revision, credentials = "omit" } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `${scheme} ${token}`;
  if (revision !== undefined) headers["If-Match"] = `"${revision}"`;
  let response;
  try {
    const content = body === undefined ? undefined : JSON.stringify(body);
    response = await fetch(path, { method, headers, body: content, cache: "no-store", credentials });
  } catch (error) {
    throw new Problem("offline", {}, error);
  }
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : null;
  const problem = response.headers.get("content-type")?.includes("json") ? parseObject(text) : {};
  throw new Problem(String(problem.code ?? (response.status >= 500 ? "offline" : "service")));
}

/** @param {Container} container @param {NewAuthenticator[]} authenticators @returns {Promise<{token: string, revision: number}>} */
export const makeWallet = (container, authenticators) => call("/api/v1/wallets", { method: "POST", body: { container, authenticators } });

/** @param {string} authenticator @returns {Promise<{token: string, wallet_id: string, revision: number, container: Container}>} */
export const openSession = (authenticator) => call("/api/v1/sessions", { method: "POST", body: { authenticator } });

/** @param {string} token @returns {Promise<Container>} */
export const fetchContainer = (token) => call("/api/v1/wallet", { token });

/** @param {string} token @param {Container} container @param {NewAuthenticator[]} authenticators */
export const saveContainer = (token, container, authenticators) =>
  call("/api/v1/wallet", { method: "PUT", token, revision: container.rev - 1, body: { container, authenticators } });

/** @param {string} token */
export const closeSession = (token) => call("/api/v1/sessions/current", { method: "DELETE", token });

/** With credentials, because the answer clears what this browser stored (Clear-Site-Data asks for that). @param {string} token */
export const deleteWallet = (token) => call("/api/v1/wallet", { method: "DELETE", token, credentials: "same-origin" });

/** @returns {Promise<{development: boolean, registry_url: string | null, verifier_url: string | null}>} */
export const fetchConfig = () => call("/config.json");

/** @param {string} token @param {{sealed: string, owner_hash: string, expires_at: string}} share @returns {Promise<{id: string, expires_at: string}>} */
export const makeShare = (token, share) => call("/api/v1/shares", { method: "POST", token, body: share });

/** @param {string} id @param {string} secret @returns {Promise<{openings: number, expires_at: string}>} */
export const lookAtShare = (id, secret) => call(`/api/v1/shares/${id}/openings`, { token: secret, scheme: "Share" });

/** @param {string} id @param {string} secret */
export const withdrawShare = (id, secret) => call(`/api/v1/shares/${id}`, { method: "DELETE", token: secret, scheme: "Share" });
