/** Filter cards by the query of the URL and by words. Pure. */
import { isUngraded } from "../core/rules/conditions.js";
import { formFields, isCard } from "../core/rules/kinds.js";
import { valueAt } from "../core/rules/merge_patch.js";
import { standardText } from "../core/rules/standard_texts.js";
import { matchesAll, searchableText, tokenize } from "../core/rules/text_filter.js";
import { urlQuery } from "./url_query.js";

export const SINCE_LAST_LOOK = "look"; // changed since one's last visit; other values are a time
export const GRADES = ["F6", "B2", "C3", "D4"]; // "F6": not graded yet; the others: this grade or better

export const { NONE, read, written } = urlQuery({
  kind: { test: isCard },
  assignee: /^(me|nobody|[\w-]{1,64})$/,
  grade: /^(F6|[A-E][1-5])$/,
  assessment: /^(unassessed|credible|confirmed|not_the_child|unverifiable|duplicate)$/,
  overdue: /^yes$/,
  changed: /^(look|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z)$/,
});

/**
 * Return whether a card is shown by a filter and by words.
 * @param {CardFilter} values
 * @param {string} text
 * @param {CardFacts} facts
 * @returns {(card: Card) => boolean}
 */
export function filter(values, text, { account, isOverdue, isChanged, isSince, nameOf }) {
  const words = tokenize(text);
  return (card) =>
    card.added ||
    ((values.kind === null || values.kind === card.kind) &&
      isOf(card.state.assignee, values.assignee, account) &&
      isGraded(card, values.grade) &&
      (values.assessment === null || card.state.assessment === values.assessment) &&
      (values.overdue === null || isOverdue(card)) &&
      (values.changed === null || (values.changed === SINCE_LAST_LOOK ? isChanged(card.id) : isSince(card))) &&
      (!words.length || has(card, words, nameOf)));
}

/** @param {string | null} assignee @param {string | null} values @param {string} account */
function isOf(assignee, values, account) {
  if (values === null) return true;
  if (values === "nobody") return !assignee;
  return assignee === (values === "me" ? account : values);
}

/**
 * A and 1 are the best; F and 6 mean "can't be judged", which is never good enough.
 * @param {Card} card
 * @param {string | null} values
 */
function isGraded({ state }, values) {
  if (values === null) return true;
  if (!state.grade) return false;
  if (values === "F6") return isUngraded(state);
  const { source, content } = state.grade;
  return source <= values[0] && content <= Number(values[1]);
}

/** @param {Card} card @param {string[]} words @param {(account: string) => string} nameOf */
const has = (card, words, nameOf) => matchesAll(words, textOf(card, nameOf));

/** @type {WeakMap<State, { name: string, text: string }>} */
const texts = new WeakMap(); // by state, which a change replaces: each letter that is typed looks through all cards several times

/** @param {Card} card @param {(account: string) => string} nameOf */
function textOf({ kind, state }, nameOf) {
  const name = state.assignee ? nameOf(state.assignee) : "";
  let kept = texts.get(state);
  if (kept?.name !== name) {
    const said = formFields(kind, "edit").filter(({ control }) => control === "text" || control === "long").map(({ path }) => standardText(valueAt(state, path)));
    texts.set(state, (kept = { name, text: searchableText([state.number, ...said, name]) }));
  }
  return kept.text;
}
