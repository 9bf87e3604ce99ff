/** Find a handover that was never signed: it has no report, but it is in the journal of the operations board. */
import { get, orNull } from "../core/api.js";

const BOARD = "operations";
const PAGE = 1000; // events of the handover, and of the shift, which has the same id
const MAX_PAGES = 5; // pages: a quarter of a year with many handovers

/**
 * Return the last state of a handover, as far back as is searched; null if not found.
 * @param {number | null} number
 */
export async function lastUnsignedHandover(number) {
  for (let before = 2 ** 53, page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams(/** @type {any} */ ({ entity: BOARD, before, limit: PAGE }));
    const events = (await orNull(get(`/api/v1/boards/${BOARD}/events?${query}`)))?.events ?? [];
    const found = events.filter((/** @type {{ kind: Kind, state: AnyState }} */ { kind, state }) => kind === "handover" && state?.number === number).at(-1);
    if (found || events.length < PAGE) return found?.state ?? null;
    before = events[0].seq;
  }
  return null;
}
