/** Top of a section: the child, with appearance, places, goal and clock; or one row after the section was read. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { eyesText, formatHeight, hairText } from "../../core/rules/appearance.js";
import { serverNow } from "../../core/time.js";
import { initials } from "../../shared/avatars.js";
import { reportedDetails } from "../../shared/board/card/kind_details.js";
import { coveredText } from "../../shared/board/search/child_details.js";
import { worryingBadge } from "../../shared/board/search/worrying_badge.js";
import { photo } from "../../shared/files/photo.js";
import { childText, originalToggle } from "../../shared/readable/child_text.js";
import { togetherText } from "../../core/rules/together.js";
import { lastSeenText } from "../../format/last_seen_text.js";
import { formatMoment, formatShortMoment, seenText, sinceElement } from "../../format/time_elements.js";

/** @param {any} search search of a report */
export const gravityClass = ({ status, worrying, undecided }) => (status !== "open" ? "" : worrying ? "worrying" : undecided ? "undecided" : "other");

/** @param {{ person: { first_name: string, age: any } }} search */
export const nameAndAge = ({ person: { first_name: name, age } }) => (age === null || age === undefined ? name : `${name}, ${age}`);

/**
 * Return true if a section is folded to one row: the incoming person has read it, and has not opened it again.
 * @param {any} section
 * @param {HandoverView} view
 */
export const isFolded = (section, view) => view.mayTakeOver && !view.reading.isUnread(section) && !view.isSending(section.board, "read") && !view.ui.unfolded.has(section.board);

/** @param {any} section section of the report @param {HandoverView} view */
export function childSummary(section, view) {
  const { board, search, together = [] } = section, isRow = isFolded(section, view);
  return html`<header class="child-summary">
    <span class="photo" aria-hidden="true">${initials([search.person.first_name, search.person.last_name].filter(Boolean).join(" "))}${photo(board, search.photo)}</span>
    <div class="child">
      <h2 id="h-${board}"><a href="/searches/${board}">${nameAndAge(search)}</a></h2>
      <p class="about"><span>${aboutChild(search, view).map((facts, index) => html`${index ? "\u00a0· " : nothing}${facts}`)}</span>
        ${search.status === "open" ? nothing : html`<span class="status ${search.status}">${label.status(search.status)}</span>`}
        ${together.length ? html`<span class="together">${togetherText(together)}</span>` : nothing} ${worryingBadge(search, search.undecided)}
        ${search.access === "members" ? html`<span class="lock">${t("members only")}</span>` : nothing}</p>
      ${isRow ? nothing : html`${appearanceLines(search)} ${reportedDetails(search, view)} ${placesLine(section)} ${goalLine(search, view)}`}
    </div>
    <div class="clock">${search.status === "open" && !view.isFixed && !isRow ? html`<b>${sinceElement(search.missing_since)}</b>` : nothing}
      ${isRow ? readMark(section, view) : html`<small>${say("missing_since", { at: formatMoment(search.missing_since) })}</small>`}</div>
  </header>`;
}

/** @param {any} search @param {HandoverView} view */
function aboutChild({ person: { sex }, kind, reference, lead }, view) {
  const referenceText = reference && html`<span class="reference">${reference}</span>`;
  return [sex && label.sex(sex), label.kind(kind), referenceText, lead ? say("in_charge", { name: view.nameOf(lead) }) : say("nobody_in_charge")].filter(Boolean);
}

/** @param {any} section @param {HandoverView} view */
function readMark(section, view) {
  const ownRead = section.reads?.[view.session.account.id];
  const open = () => (view.ui.unfolded.add(section.board), view.draw());
  return html`<span class="read" data-testid="read-row">✓ ${ownRead ? say("read_at", { at: formatMoment(ownRead.at) }) : label.done("read")}</span>
    <button type="button" class="on-screen" data-act="unfold" @click=${open}>${t("Show")}</button>`;
}

/** @param {any} search */
function appearanceLines({ person }) {
  const { height_cm: height, build, hair, eyes, features, clothing, needs, needs_until: until, description } = person;
  const appearance = [height && formatHeight(height), build && label.value("person.build", build), hair && childText("hair", hair, hairText), eyes && childText("eyes", eyes, eyesText), features && childText("features", features)].filter(Boolean);
  const lines = [appearance.length && appearance.map((part, index) => html`${index ? ", " : nothing}${part}`), clothing && html`<b>${childText("clothing", clothing)}</b>`].filter(Boolean);
  const isOver = Boolean(until) && until < serverNow().toISOString(); // ISO times compare as text
  const needsText = needs ? html`<p class="needs ${isOver ? "text-alert" : ""}">${childText("needs", needs, (what) => t("Needs: {what}", { what }))}${until ? `, ${coveredText(until)}` : nothing}${originalToggle([["needs", needs]])}</p>` : nothing;
  const appearanceText = lines.length ? html`<p>${lines.map((line, index) => html`${index ? "; " : nothing}${line}`)}${originalToggle([["hair", hair], ["eyes", eyes], ["features", features], ["clothing", clothing]])}</p>` : nothing;
  return html`${appearanceText}${description ? html`<p>${childText("description", description)}</p>` : nothing}${needsText}`;
}

/** @param {any} it */
function placesLine({ search: { person: { sex }, last_seen: seen, appeal }, last_credible: credible }) {
  const level = appeal?.level && appeal.level !== "none" ? appeal : null;
  const placeTexts = [
    seen?.text && lastSeenText(seen),
    t("latest credible: {at}", { at: credible ? [say("sighting", { number: credible.number }), seenText(credible, formatShortMoment, sex), credible.place?.text].filter(Boolean).join(" ") : say("none_so_far") }),
    level && (level.until ? say("appeal_until", { level: label.level(level.level), until: formatMoment(level.until) }) : say("appeal", { level: label.level(level.level) })),
  ].filter(Boolean);
  return placeTexts.length ? html`<p class="places">${placeTexts.join(" · ")}</p>` : nothing;
}

/** @param {any} search @param {HandoverView} view */
function goalLine({ goal: goalState }, view) {
  if (!goalState?.text) return nothing;
  const details = [goalState.until && say("by_time", { at: formatShortMoment(goalState.until) }), goalState.by && view.nameOf(goalState.by)].filter(Boolean).join(" · ");
  return html`<p class="goal">${t("Goal:")} <b>${goalState.text}</b> <span>${details}</span></p>`;
}
