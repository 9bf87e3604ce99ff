/** Text of an event in the replay bar. */
import { eventText } from "../../format/event_text.js";

/** Return the event's text. */
export function eventLine(event, { session, past }) {
  return eventText(event, { session, board: { id: past.board.id, get: (id) => past.either(id) } }, past.stateBefore(event));
}
