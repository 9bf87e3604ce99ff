/* Dialogs of displays: pair, change, revoke. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { dialog } from "../../behaviours/dialog.js";
import { patch, post, remove } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { pageName } from "../../core/rules/pages.js";
import { shortPersonName } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";
import { DISPLAYS, profileName } from "./display_row.js";

const LANGUAGES = { en: "English", fr: "Français", nl: "Nederlands", de: "Deutsch" }; // names in their own language
const THEMES = { dark: () => t("dark"), light: () => t("light"), day: () => t("light from 7:00 to 19:00") };
const DEFAULT_EVERY_S = 20;
const AUTOPLAY_FLAG = "--autoplay-policy=no-user-gesture-required";

/** @param {DisplaysView} view */
export function pairingDialog(view) {
  const send = (/** @type {any} */ form) =>
    view.act(() => post(DISPLAYS, { code: form.code.value, ...settings(form) }), ({ name }) => t("{name} is paired.", { name }));
  const code = row(view, "code", t("Code shown on the screen"), (/** @type {any} */ message) => html`<input id="d-code" name="code" maxlength="40" autocomplete="off"
    autocapitalize="characters" spellcheck="false" autofocus aria-required="true" aria-invalid=${message.is} aria-describedby=${message.by}>`);
  const shows = { boards: [view.board.id], every_s: DEFAULT_EVERY_S };
  const display = { name: "", profile: "room", language: document.documentElement.lang, theme: "dark", sound: false, shows };
  return dialog("pair", t("Pair a screen"), form(view, html`${code}${fields(view, display)}`, t("Pair"), send), view.close);
}

/** @param {DisplaysView} view @param {any} display */
export function settingsDialog(view, display) {
  const send = (/** @type {any} */ form) =>
    view.act(() => patch(`${DISPLAYS}/${display.id}`, settings(form)), ({ name }) => t("{name} was changed.", { name }));
  return dialog("change", t("Edit “{name}”", { name: display.name }), form(view, fields(view, display), t("Save"), send), view.close);
}

/** @param {DisplaysView} view @param {any} display */
export function revokeDialog(view, display) {
  const body = html`<p>${t("The screen stops immediately and shows a new code. To use it again, pair it again.")}</p>`;
  const send = () => view.act(() => remove(`${DISPLAYS}/${display.id}`), ({ name }) => t("{name} was removed.", { name }));
  return dialog("revoke", t("Remove “{name}”?", { name: display.name }), form(view, body, t("Remove"), send), view.close);
}

/**
 * Draw a form that shows errors next to their fields and focuses the first.
 * @param {DisplaysView} view
 * @param {any} body
 * @param {any} send
 * @param {any} submit
 */
function form(view, body, send, submit) {
  const onSubmit = async (/** @type {any} */ event) => {
    event.preventDefault();
    const form = event.target;
    if (!(await submit(form.elements))) form.querySelector("[aria-invalid=true], .wrong input")?.focus();
  };
  return html`<form class="form display-form" novalidate @submit=${onSubmit}>
    ${view.problem ? html`<p class="problem" role="alert">${[view.problem, ...otherErrors(view)].join(" ")}</p>` : nothing}
    ${body}
    <div class="buttons"><span class="space"></span><button type="button" @click=${view.close}>${t("Cancel")}</button>
      <button type="submit" class="primary" data-act="send">${send}</button></div>
  </form>`;
}

/** @type {Record<string, any>} */
const ERROR_PATHS = { code: /^code$/, name: /^name$/, boards: /^shows$|^shows\.boards/, every_s: /^shows\.every_s$/ }; // field -> error paths
/** @param {DisplaysView} view @param {any} field */
const errorOf = (view, field) => Object.entries(view.fields).find(([path]) => ERROR_PATHS[field].test(path))?.[1];

/**
 * Return true if a field shows errors of this path.
 * @param {string} path
 */
export const isShown = (path) => Object.values(ERROR_PATHS).some((paths) => paths.test(path));

/** @param {DisplaysView} view */
const otherErrors = (view) => Object.entries(view.fields).filter(([path]) => !isShown(path)).map(([, message]) => message);

/**
 * @param {any} control ({is, by}) -> input; `is`: aria-invalid, `by`: id of its message
 * @param {DisplaysView} view
 * @param {any} field
 * @param {string} name
 */
function row(view, field, name, control) {
  const message = errorOf(view, field), attributes = { is: message ? "true" : nothing, by: errorId(field, message) };
  return html`<div class="row"><label for="d-${field}"><span>${name}<span class="required" aria-hidden="true"> *</span></span></label>${control(attributes)}${error(field, message)}</div>`;
}

/** @param {any} field @param {any} message */
const errorId = (field, message) => (message ? `d-${field}-error` : nothing);

/** @param {any} field @param {any} message */
const error = (field, message) => (message ? html`<p class="error" role="alert" id=${errorId(field, message)}>${message}</p>` : nothing);

/** @param {DisplaysView} view @param {any} settings */
function fields(view, { name, profile, language, theme, sound, shows }) {
  const boardsError = errorOf(view, "boards");
  const option = (/** @type {any} */ value, /** @type {string} */ text, /** @type {any} */ chosen) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`;
  return html`
    ${row(view, "name", label.field("name", "display"), (/** @type {any} */ message) => html`<input id="d-name" name="name" maxlength="200" autocomplete="off" .value=${name}
      aria-required="true" aria-invalid=${message.is} aria-describedby=${message.by}>`)}
    <div class="side">
      <div class="row"><label for="d-profile">${label.field("profile", "display")}</label>
        <select id="d-profile" name="profile">${["room", "inner"].map((code) => option(code, profileName(code), profile))}</select></div>
      <div class="row"><label for="d-language">${label.field("language", "display")}</label>
        <select id="d-language" name="language">${Object.entries(LANGUAGES).map(([code, text]) => option(code, text, language))}</select></div>
      <div class="row"><label for="d-theme">${label.field("theme", "display")}</label>
        <select id="d-theme" name="theme">${Object.entries(THEMES).map(([code, text]) => option(code, text(), theme))}</select></div>
    </div>
    <fieldset class="boards ${boardsError ? "wrong" : ""}" aria-describedby=${errorId("boards", boardsError)}><legend>${t("Boards shown")}</legend>
      ${repeat(choices(view.board, shows.boards), ([id]) => id, ([id, text]) => html`<label class="check">
        <input type="checkbox" name="boards" value=${id} ?checked=${shows.boards.includes(id)}>${text}</label>`)}
    </fieldset>
    ${error("boards", boardsError)}
    ${row(view, "every_s", t("Seconds per board, if it shows several"), (/** @type {any} */ message) => html`<input id="d-every_s" name="every_s" type="number"
      min="5" max="3600" .value=${String(shows.every_s)} aria-required="true" aria-invalid=${message.is} aria-describedby=${message.by}>`)}
    <label class="check"><input type="checkbox" name="sound" ?checked=${sound}>${t("Play a sound for important events")}</label>
    <p class="hint">${t("Browsers allow sound only after someone has touched or clicked the screen, each time its page loads. To allow it always, start the browser with {flag} (Chromium).", { flag: AUTOPLAY_FLAG })}</p>`;
}

/**
 * Return [[id, name], …]: the operations board, open searches that displays may show, and the currently chosen ones.
 * @param {Board} board
 * @param {string[]} chosen
 * @returns {string[][]}
 */
function choices(board, chosen) {
  /** @type {Record<string, Entity[]>} */
  const { open } = byStatus(board.of("search"));
  const visible = open.filter(({ state }) => state.access === "desk" && state.appeal.level !== "discreet");
  const openChoices = visible.map(({ id, state }) => [id, shortPersonName(state.person)]);
  const unavailable = chosen.filter((/** @type {string} */ id) => id !== board.id && !visible.some((search) => search.id === id));
  return [[board.id, pageName("operations")], ...openChoices, ...unavailable.map((/** @type {string} */ id) => [id, t("a search that is not available")])];
}

/** @param {any} elements elements of the form */
const settings = ({ name, profile, language, theme, sound, boards, every_s: intervalS }) => ({
  name: name.value, profile: profile.value, language: language.value, theme: theme.value, sound: sound.checked,
  shows: { boards: chosen(boards), every_s: Number(intervalS.value) },
});

/**
 * Return the values of the checked boxes; a form gives one box or a list.
 * @param {any} boxes
 */
const chosen = (boxes) => (boxes instanceof RadioNodeList ? [...boxes] : [boxes]).filter(({ checked }) => checked).map(({ value }) => value);
