/** Words that agree with the child's sex, as in French "observée à 11:36" for a girl. If it is unknown, they are neutral. */
import { agreeing, labels, sentences, t as translate } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";

/**
 * "seen 11:36"
 * @param {string} at formatted time
 * @param {string | null} [sex] sex of the child, if known
 */
export function seenWhen(at, sex) {
  const { seen = "{at}" } = sentences(), agreed = agreeing(seen, sex);
  return translate(agreed, { at: agreed === seen || at.includes(" ") ? at : say("seen_time", { time: at }) });
}

/**
 * "alive and well"
 * @param {string} code
 * @param {string | null} [sex]
 */
export function foundCondition(code, sex) {
  const text = labels().values["outcome.condition"]?.[code];
  return text ? translate(agreeing(text, sex)) : label.condition(code);
}

/**
 * Return the sex of the child on a search's board.
 * @param {{ of?: (kind: string) => Iterable<Entity> } | null | undefined} board
 * @returns {string | null}
 */
export function sexOf(board) {
  const searches = [...(board?.of?.("search") ?? [])];
  return searches.length === 1 ? searches[0].state.person?.sex ?? null : null;
}
