/** Top of a section: the child, with looks, places, goal and clock; or one row, once the section was read. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { eyesText, formatHeight, hairText } from "../../core/rules/appearance.js";
import { serverNow } from "../../core/time.js";
import { initials } from "../../shared/avatars.js";
import { reportedDetails } from "../../shared/board/card/kind_details.js";
import { worryingBadge } from "../../shared/board/search/worrying_badge.js";
import { photo } from "../../shared/files/photo.js";
import { formatMoment, formatShortMoment, seenText, sinceElement } from "../../format/time_elements.js";

/** @param {any} search of a report */
export const gravityClass = ({ status, worrying, undecided }) => (status !== "open" ? "" : worrying ? "worrying" : undecided ? "undecided" : "other");

/** @param {{ person: { first_name: string, age: any } }} search */
export const nameAndAge = ({ person: { first_name: name, age } }) => (age === null || age === undefined ? name : `${name}, ${age}`);

/**
 * Return whether a section is one row: read by the person who takes over, and not opened again.
 * @param {any} it
 * @param {HandoverView} view
 */
export const isFolded = (it, view) => view.mayTakeOver && !view.reading.isUnread(it) && !view.isSending(it.board, "read") && !view.ui.unfolded.has(it.board);

/** @param {any} it section of the report @param {HandoverView} view */
export function childSummary(it, view) {
  const { board, search } = it, folded = isFolded(it, view);
  return html`<header class="child-summary">
    <span class="photo" aria-hidden="true">${initials([search.person.first_name, search.person.last_name].filter(Boolean).join(" "))}${photo(board, search.photo)}</span>
    <div class="child">
      <h2 id="h-${board}"><a href="/searches/${board}">${nameAndAge(search)}</a></h2>
      <p class="about"><span>${aboutChild(search, view).map((said, at) => html`${at ? "\u00a0· " : nothing}${said}`)}</span>
        ${search.status === "open" ? nothing : html`<span class="status ${search.status}">${label.status(search.status)}</span>`}
        ${worryingBadge(search, search.undecided)}
        ${search.access === "members" ? html`<span class="lock">${t("members only")}</span>` : nothing}</p>
      ${folded ? nothing : html`${looks(search)} ${reportedDetails(search, view)} ${places(it)} ${goal(search, view)}`}
    </div>
    <div class="clock">${search.status === "open" && !view.isFixed && !folded ? html`<b>${sinceElement(search.missing_since)}</b>` : nothing}
      ${folded ? readMark(it, view) : html`<small>${say("missing_since", { at: formatMoment(search.missing_since) })}</small>`}</div>
  </header>`;
}

/** @param {any} search @param {HandoverView} view */
function aboutChild({ person: { sex }, kind, reference, lead }, view) {
  const whole = reference && html`<span class="reference">${reference}</span>`;
  return [sex && label.sex(sex), label.kind(kind), whole, lead ? say("in_charge", { name: view.nameOf(lead) }) : say("nobody_in_charge")].filter(Boolean);
}

/** @param {any} it @param {HandoverView} view */
function readMark(it, view) {
  const mine = it.reads?.[view.session.account.id];
  const open = () => (view.ui.unfolded.add(it.board), view.draw());
  return html`<span class="read" data-testid="read-row">✓ ${mine ? say("read_at", { at: formatMoment(mine.at) }) : t("read")}</span>
    <button type="button" class="on-screen" data-act="unfold" @click=${open}>${t("Show")}</button>`;
}

/** @param {any} search */
function looks({ person }) {
  const { height_cm: height, build, hair, eyes, features, clothing, needs, needs_until: until, description } = person;
  const looks = [height && formatHeight(height), build && label.value("person.build", build), hairText(hair), eyesText(eyes), features].filter(Boolean).join(", ");
  const lines = [looks, clothing && html`<b>${clothing}</b>`].filter(Boolean);
  const isOver = Boolean(until) && until < serverNow().toISOString(); // ISO times compare as text
  const needed = needs ? html`<p class="needs ${isOver ? "text-alert" : ""}">${until ? t("Needs: {what}, until {at}", { what: needs, at: formatShortMoment(until) }) : t("Needs: {what}", { what: needs })}</p>` : nothing;
  const looked = lines.length ? html`<p>${lines.map((line, at) => html`${at ? "; " : nothing}${line}`)}</p>` : nothing;
  return html`${looked}${description ? html`<p>${description}</p>` : nothing}${needed}`;
}

/** @param {any} it */
function places({ search: { person: { sex }, last_seen: seen, appeal }, last_credible: credible }) {
  const level = appeal?.level && appeal.level !== "none" ? appeal : null;
  const said = [
    seen?.text && t("last seen: {place}", { place: [seen.at && formatShortMoment(seen.at), seen.text].filter(Boolean).join(" ") }),
    credible ? t("latest credible: {at}", { at: [t("Sighting {number}", { number: credible.number }), seenText(credible, formatShortMoment, sex), credible.place?.text].filter(Boolean).join(" ") }) : t("latest credible: none so far"),
    level && (level.until ? say("appeal_until", { level: label.level(level.level), until: formatMoment(level.until) }) : say("appeal", { level: label.level(level.level) })),
  ].filter(Boolean);
  return said.length ? html`<p class="places">${said.join(" · ")}</p>` : nothing;
}

/** @param {any} search @param {HandoverView} view */
function goal({ goal: set }, view) {
  if (!set?.text) return nothing;
  const more = [set.until && t("by {at}", { at: formatShortMoment(set.until) }), set.by && view.nameOf(set.by)].filter(Boolean).join(" · ");
  return html`<p class="goal">${t("Goal:")} <b>${set.text}</b> <span>${more}</span></p>`;
}
