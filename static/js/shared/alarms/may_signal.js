/* Quiet: whether an alarm may sound and notify here. */

/**
 * Return whether this person wants signals: quiet silences them, but not for who is in charge of the shift.
 * @param {Session} session
 */
export const maySignal = ({ alerts, shiftStatus, account }) => !alerts?.quiet || shiftStatus?.shift?.holder === account.id;
