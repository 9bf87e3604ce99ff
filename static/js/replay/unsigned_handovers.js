/** A handover that was never signed: no report has it, but the journal of the desk does. */
import { getJson } from "../core/api.js";

const BOARD = "operations";
const PAGE = 1000; // events: of the handover, and of the shift, which has that id too
const MOST = 5; // pages: a quarter of a year, where a handover is much written in

/** -> what was last true of a handover, as far back as is looked; null where nothing is found */
export async function lastUnsignedHandover(number) {
  for (let before = 2 ** 53, page = 0; page < MOST; page += 1) {
    const query = new URLSearchParams({ entity: BOARD, before, limit: PAGE });
    const events = (await getJson(`/api/v1/boards/${BOARD}/events?${query}`))?.events ?? [];
    const found = events.filter(({ kind, state }) => kind === "handover" && state?.number === number).at(-1);
    if (found || events.length < PAGE) return found?.state ?? null;
    before = events[0].seq;
  }
  return null;
}
