/** Entry of the list: how long it has waited, its text, the child, and who is responsible. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { formatDuration, MINUTE_MS } from "../../core/time.js";
import { isLapsed } from "../../format/ownership.js";
import { formatMoment, seenText } from "../../format/time_elements.js";
import { childrenOf, entryName, isAssignable } from "../../format/work_text.js";
import { priority } from "../../shared/board/card/card.js";
import { entryOwner, urlInList, waitingMark } from "../../shared/work/entry_custody.js";

/** @param {UnansweredEntry} entry @param {UnansweredView} view */
export function entryRow(entry, view) {
  const { id, queue, priority: urgency, title } = entry;
  const name = entryName(entry);
  return html`<li class="unanswered-entry ${view.isOwn(entry) ? "own" : ""} ${isLapsed(entry.alarm) ? "lapsed" : ""}" data-entry=${id} data-queue=${queue}>
    <div class="age">${waitingMark(entry)}${target(entry)}</div>
    <div class="what">
      <p class="kind"><b>${name}</b> ${priority({ priority: urgency })}</p>
      <h2 dir="auto"><a href=${urlInList(entry)}>${title}</a></h2>
      <p class="when">${seenText(entry, formatMoment, entry.sex)}${entry.place ? html`\u00a0· <bdi>${entry.place}</bdi>` : nothing}</p>
    </div>
    <div class="of">${entry.child ? html`<b><bdi>${childrenOf(entry)}</bdi></b> <span class="quiet">${references(entry)}</span>` : nothing}${
      entry.status === "found" ? html` <span class="found">${label.status("found")}</span>` : nothing}</div>
    <div class="owner">${view.sending(entry) ? html`<span class="sending">${view.sending(entry)}</span>` : entryOwner(entry, view.session)}</div>
    ${view.mayAct && isAssignable(entry) ? actions(entry, view) : nothing}
  </li>`;
}

/** @param {UnansweredEntry} entry */
const references = ({ reference, of_both: both }) => [reference, both?.reference].filter(Boolean).join("\u00a0· ");

/** @param {UnansweredEntry} entry */
const target = ({ target_min: minutes }) => (minutes === null ? nothing : html`<span class="quiet">${t("target: {time}", { time: formatDuration(minutes * MINUTE_MS) })}</span>`);

/** @param {UnansweredEntry} entry @param {UnansweredView} view */
function actions(entry, view) {
  const name = entryName(entry);
  return html`<div class="acts">
    ${view.isOwn(entry) ? nothing : html`<button type="button" data-act="claim" aria-label=${t("Assign {card} to me", { card: name })} @click=${() => view.claim(entry)}>${t("Assign to me")}</button>`}
    <button type="button" data-act="hand-on" aria-label=${t("Assign {card} to…", { card: name })} @click=${() => view.handOn(entry)}>${t("Assign to…")}</button>
  </div>`;
}
