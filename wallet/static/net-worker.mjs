// @ts-check
/// <reference lib="webworker" />
/**
 * The only part that reaches issuers and verifiers, under a policy of its own. It holds no keys and knows no badges beyond
 * the message it carries: GET and POST, no cookies, no redirects, bounded in size and time, to hosts of the transaction only.
 */

const MAX_BYTES = 2_000_000;
const DEADLINE_MS = 20_000;

self.addEventListener("message", async ({ data }) => {
  const { id, url, method, allowed } = data;
  if (!["GET", "POST"].includes(method) || !URL.canParse(url) || !allowed.includes(new URL(url).origin)) {
    self.postMessage({ id, error: "address-refused" });
    return;
  }
  try {
    self.postMessage({ id, ...(await visit(data)) });
  } catch (error) {
    self.postMessage({ id, error: error instanceof RangeError ? "answer-too-large" : "unreachable" });
  }
});

/** @param {{url: string, method: string, form?: string, json?: string, bearer?: string, accept?: string}} request */
async function visit({ url, method, form, json, bearer, accept = "application/json" }) {
  /** @type {Record<string, string>} */
  const headers = { Accept: accept };
  if (form !== undefined) headers["Content-Type"] = "application/x-www-form-urlencoded";
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (bearer !== undefined) headers.Authorization = `Bearer ${bearer}`;
  const response = await fetch(url, {
    method,
    headers,
    body: form ?? json,
    mode: "cors",
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return { status: response.status, body: await readBounded(response) };
}

/** @param {Response} response */
async function readBounded(response) {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let size = 0;
  let body = "";
  for await (const chunk of /** @type {any} */ (response.body)) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RangeError("answer too large");
    body += decoder.decode(chunk, { stream: true });
  }
  return body + decoder.decode();
}
