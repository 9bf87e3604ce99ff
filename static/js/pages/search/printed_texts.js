/** Details of the child in each language of a material, in the form for its approval. Words that the server did not understand have a field for each language. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { post } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";

const PAUSE_MS = 400; // after the last change
const MAX_TEXT = 400; // characters of a translation
const WITH_TEXTS = new Set(["looks", "clothing", "needs"]); // codes in `shows` of details that are typed as text

/** @typedef {{ field: string, word: string, as_typed?: boolean, left_out?: boolean, [language: string]: string | boolean | undefined }} Decision about a word, or about a complete text */

export class PrintedTexts {
  /** @type {TextsOfMaterial["texts"]} */ texts = [];
  problem = "";
  #signature = "";
  /** @type {Timer | null} */ #timer = null;
  /** @type {AbortController | null} */ #abort = null;
  #board;
  #draw;

  /** @param {Board} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** Request the texts of a material after a pause. @param {{ languages: string[], shows: string[], words: Decision[] }} material */
  show(material) {
    const signature = JSON.stringify([material, this.#board.get(this.#board.id)?.seq]); // the state of the search is a part, because the preview shows its details
    if (signature === this.#signature) return;
    const pause = this.#signature ? PAUSE_MS : 0;
    this.#signature = signature;
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    this.#timer = setTimeout(() => this.#fetch(material, signal), pause);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    Object.assign(this, { texts: [], problem: "" });
    this.#signature = "";
  }

  /** @param {object} material @param {AbortSignal} signal */
  async #fetch(material, signal) {
    try {
      const { texts } = await post(`/api/v1/boards/${this.#board.id}/materials/texts`, material, { signal });
      if (!signal.aborted) Object.assign(this, { texts, problem: "" });
    } catch (error) {
      if (!signal.aborted) this.problem = /** @type {any} */ (error).message;
    }
    if (!signal.aborted) this.#draw();
  }
}

/** Return the decisions of a form, which keeps them as JSON. @param {Form} form @returns {Decision[]} */
const decisionsOf = (form) => JSON.parse(form.raw("words") || "[]");

/** Return the decisions to send: without empty ones. @param {Form} form @returns {Decision[]} */
export function sentDecisions(form) {
  return decisionsOf(form).map(({ field, word, ...rest }) => ({ field, word, ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]).filter(([, value]) => value)) }))
    .filter((decision) => Object.keys(decision).length > 2);
}

/** @param {Form} form @param {SearchView} view @param {string[]} languages @param {string[]} shows */
export function printedTexts(form, view, languages, shows) {
  const { texts } = view.campaign, relevant = shows.filter((code) => WITH_TEXTS.has(code));
  if (!languages.length || !relevant.length) return nothing;
  texts.show({ languages, shows: relevant, words: sentDecisions(form) });
  return html`<section class="printed-texts" data-testid="printed-texts" data-field="words" aria-labelledby="printed-texts-title"><h4 id="printed-texts-title">${t("Texts as printed")}</h4>
    ${texts.problem ? html`<p class="error" role="alert">${texts.problem}</p>` : nothing}
    ${texts.texts.map((text) => detail(text, form, view))}
    ${form.errors.words ? html`<p class="error" role="alert">${form.errors.words}</p>` : nothing}
  </section>`;
}

/** @param {TextsOfMaterial["texts"][number]} text @param {Form} form @param {SearchView} view */
function detail({ field, typed, typed_in: typedIn, printed, words }, form, view) {
  return html`<div class="printed-text" data-detail=${field}>
    <p><b>${label.field(`person.${field}`, "search")}</b> <span class="hint">${t("as typed, in {language}", { language: languageName(typedIn) })}</span> <q lang=${typedIn} dir="auto">${typed}</q></p>
    <dl>${printed.map(({ language, text }) => version({ field, typed, language, text, isUnknown: words.some(({ word }) => word === typed) }, form, view))}</dl>
    ${words.map(({ word, languages }) => unknownWord({ field, word, languages, typed }, form, view))}
  </div>`;
}

/** @param {{ field: string, typed: string, language: string, text: string, isUnknown: boolean }} printed `isUnknown`: the complete text is listed as a word @param {Form} form @param {SearchView} view */
function version({ field, typed, language, text, isUnknown }, form, view) {
  const correction = isUnknown ? undefined : decisionOn(form, field, typed)?.[language];
  const id = `printed-${field}-${language}`, name = t("{detail} in {language}", { detail: label.field(`person.${field}`, "search"), language: languageName(language) });
  return html`<dt>${languageName(language)}</dt>
    <dd>${correction === undefined ? html`<bdi lang=${language}>${text || "–"}</bdi> ${isUnknown ? nothing : html`<button type="button" class="plain" data-act="correct-${field}-${language}" aria-label=${t("Correct: {name}", { name })} @click=${() => decide(form, view, field, typed, { [language]: text })}>${t("Correct")}</button>`}`
      : html`<input id=${id} lang=${language} aria-label=${name} maxlength=${MAX_TEXT} autocomplete="off" .value=${correction} @input=${(/** @type {ControlEvent} */ event) => decide(form, view, field, typed, { [language]: event.target.value })} />`}</dd>`;
}

/** @param {{ field: string, word: string, languages: string[], typed: string }} unknown @param {Form} form @param {SearchView} view */
function unknownWord({ field, word, languages, typed }, form, view) {
  const decision = decisionOn(form, field, word), whole = decisionOn(form, field, typed);
  const open = word === typed ? languages : languages.filter((language) => !whole?.[language]);
  if (!open.length) return nothing;
  const set = (/** @type {Partial<Decision>} */ change) => decide(form, view, field, word, change);
  const tick = (/** @type {"as_typed" | "left_out"} */ name, /** @type {string} */ text) => html`<label class="check"><input type="checkbox" name="${name}" .checked=${decision?.[name] === true} @change=${(/** @type {any} */ event) => set({ as_typed: false, left_out: false, [name]: event.target.checked })} /> ${text}</label>`;
  return html`<fieldset class="unknown-word" data-word=${word}><legend>${t("Not understood: “{word}”", { word })}</legend>
    <div class="translations">${open.map((language) => html`<label>${languageName(language)}
      <input lang=${language} name="word-${language}" maxlength=${MAX_TEXT} autocomplete="off" .value=${decision?.[language] ?? ""} @input=${(/** @type {ControlEvent} */ event) => set({ [language]: event.target.value })} /></label>`)}</div>
    ${tick("as_typed", t("Print it as it was typed. This is recorded with your name."))}
    ${tick("left_out", t("Leave it out"))}
  </fieldset>`;
}

/** @param {string} code */
const languageName = (code) => label.value("language", code, "distribution");

/** @param {Form} form @param {string} field @param {string} word */
const decisionOn = (form, field, word) => decisionsOf(form).find((decision) => decision.field === field && decision.word === word);

/** @param {Form} form @param {SearchView} view @param {string} field @param {string} word @param {Partial<Decision>} change */
function decide(form, view, field, word, change) {
  const others = decisionsOf(form).filter((decision) => decision.field !== field || decision.word !== word);
  form.edit("words", JSON.stringify([...others, { ...decisionOn(form, field, word), field, word, ...change }]));
  view.draw();
}
