/** Words that agree with the child, as in French "observée à 11:36" of a girl. Where its sex is not known they have a form without one. */
import { p, t } from "../core/i18n.js";
import { label } from "../core/labels.js";

/**
 * "seen 11:36"
 * @param {string} at the time as it is written
 * @param {string | null} [sex] of the child, if known
 */
export function seenWhen(at, sex) {
  const when = at.includes(" ") ? at : p("a time of day, after “seen”", "{time}", { time: at });
  if (sex === "f") return p("of a girl", "seen {at}", { at: when });
  return sex === "m" ? p("of a boy", "seen {at}", { at: when }) : t("seen {at}", { at });
}

/**
 * "alive and well"
 * @param {string} code
 * @param {string | null} [sex]
 */
export const foundCondition = (code, sex) => (code === "well" && sex === "f" ? p("of a girl", "alive and well") : label.condition(code));

/**
 * Return the sex of the child of a search's board.
 * @param {{ of?: (kind: string) => Iterable<Entity> } | null | undefined} board
 * @returns {string | null}
 */
export function sexOf(board) {
  const searches = [...(board?.of?.("search") ?? [])];
  return searches.length === 1 ? searches[0].state.person?.sex ?? null : null;
}
