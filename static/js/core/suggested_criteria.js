/** Criteria that the facts of a search suggest, as the server judges them (board/commands/suggested_criteria.py): here for what is typed, and for the past. Pure. */
import { toInput } from "./time.js";

const YOUNGER_THAN = { under_13: 13 }; // as in board/data/criteria.toml

/** The keys of the criteria that the child's age suggests and that nobody has answered. Of an age and a birth date either is enough. */
export function suggestedCriteria({ person, missing_since: since, criteria }) {
  const ages = [person.age, years(person.birth_date, since)].filter((age) => Number.isFinite(age) && age >= 0);
  return Object.keys(YOUNGER_THAN).filter((key) => !isAnswered(criteria?.[key]) && ages.some((age) => age < YOUNGER_THAN[key]));
}

/** Should somebody decide whether it is worrying: does a criterion apply, or is one suggested? */
export function needsDecision(search) {
  const { worrying, criteria } = search;
  return worrying === null && (Object.values(criteria ?? {}).some((said) => said?.answer === "yes") || suggestedCriteria(search).length > 0);
}

const isAnswered = (said) => said?.answer === "yes" || said?.answer === "no";

/** How old somebody was on the day, in Brussels, on which they went missing; null where that is not known. */
function years(born, since) {
  const day = toInput(since).slice(0, 10);
  if (!born || !day) return null;
  return Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - Number(day.slice(5) < born.slice(5));
}
