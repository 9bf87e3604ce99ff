/** Marks of cards as small drawings: how sure a content is, and what is not the child. Shapes, so that no colour is needed to tell them apart. */
import { html } from "../../../vendor/lit-html/lit-html.js";

/** The fuller, the surer: by the content grade, 1 confirmed to 6 not judged. */
const CONTENT = [
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 .8 15.2 8 8 15.2.8 8Z" fill="currentColor"/><path class="hole" d="m5 8.2 2.2 2.3L11.2 6" fill="none" stroke-width="1.8"/></svg>`,
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.5" fill="currentColor"/></svg>`,
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.9"/><path d="M8 2.4a5.6 5.6 0 0 0 0 11.2Z" fill="currentColor"/></svg>`,
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2"/></svg>`,
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M5 8h6" stroke="currentColor" stroke-width="2"/></svg>`,
  () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.7 2.25"/><path d="M6 6.6c0-2.7 4.1-2.7 4.1-.2 0 1.5-2.1 1.5-2.1 3.2M8 11.7v.1" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg>`,
];

/** @param {number} content */
export const contentMark = (content) => (CONTENT[content - 1] ?? CONTENT[5])();

export const crossMark = () => html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/></svg>`;
