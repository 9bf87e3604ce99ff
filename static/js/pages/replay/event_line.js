/** What happened at an event, in words. */
import { eventText } from "../../format/event_text.js";

/** -> text */
export function eventLine(event, { session, past }) {
  return eventText(event, { session, board: { id: past.board.id, get: (id) => past.either(id) } }, past.stateBefore(event));
}
