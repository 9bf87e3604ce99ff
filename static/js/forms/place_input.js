/**
 * Control of a place: its text, with places of the gazetteer to choose from, and the point that was chosen. Nobody types
 * coordinates. A changed text removes the point, as it may be another place; it can be put back.
 */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { combobox } from "./combobox.js";
import { PlaceFinder } from "./place_finder.js";
import { keptText } from "./place_option.js";
import { STEPS } from "./selection.js";
import { pointText } from "../format/values.js";

/** @type {WeakMap<object, Map<string, PlaceFinder>>} */
const finders = new WeakMap(); // by form, by group

/** Paths of a place beside its text. @param {string} path of the text, such as "place.text" @param {Form} form */
export function pointPaths(path, form) {
  const group = path.replace(/\.text$/, "");
  return group === path || !form.field(`${group}.lat`) ? [] : [`${group}.lat`, `${group}.lon`, `${group}.radius_m`].filter((each) => form.field(each));
}

/** Return whether a field is shown by the text of its place. @param {string} path @param {Form} form */
export const isPartOfPlace = (path, form) => /\.(lat|lon)$/.test(path) && Boolean(form.field(`${path.slice(0, -"lat".length)}text`));

/**
 * @param {{ id: string, path: string, form: Form, changed: () => void, draw: () => void, describedBy?: string | null }} given `changed` is called after
 *   each edit, `draw` when places were found
 */
export function placeInput({ id, path, form, changed, draw, describedBy = null }) {
  const paths = pointPaths(path, form), finder = finderOf(form, path, draw);
  const point = Object.fromEntries(paths.map((each) => [each, form.raw(each)]));
  const hasPoint = point[paths[0]] !== "" && point[paths[1]] !== "";
  const setPoint = (/** @type {{ [path: string]: any }} */ values) => paths.forEach((each) => form.edit(each, values[each] ?? ""));
  const type = (/** @type {string} */ text) => {
    if (hasPoint) {
      finder.removed = point;
      setPoint({});
    }
    form.edit(path, text);
    finder.find(text);
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
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (!finder.isOpen || event.isComposing) return;
    if (event.key === "Enter" && finder.active >= 0 && !event.ctrlKey && !event.metaKey) pick(finder.options[finder.active]);
    else if (STEPS[event.key]) finder.walk(STEPS[event.key]);
    else if (event.key === "Escape") finder.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  };
  const leave = () => {
    if (!finder.isOpen) return;
    finder.close();
    draw();
  };
  return html`<div class="place-field" @keydown=${key} @focusout=${leave}>
    <p class="hint place-point" id="${id}-hint">${hint(hasPoint ? pointText(point[paths[0]], point[paths[1]]) : null, finder, restore, remove)}</p>
    ${combobox({ id, value: form.raw(path), active: finder.active, open: finder.isOpen, fault: describedBy !== null, describedBy }, finder.options, type, pick)}</div>`;
}

/** @param {string | null} point @param {PlaceFinder} finder @param {() => void} restore @param {() => void} remove */
function hint(point, finder, restore, remove) {
  const said = (/** @type {string} */ text) => html`<span title=${text}>${text}</span>`; // the button beside it is never cut
  if (finder.isOpen) return said(t("Places: {source}", { source: finder.attribution }));
  if (point) return html`${said(t("On the map: {point}", { point }))}
    <button type="button" class="plain" data-act="remove-point" @click=${remove}>${t("Remove the point")}</button>`;
  if (finder.removed) return html`${said(t("The point on the map was removed."))}
    <button type="button" class="plain" data-act="restore-point" @click=${restore}>${t("Put it back")}</button>`;
  return nothing;
}

/** @param {Form} form @param {string} path @param {() => void} draw */
function finderOf(form, path, draw) {
  const own = finders.get(form) ?? new Map();
  finders.set(form, own);
  if (!own.has(path)) own.set(path, new PlaceFinder(draw));
  return /** @type {PlaceFinder} */ (own.get(path));
}
