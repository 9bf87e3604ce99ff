/* Tasks due next on all boards that the reader may see. Pure. */

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
