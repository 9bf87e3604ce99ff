/**
 * Criteria that the facts of a search suggest: decided as in board/commands/searches/suggested_criteria.py, for what is typed and for
 * the replay. tests/rule_cases.json compares them.
 */
import { rules } from "../i18n.js";
import { toInput } from "../time.js";

/**
 * Return the keys of unanswered criteria that the child's age suggests; the age or the birth date is enough.
 * @param {SuggestionFacts} search
 */
export function suggestedCriteria({ person, missing_since: since, criteria }) {
  const ages = [person.age, years(person.birth_date, since)].filter((age) => age !== null && Number.isFinite(age) && age >= 0);
  return Object.entries(rules().younger_than).filter(([key, limit]) => !isAnswered(criteria?.[key]) && ages.some((age) => Number(age) < limit)).map(([key]) => key);
}

/**
 * Return whether somebody should decide if the case is worrying: a criterion applies, or one is suggested.
 * @param {AnyState} search
 */
export function needsDecision(search) {
  const { worrying, criteria } = search;
  return worrying === null && (Object.values(criteria ?? {}).some((said) => said?.answer === "yes") || suggestedCriteria(/** @type {any} */ (search)).length > 0);
}

/** @param {Partial<Criterion> | null | undefined} said */
const isAnswered = (said) => said?.answer === "yes" || said?.answer === "no";

/**
 * Return the age on the day, in Brussels, of the disappearance; null if unknown.
 * @param {string | null | undefined} born
 * @param {IsoTime | null} since
 */
function years(born, since) {
  const day = toInput(since).slice(0, 10);
  if (!born || !day) return null;
  return Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - Number(day.slice(5) < born.slice(5));
}
