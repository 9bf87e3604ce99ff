/** Sentence about where a child was last seen, as on paper. */
import { say, withColon } from "../core/rules/sentences.js";
import { formatShortMoment } from "./time_elements.js";

/**
 * "Last seen (as recorded): Tue 20:12 · Aachen"; without the time if it is not recorded or not wanted.
 * @param {{ at?: string | null, text: string }} place
 */
export const lastSeenText = ({ at, text }) => `${withColon(say("last_seen_recorded"))} ${[at && formatShortMoment(at), text].filter(Boolean).join("\u00a0· ")}`;
