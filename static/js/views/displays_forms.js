/* The dialogs of displays: pair one, change one, revoke one. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { dialog } from "../behaviours/dialog.js";
import { t } from "../i18n.js";
import { byStatus, nameOf } from "./searches.js";
import { profileName } from "./displays_row.js";

const LANGUAGES = { en: "English", fr: "Français", nl: "Nederlands", de: "Deutsch" }; // each in itself
const THEMES = { dark: () => t("dark"), light: () => t("light"), day: () => t("light by day, dark by night") };
const EVERY_S = 20;

export function pairing(view) {
  const send = (form) => view.act("POST", "", { code: form.code.value, ...settings(form) });
  const code = html`<div class="row"><label for="d-code">${t("Code on the screen")}</label>
    <input id="d-code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus></div>`;
  const shows = { boards: [view.board.id], every_s: EVERY_S };
  const display = { name: "", profile: "room", language: document.documentElement.lang, theme: "dark", sound: false, shows };
  return dialog("pair", t("Pair a screen"), form(view, html`${code}${fields(view, display)}`, t("Pair"), send), view.close);
}

export function changing(view, display) {
  const send = (form) => view.act("PATCH", `/${display.id}`, settings(form));
  return dialog("change", t("Change {name}", { name: display.name }), form(view, fields(view, display), t("Save"), send), view.close);
}

export function revoking(view, display) {
  const body = html`<p>${t("The screen stops at once, and shows a code again. To have it back it is paired anew.")}</p>`;
  const send = () => view.act("DELETE", `/${display.id}`);
  return dialog("revoke", t("Revoke {name}?", { name: display.name }), form(view, body, t("Revoke"), send), view.close);
}

function form(view, body, send, submit) {
  const sent = (event) => {
    event.preventDefault();
    submit(event.target.elements);
  };
  return html`<form class="form display-form" @submit=${sent}>
    ${view.problem ? html`<p class="problem" role="alert">${[view.problem, ...Object.values(view.fields)].join(" ")}</p>` : nothing}
    ${body}
    <div class="buttons"><span class="space"></span><button type="button" @click=${view.close}>${t("Cancel")}</button>
      <button type="submit" class="primary" data-act="send">${send}</button></div>
  </form>`;
}

function fields(view, { name, profile, language, theme, sound, shows }) {
  const option = (value, text, chosen) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`;
  return html`
    <div class="row"><label for="d-name">${t("Name")}</label><input id="d-name" name="name" required maxlength="200" autocomplete="off" .value=${name}></div>
    <div class="side">
      <div class="row"><label for="d-profile">${t("Who is in the room")}</label>
        <select id="d-profile" name="profile">${["room", "inner"].map((code) => option(code, profileName(code), profile))}</select></div>
      <div class="row"><label for="d-language">${t("Language")}</label>
        <select id="d-language" name="language">${Object.entries(LANGUAGES).map(([code, text]) => option(code, text, language))}</select></div>
      <div class="row"><label for="d-theme">${t("Colours")}</label>
        <select id="d-theme" name="theme">${Object.entries(THEMES).map(([code, text]) => option(code, text(), theme))}</select></div>
    </div>
    <fieldset class="boards"><legend>${t("What it shows")}</legend>
      ${choices(view.board, shows.boards).map(([id, text]) => html`<label class="check">
        <input type="checkbox" name="boards" value=${id} ?checked=${shows.boards.includes(id)}>${text}</label>`)}
    </fieldset>
    <div class="row"><label for="d-every">${t("Seconds for each, if there are several")}</label>
      <input id="d-every" name="every_s" type="number" min="5" max="3600" required .value=${String(shows.every_s)}></div>
    <label class="check"><input type="checkbox" name="sound" ?checked=${sound}>${t("A sound when something significant happens")}</label>
    <p class="hint">${t("For sound, the browser of the screen has to allow it to pages that nobody has pressed.")}</p>`;
}

/** [[id, name], …]: all searches, each open one that a display may see, and those that it shows already. */
function choices(board, chosen) {
  const { open } = byStatus(board.of("search"));
  const visible = open.filter(({ state }) => state.access === "desk" && state.appeal.level !== "discreet");
  const named = visible.map(({ id, state }) => [id, nameOf(state.person)]);
  const gone = chosen.filter((id) => id !== board.id && !visible.some((search) => search.id === id));
  return [[board.id, t("All searches")], ...named, ...gone.map((id) => [id, t("a search that is not there any more")])];
}

const settings = ({ name, profile, language, theme, sound, boards, every_s: every }) => ({
  name: name.value, profile: profile.value, language: language.value, theme: theme.value, sound: sound.checked,
  shows: { boards: chosen(boards), every_s: Number(every.value) },
});

/** Of one box, or of several, as a form gives them. */
const chosen = (boxes) => (boxes instanceof RadioNodeList ? [...boxes] : [boxes]).filter(({ checked }) => checked).map(({ value }) => value);
