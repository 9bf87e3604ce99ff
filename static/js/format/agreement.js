/** Words that agree with the child's sex, as in French "observée à 11:36" for a girl. If it is unknown, they are neutral. */
import { p, t } from "../core/i18n.js";
import { label } from "../core/labels.js";

/**
 * "seen 11:36"
 * @param {string} at formatted time
 * @param {string | null} [sex] sex of the child, if known
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
 * Return the sex of the child on a search's board.
 * @param {{ of?: (kind: string) => Iterable<Entity> } | null | undefined} board
 * @returns {string | null}
 */
export function sexOf(board) {
  const searches = [...(board?.of?.("search") ?? [])];
  return searches.length === 1 ? searches[0].state.person?.sex ?? null : null;
}
