/* The server's answer about an erased search: it is not found, as any that the account may not see, but named as erased. */

import { Refusal } from "../errors.js";
import { get } from "./api.js";

/**
 * Return true if the server says that a board was erased. Rejects with Offline.
 * @param {string} board
 */
export async function isErased(board) {
  try {
    await get(`/api/v1/boards/${encodeURIComponent(board)}`);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return error.code === "not_found" && "board" in error.fields;
    throw error;
  }
}
