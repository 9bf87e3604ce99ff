/* People on all boards that the reader may see, and the tasks due next there. Pure. */

import { byGravity } from "./search_order.js";

/**
 * Return each person who is here once, with the first names of the children whose boards they have open, the gravest search first;
 * the person in charge of the shift first, also while they are away.
 * @param {PresentPerson[]} overview people on the operations board
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @param {{ holder?: string, name: string } | null} shift
 * @returns {HerePerson[]}
 */
export function peopleHere(overview, searches, summaries, shift) {
  /** @type {Map<string, HerePerson>} */
  const people = new Map();
  const person = (/** @type {string} */ account, /** @type {string} */ name, here = true) => {
    const known = people.get(account) ?? { account, name, here, inCharge: account === shift?.holder, searches: [] };
    people.set(account, known);
    return known;
  };
  for (const { account, name } of overview) person(account, name);
  for (const { id, state } of [...searches].sort(byGravity(summaries))) {
    for (const { account, name } of summaries.get(id)?.present ?? []) person(account, name).searches.push(state.person.first_name);
  }
  if (shift?.holder) person(shift.holder, shift.name, people.has(shift.holder));
  return [...people.values()].sort((a, b) => Number(b.inCharge) - Number(a.inCharge) || a.name.localeCompare(b.name));
}

/**
 * Return the task due next of each open search, the soonest first.
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @returns {{ board: string, name: string, task: DueTask }[]}
 */
export function nextDue(searches, summaries) {
  const found = [];
  for (const { id, state } of searches) {
    const task = summaries.get(id)?.next_task;
    if (task && state.status === "open") found.push({ board: id, name: state.person.first_name, task });
  }
  return found.sort((a, b) => Date.parse(a.task.due) - Date.parse(b.task.due));
}
