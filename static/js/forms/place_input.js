/**
 * Place control: the text, suggestions from the gazetteer, and the chosen point. Nobody types coordinates. A change of the text removes
 * the point, because it may be another place; the point can be restored.
 */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { MapOfPlace } from "./map_of_place.js";
import { combobox } from "./combobox.js";
import { PlaceFinder, searchPoint } from "./place_finder.js";
import { keptText } from "./place_option.js";
import { STEPS } from "./selection.js";
import { pointText } from "../format/values.js";

const TEXT = /\.(?:text|place)$/; // the point of `outcome.place` is `outcome.point`

/** @type {WeakMap<object, Map<string, PlaceFinder>>} */
const finders = new WeakMap(); // by form, by group
/** @type {WeakMap<PlaceFinder, MapOfPlace>} */
const maps = new WeakMap();

/** Return the paths of a place's point. @param {string} path path of its text, such as "place.text" @param {Form} form */
export function pointPaths(path, form) {
  const group = path.replace(TEXT, (text) => (text === ".place" ? ".point" : ""));
  return group === path || !form.field(`${group}.lat`) ? [] : [`${group}.lat`, `${group}.lon`, `${group}.radius_m`].filter((pointPath) => form.field(pointPath));
}

/** Return true if the control of a place's text also shows this field. @param {string} path @param {Form} form */
export function isPartOfPlace(path, form) {
  if (!/\.(lat|lon)$/.test(path)) return false;
  const group = path.slice(0, -"lat".length);
  return Boolean(form.field(`${group}text`) || (group.endsWith(".point.") && form.field(`${group.slice(0, -"point.".length)}place`)));
}

/**
 * @param {{ id: string, path: string, form: Form, board: any, changed: () => void, draw: () => void, describedBy?: string | null }} options
 *   `changed` runs after each edit, `draw` after places were found; `board`: of the search, whose place is near
 */
export function placeInput({ id, path, form, board, changed, draw, describedBy = null }) {
  const paths = pointPaths(path, form), finder = finderOf(form, path, draw);
  const point = Object.fromEntries(paths.map((pointPath) => [pointPath, form.raw(pointPath)]));
  const hasPoint = point[paths[0]] !== "" && point[paths[1]] !== "";
  const setPoint = (/** @type {{ [path: string]: any }} */ values) => paths.forEach((pointPath) => form.edit(pointPath, values[pointPath] ?? ""));
  const onInput = (/** @type {string} */ text) => {
    if (hasPoint) {
      finder.removed = point;
      setPoint({});
    }
    form.edit(path, text);
    finder.find(text, searchPoint(board));
    changed();
  };
  const pick = (/** @type {ComboboxOption} */ { text, place }) => {
    const [lat, lon, radius] = paths;
    form.edit(path, keptText(form.raw(path), text));
    if (place.lat !== null) setPoint({ [lat]: String(place.lat), [lon]: String(place.lon), ...(radius && { [radius]: String(place.radius_m ?? "") }) });
    finder.removed = null;
    finder.close();
    changed();
  };
  const restore = () => {
    setPoint(/** @type {{ [path: string]: any }} */ (finder.removed));
    finder.removed = null;
    document.getElementById(id)?.focus(); // the button is replaced
    changed();
  };
  const remove = () => {
    finder.removed = point;
    setPoint({});
    document.getElementById(id)?.focus();
    changed();
  };
  const putOnMap = (/** @type {import("./map_of_place.js").PlacePoint} */ { lat, lon, radius: metres }) => {
    const [latPath, lonPath, radius] = paths;
    setPoint({ [latPath]: lat.toFixed(5), [lonPath]: lon.toFixed(5), ...(radius && { [radius]: metres === null ? "" : String(metres) }) });
    finder.removed = null;
    changed();
  };
  const takeSelected = () => {
    if (finder.active >= 0) pick(finder.options[finder.active]);
    else finder.close(); // without a selected option, Enter closes the list; it must not send the form behind it
  };
  const reopen = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "ArrowDown" || hasPoint) return;
    event.preventDefault();
    finder.find(form.raw(path), searchPoint(board));
  };
  const onKeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    if (!finder.isOpen) return reopen(event);
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) takeSelected();
    else if (STEPS[event.key]) finder.walk(STEPS[event.key]);
    else if (event.key === "Escape") finder.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  };
  const onFocusOut = () => {
    if (!finder.isOpen) return;
    finder.close();
    draw();
  };
  return html`<div class="place-field" @keydown=${onKeydown} @focusout=${onFocusOut}>
    ${paths.length ? html`<div class="map-of-place">${mapOf(finder, draw).template(pointIn(point, paths), searchPoint(board), putOnMap)}</div>` : nothing}
    <p class="hint place-point" id="${id}-hint">${hint(hasPoint ? pointText(point[paths[0]], point[paths[1]]) : null, finder, restore, remove)}</p>
    ${combobox({ id, value: form.raw(path), active: finder.active, open: finder.isOpen, fault: describedBy !== null, describedBy }, finder.options, onInput, pick)}</div>`;
}

/** @param {PlaceFinder} finder @param {() => void} draw */
function mapOf(finder, draw) {
  const map = maps.get(finder) ?? new MapOfPlace(draw);
  maps.set(finder, map);
  return map;
}

/**
 * Return the point of a form's fields; null without one.
 * @param {{ [path: string]: any }} fields @param {string[]} paths
 */
function pointIn(fields, [lat, lon, radius]) {
  if (fields[lat] === "" || fields[lon] === "") return null;
  return { lat: Number(fields[lat]), lon: Number(fields[lon]), radius: radius && fields[radius] !== "" ? Number(fields[radius]) : null };
}

/** @param {string | null} point @param {PlaceFinder} finder @param {() => void} restore @param {() => void} remove */
function hint(point, finder, restore, remove) {
  const truncatable = (/** @type {string} */ text) => html`<span title=${text}>${text}</span>`; // the button next to it is never truncated
  if (finder.isOpen) return truncatable(t("Places: {source}", { source: finder.attribution }));
  if (point) return html`${truncatable(t("On the map: {point}", { point }))}
    <button type="button" class="plain" data-act="remove-point" @click=${remove}>${t("Remove the point")}</button>`;
  if (finder.removed) return html`${truncatable(t("The point on the map was removed."))}
    <button type="button" class="plain" data-act="restore-point" @click=${restore}>${t("Put it back")}</button>`;
  return nothing;
}

/** @param {Form} form @param {string} path @param {() => void} draw */
function finderOf(form, path, draw) {
  const formFinders = finders.get(form) ?? new Map();
  finders.set(form, formFinders);
  if (!formFinders.has(path)) formFinders.set(path, new PlaceFinder(draw));
  return /** @type {PlaceFinder} */ (formFinders.get(path));
}
