/* Dialog on every page with one required question, and a line for a sentence. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Dialogs, dialog } from "../../behaviours/dialog.js";
import { t } from "../../core/i18n.js";

const SENTENCE_LENGTH = 400; // characters that the server accepts

export class QuestionDialog {
  #root = document.body.appendChild(document.createElement("div"));
  #dialogs = new Dialogs(this.#root);
  /** @type {DialogQuestion | null} */ #question = null;
  #hasProblem = false;

  /** @param {DialogQuestion} question */
  ask(question) {
    this.#question = question;
    this.#hasProblem = false;
    this.#draw();
  }

  #close = () => {
    this.#question = null;
    this.#draw();
  };

  #draw() {
    render(this.#question ? dialog(this.#question.name, this.#question.title, this.#body(this.#question), this.#close) : nothing, this.#root);
    this.#dialogs.settle();
  }

  /** @param {DialogQuestion} question */
  #body({ name, hint, field, label, control, problem, sentence, verb }) {
    return html`<form class="form" data-form=${name} @submit=${this.#submit} novalidate>
      <p class="hint">${hint}</p>
      <div class="row" data-field=${field}><label for="question-answer">${label}<span class="required" aria-hidden="true"> *</span></label>
        ${control("question-answer", this.#hasProblem ? "question-problem" : nothing)}
        ${this.#hasProblem ? html`<p class="error" id="question-problem">${problem}</p>` : nothing}</div>
      ${sentence ? html`<div class="row" data-field=${sentence.name}><label for="question-sentence">${sentence.label}</label>
        <input id="question-sentence" name=${sentence.name} maxlength=${SENTENCE_LENGTH} autocomplete="off" /></div>` : nothing}
      <div class="buttons"><span class="space"></span>
        <button type="button" data-act="cancel" @click=${this.#close}>${t("Cancel")}</button>
        <button type="submit" class="primary" data-act="send">${verb}</button></div>
    </form>`;
  }

  #submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const { field, sentence, answerOf, send } = /** @type {DialogQuestion} */ (this.#question);
    const form = new FormData(event.currentTarget), answer = answerOf(String(form.get(field)));
    this.#hasProblem = !answer;
    if (!answer) return this.#draw();
    send(answer, sentence ? String(form.get(sentence.name)).trim() : "");
    return this.#close();
  };
}
