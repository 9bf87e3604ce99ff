/** Alarms that pass on when a handover is accepted, including choices that are not in the report yet. Pure. */

const OPERATIONS = "operations";

/** Section of the alarms about tips and duties, which belong to no search. */
const DESK = { board: OPERATIONS, outside: null, briefing: null, search: null };

/**
 * Return the sections of the searches, and a section for the alarms about tips and duties.
 * @param {HandoverView} view
 * @returns {any[]}
 */
export const withAlarms = ({ sections, report }) => [...sections, { ...DESK, alarms: report.whole?.alarms }];

/**
 * Return the ids of the alarms of a search that the outgoing coordinator keeps after this handover.
 * @param {HandoverView} view
 * @param {string} board
 */
export function keptIn(view, board) {
  const { handover, kept } = view.written(board);
  return handover === undefined || handover === view.number ? kept ?? [] : [];
}

/**
 * Return true if the outgoing coordinator has an alarm and must decide who gets it.
 * @param {any} alarm
 * @param {any} section
 * @param {HandoverView} view
 */
export function isToDecide({ taken_by: taker }, section, view) {
  const { outgoing } = view.handover;
  return view.mayWrite && taker === outgoing && section.board !== OPERATIONS && !(section.outside && view.written(section.board).keeper === outgoing);
}

/**
 * Return true if an alarm passes on when the handover is accepted.
 * @param {any} alarm
 * @param {any} section
 * @param {HandoverView} view
 */
export const moves = (alarm, section, view) => (view.mayWrite && section.board !== OPERATIONS ? isToDecide(alarm, section, view) && !keptIn(view, section.board).includes(alarm.id) : alarm.moves);

/**
 * Count the alarms that somebody has, that are only assigned, that nobody has, and that pass on. "Only assigned"
 * means that the card's assignee has not answered the alarm.
 * @param {HandoverView} view
 */
export function alarmCounts(view) {
  const counts = { held: 0, assigned: 0, open: 0, moving: 0 };
  for (const section of withAlarms(view)) {
    const { held = 0, assigned = 0, open = 0, moving = 0, listed = [] } = section.alarms ?? {};
    counts.held += held;
    counts.assigned += assigned;
    counts.open += open - assigned;
    counts.moving += moving + listed.filter((/** @type {any} */ alarm) => moves(alarm, section, view)).length - listed.filter((/** @type {any} */ { moves: isMoving }) => isMoving).length;
  }
  return counts;
}
