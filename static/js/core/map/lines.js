/* Lines of the background: decoding, and the choice of the names that fit. Pure. */

const SCALE = 10_000; // coordinates are whole numbers of 0.0001 degrees
const LETTER_PX = 7, LINE_PX = 16; // rough size of a name
const BELOW_PX = 13; // from a station to the middle of its name
const STATION_PX = 9; // width and height of the square of a station
const RAISE_PX = 12; // height of a town's name above its station, as in .map-name.raised
const MARK_PX = 22; // width and height of the mark of a point

/** @typedef {[number, number]} LatLon */

/**
 * Decode a line: [x, y, dx, dy, …] -> [[latitude, longitude], …].
 * @param {number[]} steps
 */
export function decodeLine(steps) {
  /** @type {LatLon[]} */
  const points = [];
  for (let index = 0, x = 0, y = 0; index < steps.length; index += 2) {
    x += steps[index];
    y += steps[index + 1];
    points.push([y / SCALE, x / SCALE]);
  }
  return points;
}

/** Return the southwestern and the northeastern corner of encoded lines. @param {number[][]} lines @returns {LatLon[]} */
export function lineBounds(lines) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const steps of lines) {
    for (let index = 0, x = 0, y = 0; index < steps.length; index += 2) {
      x += steps[index];
      y += steps[index + 1];
      [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
    }
  }
  return [[south / SCALE, west / SCALE], [north / SCALE, east / SCALE]];
}

/** Encode a line between two named points. @param {(string | number)[]} from @param {(string | number)[]} to */
export const lineBetween = ([x, y], [toX, toY]) => [Number(x), Number(y), Number(toX) - Number(x), Number(toY) - Number(y)];

/** Return [latitude, longitude] of a named point. @param {(string | number)[]} named @returns {[number, number]} */
export const pointOfNamed = ([x, y]) => [Number(y) / SCALE, Number(x) / SCALE];

const LANGUAGES = ["fr", "nl", "de"];

/** Return a name in a language, or its local name. @param {(string | number)[]} named @param {string} language */
export function nameIn(named, language) {
  const index = LANGUAGES.indexOf(language);
  return String((index >= 0 && named[4 + index]) || named[3]);
}

/**
 * Return the labels that overlap no earlier label; the most important ones are first.
 * @template {{ x: number, y: number, text: string }} L
 * @param {L[]} labels
 * @param {number} max
 * @param {{ x: number, y: number, width: number, height: number }[]} [taken]
 */
export function fitting(labels, max, taken = []) {
  const boxes = [...taken];
  /** @type {L[]} */
  const shown = [];
  for (const label of labels) {
    if (shown.length === max) break;
    const box = { x: label.x, y: label.y, width: label.text.length * LETTER_PX, height: LINE_PX };
    if (boxes.some((other) => overlap(box, other))) continue;
    boxes.push(box);
    shown.push(label);
  }
  return shown;
}

/**
 * Raise the names of towns that would cover the square of a station.
 * @template {{ x: number, y: number, text: string, kind: string }} L
 * @param {L[]} labels
 * @returns {(L & { isRaised: boolean })[]}
 */
export function raised(labels) {
  const squares = labels.filter(({ kind }) => kind === "station").map(({ x, y }) => ({ x, y, width: STATION_PX, height: STATION_PX }));
  return labels.map((label) => {
    const isRaised = label.kind === "town" && squares.some((square) => overlap(boxOf(label), square));
    return { ...label, isRaised, y: isRaised ? label.y - RAISE_PX : label.y };
  });
}

/**
 * Return the labels whose names would be under the mark of a point or its text, or would hide it.
 * @template {{ x: number, y: number, text: string, kind: string }} L
 * @param {L[]} labels @param {{ x: number, y: number }[]} marks @param {Box[]} [texts] of the marks
 */
export function covered(labels, marks, texts = []) {
  const boxes = [...marks.map(({ x, y }) => ({ x, y, width: MARK_PX, height: MARK_PX })), ...texts];
  return new Set(labels.filter((label) => boxes.some((box) => overlap(boxOf(label), box))));
}

/**
 * Return the labels whose names the edge of the map does not cut.
 * @template {{ x: number, y: number, text: string, kind: string }} L
 * @param {L[]} labels @param {{ x: number, y: number }} size of the map
 */
export const uncut = (labels, size) => labels.filter((label) => {
  const { x, y, width, height } = boxOf(label);
  return x >= width / 2 && y >= height / 2 && x <= size.x - width / 2 && y <= size.y - height / 2;
});

/** @typedef {{ x: number, y: number, width: number, height: number }} Box around its middle */

/** @param {{ x: number, y: number, text: string, kind: string }} label @returns {Box} */
const boxOf = ({ x, y, text, kind }) => ({ x, y: kind === "station" ? y + BELOW_PX : y, width: text.length * LETTER_PX, height: LINE_PX });

/** @param {{ x: number, y: number, width: number, height: number }} a @param {{ x: number, y: number, width: number, height: number }} b */
export const overlap = (a, b) => Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height;
