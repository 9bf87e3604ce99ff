/** Filter of cards by the query of the URL and by words. Pure. */
import { isUngraded } from "../core/rules/conditions.js";
import { formFields, isCard } from "../core/rules/kinds.js";
import { valueAt } from "../core/rules/merge_patch.js";
import { standardText } from "../core/rules/standard_texts.js";
import { matchesAll, searchableText, tokenize } from "../core/rules/text_filter.js";
import { urlQuery } from "./url_query.js";

export const SINCE_LAST_LOOK = "look"; // changed since the person's last visit; other values are a time
export const GRADES = ["F6", "B2", "C3", "D4"]; // "F6": not graded yet; all others: this grade or better

export const { NONE, read, written } = urlQuery({
  kind: { test: isCard },
  assignee: /^(me|nobody|[\w-]{1,64})$/,
  grade: /^(F6|[A-E][1-5])$/,
  assessment: /^(unassessed|credible|confirmed|not_the_child|unverifiable|duplicate)$/,
  overdue: /^yes$/,
  changed: /^(look|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z)$/,
});

/**
 * Return the test for cards that pass a filter and match words.
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
      (!words.length || matchesWords(card, words, nameOf)));
}

/** @param {string | null} assignee @param {string | null} filterValue @param {string} account */
function isOf(assignee, filterValue, account) {
  if (filterValue === null) return true;
  if (filterValue === "nobody") return !assignee;
  return assignee === (filterValue === "me" ? account : filterValue);
}

/**
 * Return true if a grade is good enough: A and 1 are best; F and 6 mean "not judged", which never is.
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
const matchesWords = (card, words, nameOf) => matchesAll(words, textOf(card, nameOf));

/** @type {WeakMap<State, { name: string, text: string }>} */
const texts = new WeakMap(); // by state, which each change replaces: each keystroke tests all cards several times

/** @param {Card} card @param {(account: string) => string} nameOf */
function textOf({ kind, state }, nameOf) {
  const name = state.assignee ? nameOf(state.assignee) : "";
  let entry = texts.get(state);
  if (entry?.name !== name) {
    const fieldTexts = formFields(kind, "edit").filter(({ control }) => control === "text" || control === "long").map(({ path }) => standardText(valueAt(state, path)));
    texts.set(state, (entry = { name, text: searchableText([state.number, ...fieldTexts, name]) }));
  }
  return entry.text;
}
