/** Detail of a child in the reader's language, with a button that shows the original. If the server understood only part of a text, the
    text stays as typed, marked with its language. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { AsyncDirective, directive } from "../../../vendor/lit-html/async-directive.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { textInLanguage } from "../../core/text_in_language.js";
import { readableDetails } from "./readable_details.js";

/** @typedef {import("./readable_details.js").TypedDetail} TypedDetail */

/** Part of a page that redraws itself when details arrive in the reader's language. @abstract */
class ReadablePart extends AsyncDirective {
  /** @type {(() => void) | undefined} */ #end;

  /** @abstract @returns {unknown} */
  drawn() {
    return nothing;
  }

  listen() {
    this.#end ??= readableDetails.subscribe(() => this.setValue(this.drawn()));
    return this.drawn();
  }

  /** @override */
  disconnected() {
    this.#end?.();
    this.#end = undefined;
  }

  /** @override */
  reconnected() {
    this.setValue(this.listen());
  }
}

class ChildText extends ReadablePart {
  /** @type {TypedDetail} */ #detail = ["", ""];
  /** @type {import("../../core/text_in_language.js").Wrap | undefined} */ #wrap;

  /** @param {string} field @param {string} text @param {import("../../core/text_in_language.js").Wrap} [wrap] */
  render(field, text, wrap) {
    this.#detail = [field, text];
    this.#wrap = wrap;
    return this.listen();
  }

  /** @override */
  drawn() {
    const typed = this.#detail[1] ?? "", answer = readableDetails.of(this.#detail);
    if (answer?.is_composed && !readableDetails.isOriginal(this.#detail)) return textInLanguage(answer.text, undefined, this.#wrap);
    return textInLanguage(typed, answer?.typed_in, this.#wrap);
  }
}

class OriginalToggle extends ReadablePart {
  /** @type {TypedDetail[]} */ #details = [];

  /** @param {TypedDetail[]} details */
  render(details) {
    this.#details = details;
    return this.listen();
  }

  /** @override */
  drawn() {
    const composed = this.#details.filter((detail) => readableDetails.of(detail)?.is_composed);
    if (!composed.length) return nothing;
    const language = readableDetails.of(composed[0])?.typed_in ?? "", isOriginal = composed.every((detail) => readableDetails.isOriginal(detail));
    const name = t("As typed, in {language}", { language: label.value("language", language, "distribution") ?? language });
    return html` <button type="button" class="original" data-act="original" aria-pressed=${String(isOriginal)} aria-label=${name} title=${name}
      @click=${() => readableDetails.show(composed, !isOriginal)}>${language.toUpperCase()}</button>`;
  }
}

/** Draw a detail of a child for the reader. */
export const childText = directive(ChildText);

/** Draw the button that shows details as typed; nothing if none of them is in another language. */
export const originalToggle = directive(OriginalToggle);
