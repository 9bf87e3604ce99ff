/** Form for approving a poster, a vignette or a brief, with a preview of its first page. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { request } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { isOnlyForBrief, materialRefusal } from "../../core/rules/conditions.js";
import { decision } from "../../forms/fields.js";
import { deciderRows } from "../../forms/decider_rows.js";
import { pathsOf, row, rows } from "../../forms/form_row.js";
import { fileName, save } from "../../shared/documents.js";
import { flagged } from "./forms.js";
import { printedTexts, sentDecisions } from "./printed_texts.js";

const TYPING_PAUSE_MS = 500;

/** @param {Form} form @param {SearchView} view */
export function approvalBody(form, view) {
  const what = form.raw("what"), languages = flagged(form, "languages"), shows = flagged(form, "shows");
  const { appeal, photo } = view.model.search.state;
  const refusal = materialRefusal(what, appeal.level);
  const codes = label.codes("shows", "material").filter((code) => (what === "brief" || !isOnlyForBrief(code)) && (code !== "photo" || photo));
  return html`<div class="approval">
    <div class="approval-fields">
      <p class="hint">${t("Decide with the police, the prosecutor and the family. The details are fixed as they are now. If they change, approve it again.")}</p>
      ${row(form, "what", view)}
      ${refusal === "" ? nothing : html`<p class="error">${refusal}
        ${view.mayLead ? html`<br /><button type="button" data-act="appeal" @click=${() => view.act.dialog("appeal", { over: "approve" })}>${t("Set appeal…")}</button>` : nothing}</p>`}
      ${flags(form, "languages", label.codes("languages", "material"), label.field("languages", "material"), view)}
      ${flags(form, "shows", codes, label.field("shows", "material"), view)}
      ${shows.includes("place") ? html`${row(form, "place", view)}<p class="hint">${t("Never an exact home address.")}</p>` : nothing}
      ${printedTexts(form, view, languages, shows)}
      ${languages.map((code) => row(form, `texts.${code}`, view, t("Custom text, {language}", { language: label.value("language", code, "distribution") })))}
      ${rows(form, pathsOf(decision()).filter((path) => path !== "decided_by" && !path.startsWith("decision.")), view)}
      ${deciderRows(form, "decision", view, { namePath: "decided_by" })}
    </div>
    ${preview(form, view, languages, shows)}
  </div>`;
}

/** @param {Form} form @param {string} group @param {string[]} codes @param {string} legend @param {SearchView} view */
function flags(form, group, codes, legend, view) {
  const set = (/** @type {string} */ path) => (/** @type {any} */ event) => {
    form.edit(path, event.target.checked);
    delete form.errors[group];
    view.draw();
  };
  const name = (/** @type {string} */ code) => (group === "shows" ? label.value("shows", code, "material") : label.value("language", code, "distribution"));
  return html`<fieldset class="flags" data-field=${group}><legend>${legend}</legend>
    ${codes.map((code) => html`<label class="check"><input type="checkbox" name="${group}.${code}" .checked=${form.raw(`${group}.${code}`) === true} @change=${set(`${group}.${code}`)} /> ${name(code)}</label>`)}
    ${form.errors[group] ? html`<p class="error">${form.errors[group]}</p>` : nothing}
  </fieldset>`;
}

/** @param {Form} form @param {SearchView} view @param {string[]} languages @param {string[]} shows */
function preview(form, view, languages, shows) {
  const { draft } = view.campaign;
  const what = form.value("what");
  if (what === null || !languages.length) return html`<div class="poster-preview"></div>`;
  const language = languages.includes(draft.language) ? draft.language : languages[0];
  draft.show({
    what, language, shows: shows.filter((code) => what === "brief" || !isOnlyForBrief(code)),
    words: sentDecisions(form), text: form.value(`texts.${language}`) || null, place: (shows.includes("place") && form.value("place")) || null, until: form.value("until") || null,
  });
  return html`<div class="poster-preview" data-testid="preview">
    <div class="preview-languages" role="group" aria-label=${t("Preview")}>${languages.map((code) => html`<button type="button" class="plain" aria-pressed=${code === language ? "true" : "false"} data-act="preview-${code}" @click=${() => draft.choose(code)}>${code.toUpperCase()}</button>`)}
      <button type="button" class="plain" data-act="draft-pdf" ?disabled=${draft.isMakingPdf} @click=${() => draft.download()}>${t("Draft as PDF")}</button></div>
    ${draft.problem ? html`<p class="error" role="alert">${draft.problem}</p>` : nothing}
    ${draft.picture ? html`<img class=${draft.isBusy ? "busy" : ""} src=${draft.picture} alt=${t("Preview, marked as a draft")} />` : draft.problem ? nothing : html`<p class="hint" role="status">${t("Loading…")}</p>`}
  </div>`;
}

/** Picture of the draft that was requested last. Requested by POST because text about a child must not be in a URL. */
export class DraftPicture {
  picture = "";
  problem = "";
  isBusy = false;
  isMakingPdf = false;
  language = "";
  #signature = "";
  #draft = {};
  #timer = 0;
  /** @type {AbortController | null} */ #request = null;
  #board;
  #draw;

  /** @param {Board} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** @param {string} language */
  choose(language) {
    this.language = language;
    this.#draw();
  }

  /** Show a draft after a pause in typing. @param {Record<string, unknown>} draft */
  show(draft) {
    const signature = JSON.stringify([draft, this.#board.get(this.#board.id)?.seq]); // the state of the search is a part, because the preview shows its details
    if (signature === this.#signature) return;
    const isFirst = !this.#signature;
    this.#signature = signature;
    this.#draft = draft;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#read(), isFirst ? 0 : TYPING_PAUSE_MS);
  }

  /** Save the draft as a PDF. */
  async download() {
    this.isMakingPdf = true;
    this.#draw();
    try {
      const answer = await this.#fetch("pdf", this.#draft);
      if (answer.ok) save(await answer.blob(), fileName(answer));
      this.problem = answer.ok ? "" : (await answer.json()).message;
    } catch {
      this.problem = t("This did not work. Try again.");
    }
    this.isMakingPdf = false;
    this.#draw();
  }

  forget() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    Object.assign(this, { picture: "", problem: "", isBusy: false });
    this.#signature = "";
  }

  /** @param {"pdf" | "png"} form @param {Record<string, unknown>} draft @param {AbortSignal} [signal] */
  #fetch = (form, draft, signal) => request(`/api/v1/boards/${this.#board.id}/materials/preview.${form}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(draft), signal,
  });

  async #read() {
    this.#request?.abort();
    const controller = (this.#request = new AbortController());
    this.isBusy = true;
    this.#draw();
    try {
      const answer = await this.#fetch("png", this.#draft, controller.signal);
      const [picture, problem] = answer.ok ? [await dataUrl(await answer.blob()), ""] : ["", (await answer.json()).message];
      if (controller.signal.aborted) return;
      Object.assign(this, { picture, problem });
    } catch {
      if (controller.signal.aborted) return;
      Object.assign(this, { problem: t("This did not work. Try again.") });
    }
    this.isBusy = false;
    this.#draw();
  }
}

/** Return a data: URL: the content security policy allows no blob: URLs. @param {Blob} blob */
async function dataUrl(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(""))}`;
}
