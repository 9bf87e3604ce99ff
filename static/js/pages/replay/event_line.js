/** Text of an event in the replay bar. */

import { eventText } from "../../format/event_text.js";

/**
 * Return the event's text.
 * @param {any} event
 * @param {{ session: Session, past: any }} given
 */
export function eventLine(event, { session, past }) {
  return eventText(event, { session, board: { id: past.board.id, get: (/** @type {string} */ id) => past.either(id) } }, past.stateBefore(event));
}
