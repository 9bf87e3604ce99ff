/* Unanswered entry: its URL, its next step, and its owner. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { UNANSWERED, hashOf } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { ownerOf, whoHasIt } from "../../format/ownership.js";
import { accountName } from "../../format/values.js";
import { entryUrl } from "../../format/work_text.js";
import { assigneeMark } from "../avatars.js";
import { waitingTime } from "../board/card/queue_mark.js";

/**
 * Return the URL of an entry. A sighting opens next to the list of unanswered sightings.
 * @param {UnansweredEntry} entry
 */
export const urlInList = (entry) => entryUrl(entry) + (entry.kind === "sighting" ? hashOf(UNANSWERED) : "");

/** @param {UnansweredEntry} entry */
export const waitingMark = (entry) => html`<span class="waits ${entry.queue}">${waitingTime(entry)}</span>`;

/** @param {UnansweredEntry} entry @param {Session} session */
export function entryOwner({ assignee, alarm }, session) {
  const alarmOwner = alarm && whoHasIt(ownerOf(alarm, assignee, session), session.account.id);
  if (assignee) return assigneeMark(accountName(session, assignee), alarmOwner ?? undefined);
  return html`<span class=${alarmOwner ? "owner" : "quiet"} data-testid="owner">${alarmOwner ?? t("nobody assigned")}</span>`;
}
