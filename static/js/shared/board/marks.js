/** Marks of cards: how sure a content is, and what is not the child. Shapes, so that no colour is needed to tell them apart; marks.css draws them. */
import { html } from "../../../vendor/lit-html/lit-html.js";

const LAST = 6; // not judged

/** The fuller, the surer: by the content grade, 1 confirmed to 6 not judged. */
export const contentShape = (/** @type {number} */ content) => `content-${content >= 1 && content < LAST ? content : LAST}`;

export const CROSS = "cross";

/** @param {number} content */
export const contentMark = (content) => html`<i class="mark shape ${contentShape(content)}" aria-hidden="true"></i>`;

export const crossMark = () => html`<i class="mark shape ${CROSS}" aria-hidden="true"></i>`;
