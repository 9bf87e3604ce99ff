/** What happened at an event, in words. */
import { sentence } from "../../format/event_text.js";

/** -> text */
export function saying(event, { desk, past }) {
  return sentence(event, { desk, board: { id: past.board.id, get: (id) => past.either(id) } }, past.stateBefore(event));
}
