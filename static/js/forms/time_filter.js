/* Time controls of filters. Unfinished input is stored here, because pages redraw with each event. */

import { timeInput } from "./time_input.js";
import { timeOf } from "./time_value.js";

/** @type {Map<string, string | import("./time_value.js").TypedTime>} */
const typing = new Map();

/**
 * @param {{ name: string, label: string, value: string | null, set: (at: string | null) => void, draw: () => void }} options `set` runs when the
 *   field loses focus with a time, or empty
 */
export function timeFilter({ name, label, value, set, draw }) {
  const edit = (/** @type {string | import("./time_value.js").TypedTime} */ raw) => {
    typing.set(name, raw);
    draw();
  };
  const settled = () => {
    const raw = typing.get(name);
    typing.delete(name);
    if (raw !== undefined) set(timeOf(raw) ?? null);
  };
  return timeInput({ id: `filter-${name}`, raw: typing.get(name) ?? value ?? "", leaning: "past", edit, settled, name: label, filter: name });
}
