/** Details of the child in the header: six in fixed places, and the same in one line. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { eyesText, formatHeight, hairText } from "../../../core/rules/appearance.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { serverNow } from "../../../core/time.js";
import { accountName } from "../../../format/values.js";
import { agoElement, formatMoment, formatShortMoment, shortTimeElement } from "../../../format/time_elements.js";
import { goalOf } from "./goal.js";
import { childText, originalToggle } from "../../readable/child_text.js";
import { kindSummary } from "../card/kind_details.js";
import { latestCredible } from "./latest_credible.js";

/** @param {string} text */
const quietText = (text) => html`<span class="unknown">${text}</span>`;

/** @param {Drawn[]} parts */
const joinParts = (parts) => parts.filter(Boolean).map((part, index) => html`${index ? "\u00a0· " : ""}${part}`);

/**
 * Render six details in fixed places, with a text for missing ones.
 * @param {HeaderView} view
 */
export function childDetails(view) {
  const { state } = view.model.search, { person } = state;
  return html`<dl class="child-details" data-testid="child-details">
    ${detail("last-seen", say("last_seen_recorded"), lastSeen(state))}
    ${detail("credible", say("latest_credible"), credible(view))}
    ${detail("looks", html`${t("Appearance")}${originalToggle(looksOf(person))}`, appearanceOf(person))}
    ${detail("wears", html`${t("Wearing")}${originalToggle([["clothing", person.clothing]])}`, person.clothing && childText("clothing", person.clothing))}
    ${detail("needs", html`${label.field("person.needs")}${originalToggle([["needs", person.needs]])}`, needs(person))}
    ${detail("appeal", label.field("appeal"), appeal(state), state.appeal.level !== "none")}
  </dl>`;
}

/** @param {string} name @param {Drawn} term @param {Drawn} value @param {boolean} [isThere] true to set the test id */
function detail(name, term, value, isThere = true) {
  return html`<div class=${name}><dt>${term}</dt><dd data-testid=${isThere ? name : nothing} dir="auto">${value || quietText(t("not recorded"))}</dd></div>`;
}

/** @param {SearchState} state */
function lastSeen({ missing_since: since, last_seen: place }) {
  return html`<b>${shortTimeElement(since)}</b> ${place?.text || nothing}`;
}

/** @param {HeaderView} view */
function credible(view) {
  const sighting = latestCredible(view.model.byId.values());
  if (!sighting) return quietText(t("none yet"));
  const { id, state } = sighting, { seen_at: seen, place } = state;
  return html`<a href=${view.path(id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, id)}>${seen ? html`<b>${shortTimeElement(seen)}</b>` : html`<b>${t("time unknown")}</b>`}
    ${place?.text || nothing}</a>${seen ? html`\u00a0· ${agoElement(seen)}` : nothing}`;
}

/** Return the details of the appearance that were typed as text. @param {MissingPerson} person @returns {[string, string | null | undefined][]} */
export const looksOf = ({ hair, eyes, features, description }) => (hair || eyes || features ? [["hair", hair], ["eyes", eyes], ["features", features]] : [["description", description]]);

/** @param {MissingPerson} person */
export function appearanceOf({ height_cm: height, build, hair, eyes, features, description }) {
  const parts = [
    height ? formatHeight(height) : null,
    build ? label.value("person.build", build, "search") ?? build : null,
    hair && childText("hair", hair, hairText), eyes && childText("eyes", eyes, eyesText), features ? html`<b>${childText("features", features)}</b>` : null,
  ].filter(Boolean);
  return parts.length ? joinParts(parts) : description && childText("description", description);
}

/**
 * Return the class of the child's needs: red after their time has passed.
 * @param {MissingPerson} person
 */
export const gravityOfNeeds = ({ needs_until: until }) => (until && until < serverNow().toISOString() ? "text-alert" : "grave"); // ISO times compare as text

/** @param {MissingPerson} person */
export function needs(person) {
  const { needs: needsText, needs_until: until } = person;
  if (!needsText) return null;
  return html`<b class=${gravityOfNeeds(person)}>${childText("needs", needsText)}${until ? html`, ${coveredText(until)}` : nothing}</b>`;
}

/** Return the text about the time until which the child's needs are covered, or since which they no longer are. @param {string} until */
export function coveredText(until) {
  const at = formatShortMoment(until);
  return until < serverNow().toISOString() ? say("not_covered_since", { at }) : say("covered_until", { at });
}

/** @param {SearchState} state */
function appeal({ appeal: { level, from, until } }) {
  if (level === "none") return quietText(label.level("none"));
  const now = serverNow().toISOString();
  const isAhead = from && from > now, isOver = until && until <= now;
  return html`<b>${label.level(level)}</b>${isAhead ? html`, ${t("from {at}", { at: formatMoment(from) })}` : until ? html`, <span class=${isOver ? "text-alert" : ""}>${isOver ? t("ended {at}", { at: formatMoment(until) }) : say("until", { at: formatMoment(until) })}</span>` : nothing}${level === "discreet" ? html`\u00a0· <b class="text-alert">${t("Do not show to outsiders.")}</b>` : nothing}`;
}

/**
 * Render the details in one line, for the folded header and for a phone: visible characteristics first.
 * @param {HeaderView} view
 */
export function childSummary(view) {
  const { state } = view.model.search, { person, lead } = state;
  const sighting = latestCredible(view.model.byId.values());
  const at = sighting && (sighting.state.seen_at ? shortTimeElement(sighting.state.seen_at) : t("time unknown"));
  const goal = goalOf(state);
  return html`<p class="child-summary" dir="auto"><span>${joinParts([needs(person), kindSummary(view), person.clothing && html`<b>${childText("clothing", person.clothing)}</b>`, appearanceOf(person)])}</span>
    <span>${joinParts([
    sighting ? html`${say("latest_credible")} <b>${at}</b> ${sighting.state.place?.text ?? nothing}` : html`${say("last_seen_recorded")} ${lastSeen(state)}`,
    goal && html`${label.field("goal")} <b>${goal.text}</b>`,
    lead ? say("in_charge", { name: accountName(view.session, lead) }) : say("nobody_in_charge"),
  ])}</span></p>`;
}
