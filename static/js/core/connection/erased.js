/* Check if a search was erased. The server answers "not found", as for every hidden search, but with a code for erased ones. */

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
