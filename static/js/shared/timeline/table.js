/** Table of a timeline: the same facts as the graph, for keyboards and screen readers. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say, sayCount } from "../../core/rules/sentences.js";
import { timeElement } from "../../format/time_elements.js";
import { grade } from "../board/card/assessment.js";
import { gapText, happenedText } from "./texts.js";

const GRADE = /^[A-F][1-6]$/;

/** @param {TimelineView} view */
export function table(view) {
  const { timeline, byKnown } = view, sort = (/** @type {boolean} */ isSorted) => (isSorted ? "ascending" : nothing);
  return html`<section class="timeline-table"><table data-testid="timeline-table">
    <caption class="visually-hidden">${byKnown ? t("By when it became known") : t("By when it happened")}</caption>
    <thead><tr><th scope="col" aria-sort=${sort(!byKnown)}>${t("Happened")}</th><th scope="col" aria-sort=${sort(byKnown)}>${t("Became known")}</th><th scope="col">${t("What happened")}</th><th scope="col">${t("Where")}</th><th scope="col">${label.field("grade")}</th><th scope="col">${t("Who")}</th></tr></thead>
    <tbody @focusin=${view.focused}>${repeat(rows(view), ({ key }) => key, ({ item, gap }) => (item ? itemRow(item, view) : gapRow(/** @type {TimelineGap} */ (gap), view)))}</tbody></table>
    ${timeline.left_out ? html`<p class="quiet">${n("{count} more is not shown.", "{count} more are not shown.", timeline.left_out)}</p>` : nothing}</section>`;
}

/**
 * Return the items in order, and each gap after the item with which it begins.
 * @param {TimelineView} view
 * @returns {{ key: string, item?: TimelineItem, gap?: TimelineGap }[]}
 */
function rows({ shown, timeline, byKnown }) {
  const gaps = byKnown ? [] : [...timeline.gaps], rows = [];
  for (const item of shown) {
    while (gaps.length && (item.from === null || item.from > gaps[0].from)) rows.push(gapKey(gaps.shift()));
    rows.push({ key: item.id, item });
  }
  return [...rows, ...gaps.map(gapKey)];
}

/** @param {TimelineGap | undefined} gap */
const gapKey = (gap) => ({ key: `gap-${gap?.from}`, gap });

/** @param {TimelineGap} gap @param {TimelineView} view */
const gapRow = (gap, view) => html`<tr class="gap"><td colspan="6">${gapText(gap, view.now)}</td></tr>`;

/** @param {TimelineItem} item @param {TimelineView} view */
function itemRow(item, view) {
  return html`<tr data-row=${item.id} data-lane=${item.lane} class=${view.selected === item.id ? "selected" : ""}>
    <td class="when">${happenedText(item)}${item.early ? html` <span class="chip">${say("before_missing")}</span>` : nothing}</td>
    <td class="known" data-label=${t("Became known")}>${timeElement(item.known_at)}</td>
    <td>${title(item, view)}${item.text ? html` <bdi>${item.text}</bdi>` : nothing}${doubts(item, view)}</td>
    <td class="quiet" data-label=${t("Where")}><bdi>${item.place}</bdi></td>
    <td>${gradeOf(item)} <span class="quiet">${item.verdict}</span></td>
    <td class="quiet" data-label=${t("Who")}><bdi>${item.by}</bdi></td></tr>`;
}

/** Render the grade of a sighting, as on its card; in words if nobody has graded it. @param {TimelineItem} item */
function gradeOf({ grade: code, assessment }) {
  if (!GRADE.test(code)) return html`<span class="quiet">${code}</span>`;
  return grade({ source: code[0], content: Number(code[1]) }, assessment === "not_the_child");
}

/** Render the title of an item, which links to its card or event. @param {TimelineItem} item @param {TimelineView} view */
function title(item, view) {
  const href = view.pathOf(item), name = html`${item.title}${item.number && item.kind === "note" ? html` <small>${t("on card {number}", { number: item.number })}</small>` : nothing}`;
  return href ? html`<a href=${href} @click=${(/** @type {MouseEvent} */ event) => view.follow(event, item.card)}><b>${name}</b></a>` : html`<b>${name}</b>`;
}

/** List the contradictions between this sighting and other sightings. @param {TimelineItem} item @param {TimelineView} view */
function doubts({ card, kind }, view) {
  const found = kind === "sighting" && card ? view.contradictions.of(card) : undefined;
  if (!found) return nothing;
  return html`<ul class="doubts">${found.texts.map(({ other, text }) => html`<li>≠ <a href=${view.pathOfCard(other)} @click=${(/** @type {MouseEvent} */ event) => view.follow(event, other)}>${text}</a></li>`)}${found.more ? html`<li>${sayCount("more", found.more)}</li>` : nothing}</ul>`;
}
