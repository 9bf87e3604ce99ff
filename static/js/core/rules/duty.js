/* Duties: who is on duty, and the proposed end of a duty. Pure. */

import { HOUR_MS, instantsOf, toInput } from "../time.js";

const CHANGES_OF_SHIFT = ["07:00", "15:00", "23:00"]; // in Brussels
const AT_LEAST_MS = 4 * HOUR_MS; // of a duty without a plan
const OTHER_HOURS = [4, 6, 9, 12];
const DAY_MS = 24 * HOUR_MS;

/**
 * Return the duty of an account; null if it is not on duty.
 * @param {Pick<ShiftFrame, "duties"> | null} status
 * @param {string} account
 */
export const dutyOf = (status, account) => status?.duties?.find((duty) => duty.account === account) ?? null;

/**
 * Return what the plan proposes to an account: the present entry, otherwise the next one within 24 hours.
 * @param {Pick<ShiftFrame, "absent" | "next"> | null} status
 * @param {string} account
 */
export const plannedOf = (status, account) => [...(status?.absent ?? []), ...(status?.next ?? [])].find((entry) => entry.account === account) ?? null;

/**
 * Return the proposed end of a duty, as ISO: the planned end, if the planned duty begins within four hours; otherwise the first change of shift that is at least four hours away.
 * @param {Pick<ShiftFrame, "absent" | "next"> | null} status
 * @param {string} account
 * @param {Date} now
 */
export function proposedEnd(status, account, now) {
  const planned = plannedOf(status, account), end = planned ? Date.parse(planned.ends_at) : 0;
  if (planned && Date.parse(planned.starts_at) - Number(now) < AT_LEAST_MS && end - Number(now) <= DAY_MS) return planned.ends_at;
  const days = [now, new Date(Number(now) + DAY_MS)].map((day) => toInput(day).slice(0, 10));
  const changes = days.flatMap((day) => CHANGES_OF_SHIFT.flatMap((time) => instantsOf(`${day}T${time}`)));
  return changes.find((at) => Date.parse(at) - Number(now) >= AT_LEAST_MS) ?? new Date(Number(now) + 2 * AT_LEAST_MS).toISOString();
}

/**
 * Return three other ends, at full hours, as ISO.
 * @param {string} proposed
 * @param {Date} now
 */
export function otherEnds(proposed, now) {
  const ends = OTHER_HOURS.map((hours) => new Date(Math.round((Number(now) + hours * HOUR_MS) / HOUR_MS) * HOUR_MS).toISOString());
  return ends.filter((at) => Date.parse(at) !== Date.parse(proposed)).slice(0, 3);
}

/**
 * Return the people who come next, by the time at which they begin: the first two times.
 * @param {Pick<ShiftFrame, "next"> | null} status
 * @returns {{ at: string, people: PlannedPerson[] }[]}
 */
export function comingNext(status) {
  /** @type {Map<string, PlannedPerson[]>} */
  const times = new Map();
  for (const entry of status?.next ?? []) times.set(entry.starts_at, [...(times.get(entry.starts_at) ?? []), entry]);
  return [...times].slice(0, 2).map(([at, people]) => ({ at, people }));
}
