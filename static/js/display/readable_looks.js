/* Translated descriptions of a child's appearance, for a wall in an inner room. A text is shown as typed until its
   translation arrives, or if the server understood only a part of it. */

import { get, orNull } from "../core/connection/api.js";
import { textInLanguage } from "../core/text_in_language.js";

const INNER = "inner";
const RETRY_MS = 30_000; // after a failure

/** @typedef {{ field: string, typed: string, text: string, language: string }} Look */
/** @typedef {(field: string, typed: string, wrap?: import("../core/text_in_language.js").Wrap) => unknown} ReadLook draw a detail of the child */
/** @type {Map<string, { typed: string, at: number, looks: Look[] }>} */
const known = new Map(); // by search

/** Return the function that draws details of the child of a search. @param {Board} board @param {string | undefined} profile @returns {ReadLook} */
export function looksFor(board, profile) {
  const looks = profile === INNER ? looksOf(board) : [];
  return (field, typed, wrap) => {
    const look = looks.find((each) => each.field === field && each.typed === typed);
    return textInLanguage(look?.text ?? typed, look?.language, wrap);
  };
}

/** Return the translations received so far, and request them again after a change. @param {Board} board @returns {Look[]} */
function looksOf(board) {
  const { clothing, hair } = board.get(board.id)?.state.person ?? {}, typed = JSON.stringify([clothing, hair]);
  const found = known.get(board.id), now = performance.now();
  if (found?.typed === typed && (found.looks.length || now - found.at < RETRY_MS)) return found.looks;
  if (!clothing && !hair) return [];
  const request = { typed, at: now, looks: /** @type {Look[]} */ ([]) };
  known.set(board.id, request);
  orNull(get(`/wall/searches/${board.id}/looks.json`)).then((answer) => void (request.looks = answer?.looks ?? []));
  return found?.looks ?? [];
}
