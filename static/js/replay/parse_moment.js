/* Parse a moment in a URL: the seq of an event, or a time with its offset. */

const SEQ = /^\d{1,16}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * @param {string} text value in the URL
 * @param {EventFold} fold all events of the board
 * @param {{ head: number, now: Date }} options - {head: seq of the last event, hidden ones included; now: Date}
 * @returns {any} (count, time): number of past events, and time in ms; or (problem): why the moment does not exist
 */
export function parseMoment(text, fold, { head, now }) {
  if (SEQ.test(text)) return momentOfSeq(Number(text), fold, head);
  const time = TIME.test(withPlus(text)) ? Date.parse(withPlus(text)) : NaN;
  if (Number.isNaN(time)) return { problem: "unreadable" };
  if (time > now.getTime()) return { problem: "later" };
  const count = fold.until(new Date(time).toISOString());
  return count ? { count, time } : { problem: "before" };
}

/**
 * Return the moment of the last of `count` events.
 * @param {number} count
 * @param {EventFold} fold
 */
export const momentAt = (count, fold) => ({ count, time: Date.parse(fold.event(count).at) });

/** @param {number} seq @param {EventFold} fold @param {number} head */
function momentOfSeq(seq, fold, head) {
  if (seq > head) return { problem: "beyond" };
  const count = fold.upTo(seq);
  return seq > 0 && count ? momentAt(count, fold) : { problem: "before" };
}

/**
 * Restore the plus sign, which a URL query decodes as a space.
 * @param {string} text
 */
const withPlus = (text) => text.replace(" ", "+");
