/**
 * Views of some kinds of cards, which show more than the declared fields. All other kinds are drawn from their declaration.
 */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { formFields, titleOf } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { isAssured, isUngraded } from "../../../core/rules/conditions.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { seenWhen } from "../../../format/agreement.js";
import { cardName, certaintyText, distance, formatField } from "../../../format/values.js";
import { formatMoment, formatShortMoment } from "../../../format/time_elements.js";
import { beside, html } from "../../compact_html.js";
import { assessment, grade } from "./assessment.js";
import { checklist } from "./checklist.js";
import { mayReadSource, sourceSection } from "./source_reveal.js";

const RULED_OUT = new Set(["not_the_child", "duplicate"]);
const isNotTheChild = (/** @type {State} */ { assessment }) => assessment === "not_the_child"; // a cross is not for duplicates, which may be credible
const MAX_FACTS = 3; // on a card without its own view
const SOURCE = ["source_name", "source_contact", "source.kind", "source.sealed"];

/** @type {CardLook} */
const PLAIN = { mark: () => nothing, says: plainFacts, result: () => nothing, isRuledOut: () => false, isStruck: () => false, times: () => [], work: () => nothing, end: () => nothing, apart: [], withheld: () => [] };

/** @type {Record<string, Partial<CardLook>>} */
const LOOKS = {
  sighting: {
    mark: ({ state }) => grade(state.grade, isNotTheChild(state)),
    says: seenAndWhere,
    result: (state, isDone) => (isDone ? nothing : sightingResult(state)),
    isRuledOut: (state) => RULED_OUT.has(state.assessment),
    isStruck: isNotTheChild,
    times: ({ state }) => [
      [state.seen_at, t("seen")],
      [state.received_at, state.channel === "unknown" ? t("reported") : t("reported, {channel}", { channel: label.channel(state.channel) })],
    ],
    work: assessment,
    end: sourceSection,
    apart: SOURCE,
    withheld: (entity, view) => (mayReadSource(entity, view) ? [] : SOURCE.filter((path) => path !== "source.kind")),
  },
  place: { says: searchedWhen },
  task: { mark: tickCount, says: dueAndResult, times: ({ state }) => [[state.due, t("due")]], work: checklist },
};

/** @type {Record<string, CardLook>} */
const COMPLETE_LOOKS = Object.fromEntries(Object.entries(LOOKS).map(([kind, look]) => [kind, { ...PLAIN, ...look }]));

/** @param {string} kind @returns {CardLook} */
export const lookOf = (kind) => COMPLETE_LOOKS[kind] ?? PLAIN;

/**
 * Return the short facts, and the place.
 * @param {Card} entity
 * @param {ShownCard} _
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function plainFacts(entity, _, view) {
  const { kind, state } = entity;
  const short = formFields(kind, "edit").filter(({ path, control }) => control !== "long" && control !== "number" && control !== "flag" && !path.includes("."));
  const facts = short.filter(({ path }) => state[path] !== titleOf(entity)).map((field) => formatField(field, valueAt(state, field.path), view)).filter(Boolean);
  return [facts.length ? html`<p class="when">${facts.slice(0, MAX_FACTS).map((fact) => html`<span .textContent=${fact}></span>`)}</p>` : nothing, placeLine(state.place)];
}

/**
 * Return who searched a place, when, and how sure they are.
 * @param {Card} entity
 * @returns {Drawn[]}
 */
function searchedWhen({ state: { searched_by: team, searched_from: from, searched_until: until, certainty, location } }) {
  const period = [from, until].map((at) => at && formatShortMoment(at)).filter(Boolean).join("–");
  const facts = [period, team, certaintyText(certainty)].filter(Boolean);
  return [facts.length ? html`<p class="when">${facts.map((fact) => html`<span .textContent=${fact}></span>`)}</p>` : nothing, placeLine(location)];
}

/**
 * Return the time and place of a sighting. The time of the report is secondary. A finished card shows less.
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function seenAndWhere({ state }, { isDone }, view) {
  const { seen_at: seen, received_at: reported, late, place, channel } = state;
  const style = seen ? nothing : "unknown", first = seen ? seenWhen(formatShortMoment(seen), view.model.search?.state.person.sex) : t("time unknown");
  const marks = beside(
    late ? html`<span class="late-entry" title=${t("Received {at}, recorded later", { at: formatMoment(reported) })} .textContent=${t("late entry")}></span>` : nothing,
    isDone ? sightingResult(state) : nothing,
  );
  const when = reported && !(isDone && seen)
    ? html`<p class="when"><b class=${style} .textContent=${first}></b><span class="reported" .textContent=${t("reported {at}", { at: formatShortMoment(reported) })}></span>${marks}</p>`
    : html`<p class="when"><b class=${style} .textContent=${first}></b>${marks}</p>`;
  return [when, isDone ? nothing : placeLine(place, channel)];
}

/**
 * Render the place and channel. An unknown channel is left out; the card's fields show it.
 * @param {SeenPlace | null} place
 * @param {string} [channel]
 */
function placeLine(place, channel = "unknown") {
  const isKnown = place?.text || place?.radius_m;
  if (!isKnown && channel === "unknown") return nothing;
  const channelText = channel === "unknown" ? nothing : html`<span class="channel" .textContent=${label.channel(channel)}></span>`;
  if (!place || !isKnown) return html`<p class="where">${channelText}</p>`;
  const radius = place.radius_m ? `± ${distance(place.radius_m)}` : "";
  return html`<p class="where"><span class="place"><bdi .textContent=${place.text ?? t("unnamed point")}></bdi> <span class="radius" .textContent=${radius}></span></span>${channelText}</p>`;
}

/**
 * Render the assessment. A graded sighting without one is marked "to assess"; an ungraded one shows that by its grade.
 * @param {State} state
 */
function sightingResult(state) {
  const { assessment: code } = state;
  if (code === "unassessed") return isUngraded(state) ? nothing : html`<span class="to-assess" .textContent=${t("to assess")}></span>`;
  return html`<span class=${isAssured(code) ? "confirmed" : "assessed"} .textContent=${label.assessment(code)}></span>`;
}

/** @param {Card} entity */
function tickCount({ state }) {
  const items = Object.values(state.checklist ?? {}).filter(Boolean);
  const done = items.filter((item) => item.done).length;
  return items.length ? html`<span class="ticks" .textContent=${t("{done} of {all}", { done, all: items.length })}></span>` : nothing;
}

/**
 * Return the due time and result of a task. Only overdue times are red.
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function dueAndResult({ state }, { isDone, isLate }, view) {
  const { due, result, sighting } = state;
  const source = sighting ? view.model.byId.get(sighting) : null;
  if (isDone) return [result ? html`<p class="outcome" dir="auto" .textContent=${result}></p>` : nothing];
  const sourceText = source ? html`<span .textContent=${t("from {card}", { card: cardName(source) })}></span>` : nothing;
  if (!due) return [source ? html`<p class="when">${sourceText}</p>` : nothing];
  if (isLate) return [html`<p class="when"><time class="late" datetime=${due} data-lateness=${due} data-overdue></time><span .textContent=${dueAt(due)}></span>${sourceText}</p>`];
  return [html`<p class="when"><b .textContent=${dueAt(due)}></b><time datetime=${due} data-lateness=${due}></time>${sourceText}</p>`];
}

/** @param {IsoTime} due */
const dueAt = (due) => say("due", { at: formatShortMoment(due) });
