/* A moment of the past, as an address names it: by the seq of an event, or by a time with its offset. */

const SEQ = /^\d{1,16}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * text: what stands in the address; fold: all events of the board; head: the seq of its last, hidden ones too; now: Date
 * -> {count, time}: how many events had happened, and when (ms); or {trouble}: why there is no such moment
 */
export function parseMoment(text, fold, { head, now }) {
  if (SEQ.test(text)) return ofSeq(Number(text), fold, head);
  const time = TIME.test(withPlus(text)) ? Date.parse(withPlus(text)) : NaN;
  if (Number.isNaN(time)) return { trouble: "unreadable" };
  if (time > now.getTime()) return { trouble: "later" };
  const count = fold.until(new Date(time).toISOString());
  return count ? { count, time } : { trouble: "before" };
}

/** At the moment of an event, by how many had happened. */
export const momentAt = (count, fold) => ({ count, time: Date.parse(fold.event(count).at) });

function ofSeq(seq, fold, head) {
  if (seq > head) return { trouble: "beyond" };
  const count = fold.upTo(seq);
  return seq > 0 && count ? momentAt(count, fold) : { trouble: "before" };
}

/** In the query of an address a plus is a space. */
const withPlus = (text) => text.replace(" ", "+");
