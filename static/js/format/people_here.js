/* People and next due tasks on all boards that the reader may see. Pure. */

import { byGravity } from "./search_order.js";

/**
 * Return each present person once, with the first names of the children on their open boards, the gravest search first. The person in
 * charge of the shift is first, also while they are away.
 * @param {PresentPerson[]} overview people on the operations board
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @param {{ holder?: string, name: string } | null} shift
 * @returns {HerePerson[]}
 */
export function peopleHere(overview, searches, summaries, shift) {
  /** @type {Map<string, HerePerson>} */
  const people = new Map();
  const addPerson = (/** @type {string} */ account, /** @type {string} */ name, isHere = true) => {
    const entry = people.get(account) ?? { account, name, here: isHere, inCharge: account === shift?.holder, searches: [] };
    people.set(account, entry);
    return entry;
  };
  for (const { account, name } of overview) addPerson(account, name);
  for (const { id, state } of [...searches].sort(byGravity(summaries))) {
    for (const { account, name } of summaries.get(id)?.present ?? []) addPerson(account, name).searches.push(state.person.first_name);
  }
  if (shift?.holder) addPerson(shift.holder, shift.name, people.has(shift.holder));
  return [...people.values()].sort((a, b) => Number(b.inCharge) - Number(a.inCharge) || a.name.localeCompare(b.name));
}

/**
 * Return the next due task of each open search, the earliest first.
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @returns {{ board: string, name: string, task: DueTask }[]}
 */
export function nextDue(searches, summaries) {
  const dueTasks = [];
  for (const { id, state } of searches) {
    const task = summaries.get(id)?.next_task;
    if (task && state.status === "open") dueTasks.push({ board: id, name: state.person.first_name, task });
  }
  return dueTasks.sort((a, b) => Date.parse(a.task.due) - Date.parse(b.task.due));
}
