/* HTTP calls of an upload (contract, section Files). */

import { get, patch, post, remove as del } from "../connection/api.js";
import { Refusal } from "../errors.js";

const PIECE_TIMEOUT_MS = 60_000;  // 64 KiB at 1 KiB/s: a slower connection is useless
const FINISH_TIMEOUT_MS = 90_000; // the server makes previews, and other uploads may be ahead in the queue

const MAX_NAME = 200;            // characters
const LONE_SURROGATES = /\p{Surrogate}/gu;  // unpaired surrogates, which file names may contain

/** @param {string} board @param {string} upload */
const addressOf = (board, upload) => `/api/v1/boards/${board}/uploads/${upload}`;

/** @type {UploadCalls} */
export const uploadCalls = {
  piece: ({ board, id, offset, size, name }, bytes, signal) => patch(addressOf(board, id), bytes, {
    signal, timeoutMs: PIECE_TIMEOUT_MS,
    headers: { "Upload-Offset": String(offset), "Upload-Length": String(size), "Upload-Name": encodeURIComponent(name.slice(0, MAX_NAME).replace(LONE_SURROGATES, "_")) },
  }),

  async state(board, id, signal) {
    try {
      return await get(addressOf(board, id), { signal, repeat: false });
    } catch (error) {
      if (error instanceof Refusal && error.code === "not_found") return null;
      throw error;
    }
  },

  finish: (board, id, sha256, signal) => post(`${addressOf(board, id)}/finish`, sha256 ? { sha256 } : {}, { signal, timeoutMs: FINISH_TIMEOUT_MS }),

  remove: (board, id) => del(addressOf(board, id)),

  async cardOf(board, command, seqs) {
    const first = Math.min(...seqs);
    /** @type {BoardEvent[]} */
    const events = (await get(`/api/v1/boards/${board}/events?after=${first - 1}&limit=${seqs.length}`)).events;
    return events.find(({ seq, type }) => seqs.includes(seq) && type.endsWith(".added"))?.id ?? null;
  },
};

/**
 * Digest of the bytes as hex; null if the browser cannot compute it.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Random UUID; `crypto.randomUUID` needs a secure origin. */
export function newUploadId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
