/* Tasks and calls due next on all boards that the reader may see. Pure. */

/**
 * Return the next due task and the next due call of each open search, the earliest first.
 * @param {Entity[]} searches
 * @param {Map<string, Summary>} summaries
 * @returns {{ board: string, name: string, task?: DueTask, call?: DueCall }[]}
 */
export function nextDue(searches, summaries) {
  const items = [];
  for (const { id, state } of searches) {
    if (state.status !== "open") continue;
    const { next_task: task, next_call: call } = summaries.get(id) ?? {}, search = { board: id, name: state.person.first_name };
    if (task) items.push({ ...search, task });
    if (call) items.push({ ...search, call });
  }
  return items.sort((a, b) => dueOf(a) - dueOf(b));
}

/** @param {{ task?: DueTask, call?: DueCall }} item */
const dueOf = ({ task, call }) => Date.parse((task ?? call)?.due ?? "");
