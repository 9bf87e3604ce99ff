/** Entry of the list: how long it has waited, its text, the child, and who is responsible. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { formatDuration, MINUTE_MS } from "../../core/time.js";
import { ownerOf, whoHasIt } from "../../format/ownership.js";
import { seenText } from "../../format/time_elements.js";
import { accountName, cardName } from "../../format/values.js";
import { assigneeMark } from "../../shared/avatars.js";
import { waitingTime } from "../../shared/board/card/queue_mark.js";
import { priority } from "../../shared/board/card/card.js";


/**
 * URL at which an entry opens, by its kind. A tip has no search: it opens on the page of all searches. A wake opens in a dialog.
 * @type {Record<string, (entry: UnansweredEntry) => string>}
 */
const PATHS = {
  sighting: ({ board, id }) => `/searches/${board}/cards/${id}`,
  tip: ({ id }) => `/?tip=${id}`,
  wake: ({ board }) => `/searches/${board}?look-again`,
};

/** @param {UnansweredEntry} entry @param {UnansweredView} view */
export function entryRow(entry, view) {
  const { id, kind, queue, priority: urgency, title } = entry;
  const href = PATHS[kind]?.(entry), name = nameOf(entry);
  return html`<li class="unanswered-entry ${view.isOwn(entry) ? "own" : ""}" data-entry=${id} data-queue=${queue}>
    <div class="age">${waitingMark(entry)}${target(entry)}</div>
    <div class="what">
      <p class="kind"><b>${name}</b> ${priority({ priority: urgency })}</p>
      <h2 dir="auto">${href ? html`<a href=${href}>${title}</a>` : title}</h2>
      <p class="when">${seenText(entry)}${entry.place ? html`\u00a0· <bdi>${entry.place}</bdi>` : nothing}</p>
    </div>
    <div class="of">${entry.child ? html`<b><bdi>${entry.child}</bdi></b> <span class="quiet">${entry.reference}</span>` : nothing}${
      entry.status === "found" ? html` <span class="found">${label.status("found")}</span>` : nothing}</div>
    <div class="owner">${view.sending(entry) ? html`<span class="sending">${view.sending(entry)}</span>` : owner(entry, view)}</div>
    ${view.mayAct && kind !== "wake" ? actions(entry, view) : nothing}
  </li>`;
}

/** @param {UnansweredEntry} entry @param {UnansweredView} view */
function owner({ assignee, alarm }, { session }) {
  const alarmOwner = alarm && whoHasIt(ownerOf(alarm, assignee, session), session.account.id);
  if (assignee) return assigneeMark(accountName(session, assignee), alarmOwner ?? undefined);
  return html`<span class=${alarmOwner ? "" : "quiet"} data-testid="owner">${alarmOwner ?? t("nobody assigned")}</span>`;
}

/** @param {UnansweredEntry} entry */
export const nameOf = ({ kind, number }) => (kind === "wake" ? label.noun(kind) : cardName({ kind, state: { number } }));

/** @param {UnansweredEntry} entry */
const waitingMark = (entry) => html`<span class="waits ${entry.queue}">${waitingTime(entry)}</span>`;

/** @param {UnansweredEntry} entry */
const target = ({ target_min: minutes }) => (minutes === null ? nothing : html`<span class="quiet">${t("target: {time}", { time: formatDuration(minutes * MINUTE_MS) })}</span>`);

/** @param {UnansweredEntry} entry @param {UnansweredView} view */
function actions(entry, view) {
  const name = nameOf(entry);
  return html`<div class="acts">
    ${view.isOwn(entry) ? nothing : html`<button type="button" data-act="claim" aria-label=${t("Assign {card} to me", { card: name })} @click=${() => view.claim(entry)}>${t("Assign to me")}</button>`}
    <button type="button" data-act="hand-on" aria-label=${t("Assign {card} to…", { card: name })} @click=${() => view.handOn(entry)}>${t("Assign to…")}</button>
  </div>`;
}
