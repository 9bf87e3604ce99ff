/* Work of one person: items that the server listed, and alarms that it has pushed since then. Pure. */

const MAX_PUSHED = 20; // the server pushes at most this many alarms; there may be more

/**
 * Return the alarms of a person, in order of the end of their promises.
 * @param {Alarm[]} alarms @param {string} me
 */
export const heldBy = (alarms, me) => alarms.filter((alarm) => isHeldBy(alarm, me)).sort((one, other) => (String(one.until) < String(other.until) ? -1 : 1));

/** @param {Alarm | null} alarm @param {string} me */
const isHeldBy = (alarm, me) => alarm?.taken_by?.id === me;

/**
 * Return the alarm of an item if the person has it, or null.
 * @param {WorkItem} item @param {string} me
 */
export const ownAlarm = ({ alarm }, me) => (isHeldBy(alarm, me) ? alarm : null);

/** @param {WorkItem} item @returns {string} */
export const workKey = ({ id, alarm }) => alarm?.id ?? id;

/**
 * Return the items of a person, the earliest first. The pushed alarms decide which alarms the person has, and until when.
 * @param {WorkItem[]} items as listed
 * @param {Alarm[]} held pushed alarms of the person
 * @param {string} me
 */
export function currentWork(items, held, me) {
  const isOutdated = (/** @type {WorkItem} */ item) => held.some(({ about }) => about.id === item.id) || (isHeldBy(item.alarm, me) && held.length < MAX_PUSHED);
  const current = [...held.map((alarm) => itemOf(alarm, items)), ...items.filter((item) => !isOutdated(item))];
  return current.sort((one, other) => Number(one.by === null) - Number(other.by === null) || String(one.by).localeCompare(String(other.by)));
}

/** @param {Alarm} alarm @param {WorkItem[]} items @returns {WorkItem} */
function itemOf(alarm, items) {
  const { about: { kind, id, number }, board, reference, child, sex, title, place, seen_at, until, assignee } = alarm;
  const listed = items.find((item) => item.alarm?.id === alarm.id) ?? items.find((item) => item.id === id);
  const item = listed ?? { kind, id, number, board, reference, child, sex, title, place, seen_at, queue: null, queue_since: null, target_min: null, assignee };
  return { ...item, by: until, alarm };
}
