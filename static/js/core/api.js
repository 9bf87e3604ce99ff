/* HTTP requests to the server: the only module that calls `fetch`. */

export const TIMEOUT_MS = 20_000; // a bad line takes as long for one answer, and still brings something
const MAX_ACTIVE = 6;             // of queued requests; the server reads only a few large things at a time for one account
const MAX_RETRY_MS = 45_000;      // after the first attempt a request is not repeated
const JITTER = 0.3;               // keeps clients that were refused at the same moment from returning at the same moment

let active = 0;
/** @type {((value?: unknown) => void)[]} */
const waiting = [];

/**
 * Send one request, as `fetch` does: once, at once, and without a time limit unless one is given.
 * @param {string} address
 * @param {RequestInit & {timeoutMs?: number}} [options]
 * @returns {Promise<Response>}
 */
export function request(address, { timeoutMs, ...options } = {}) {
  return fetch(address, timeoutMs ? { ...options, signal: AbortSignal.timeout(timeoutMs) } : options);
}

/**
 * Send one request with a JSON body.
 * @param {string} address
 * @param {unknown} body
 * @param {RequestInit & {timeoutMs?: number}} [options]
 * @returns {Promise<Response>}
 */
export function postJson(address, body, options = {}) {
  return request(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), ...options });
}

/**
 * Send a request that may wait: queued behind others, and repeated as long as the server answers 429 or 503 with Retry-After.
 * Without a `signal`, each attempt is given up after TIMEOUT_MS.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} the last answer
 */
export async function queuedRequest(address, { signal, ...options } = {}) {
  const until = performance.now() + MAX_RETRY_MS;
  for (;;) {
    const response = await inQueue(() => request(address, { ...options, signal: signal ?? AbortSignal.timeout(TIMEOUT_MS) }));
    const pause = retryDelay(response);
    if (pause === null || performance.now() + pause > until) return response;
    await new Promise((resolve) => setTimeout(resolve, pause));
    signal?.throwIfAborted();
  }
}

/**
 * Read JSON by a queued request.
 * @param {string} address
 * @returns {Promise<any>} null on a refusal, without a connection, or when the answer is no JSON
 */
export async function getJson(address) {
  try {
    const response = await queuedRequest(address, { headers: { accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/**
 * Return the ms to wait before the request is repeated; null when the response is final.
 * @param {Response} answer
 */
function retryDelay({ status, headers }) {
  if (status !== 429 && status !== 503) return null;
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds * 1_000 * (1 + JITTER * Math.random());
}

/** @param {() => Promise<Response>} send */
async function inQueue(send) {
  if (active < MAX_ACTIVE) active += 1;
  else await new Promise((resolve) => waiting.push(resolve));
  try {
    return await send();
  } finally {
    const next = waiting.shift();
    if (next) next(); // takes over the slot
    else active -= 1;
  }
}
