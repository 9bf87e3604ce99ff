/**
 * Criteria that the facts of a search suggest, for forms and the replay. The rule equals that of
 * board/commands/searches/suggested_criteria.py; tests/rule_cases.json compares both.
 */
import { rules } from "../i18n.js";
import { toInput } from "../time.js";

/**
 * Return the keys of unanswered criteria that the child's age suggests. The age or the birth date is sufficient.
 * @param {SuggestionFacts} search
 */
export function suggestedCriteria({ person, missing_since: since, criteria }) {
  const ages = [person.age, ageOn(person.birth_date, since)].filter((age) => age !== null && Number.isFinite(age) && age >= 0);
  return Object.entries(rules().younger_than).filter(([key, limit]) => !isAnswered(criteria?.[key]) && ages.some((age) => Number(age) < limit)).map(([key]) => key);
}

/**
 * Return true if a person must decide whether the case is worrying: a criterion applies, or one is suggested.
 * @param {AnyState} search
 */
export function needsDecision(search) {
  const { worrying, criteria } = search;
  return worrying === null && (Object.values(criteria ?? {}).some((criterion) => criterion?.answer === "yes") || suggestedCriteria(/** @type {any} */ (search)).length > 0);
}

/** @param {Partial<Criterion> | null | undefined} criterion */
const isAnswered = (criterion) => criterion?.answer === "yes" || criterion?.answer === "no";

/**
 * Return the age on the day of the disappearance (Brussels time); null if unknown.
 * @param {string | null | undefined} birthDate
 * @param {IsoTime | null} since
 */
function ageOn(birthDate, since) {
  const day = toInput(since).slice(0, 10);
  if (!birthDate || !day) return null;
  return Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4)) - Number(day.slice(5) < birthDate.slice(5));
}
