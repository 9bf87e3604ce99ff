/**
 * Looks of their own of some kinds of cards: what they show besides the fields of their declaration. A kind that is not here is drawn
 * from its declaration alone.
 */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { formFields, titleOf } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { isAssured, isUngraded } from "../../../core/rules/conditions.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { seenWhen } from "../../../format/agreement.js";
import { cardName, distance, formatField } from "../../../format/values.js";
import { formatMoment, formatShortMoment } from "../../../format/time_elements.js";
import { beside, html } from "../../compact_html.js";
import { assessment, grade } from "./assessment.js";
import { checklist } from "./checklist.js";
import { mayReadSource, sourceSection } from "./source_reveal.js";

const RULED_OUT = new Set(["not_the_child", "duplicate"]);
const isNotTheChild = (/** @type {State} */ { assessment }) => assessment === "not_the_child"; // the cross: a duplicate may be credible
const FEW = 3; // facts on a card without a look of its own
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
  task: { mark: ticks, says: dueAndResult, times: ({ state }) => [[state.due, t("due")]], work: checklist },
};

/** @type {Record<string, CardLook>} */
const WHOLE = Object.fromEntries(Object.entries(LOOKS).map(([kind, look]) => [kind, { ...PLAIN, ...look }]));

/** @param {string} kind @returns {CardLook} */
export const lookOf = (kind) => WHOLE[kind] ?? PLAIN;

/**
 * Short facts, and the place.
 * @param {Card} entity
 * @param {ShownCard} _
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function plainFacts(entity, _, view) {
  const { kind, state } = entity;
  const short = formFields(kind, "edit").filter(({ path, control }) => control !== "long" && control !== "number" && control !== "flag" && !path.includes("."));
  const facts = short.filter(({ path }) => state[path] !== titleOf(entity)).map((field) => formatField(field, valueAt(state, field.path), view)).filter(Boolean);
  return [facts.length ? html`<p class="when">${facts.slice(0, FEW).map((fact) => html`<span .textContent=${fact}></span>`)}</p>` : nothing, where(state.place)];
}

/**
 * When the child was seen comes first; when that was reported is another thing, and quiet. A card that is done says less.
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function seenAndWhere({ state }, { isDone }, view) {
  const { seen_at: seen, received_at: reported, late, place, channel } = state;
  const style = seen ? nothing : "unknown", first = seen ? seenWhen(formatShortMoment(seen), view.model.search?.state.person.sex) : t("time unknown");
  const others = beside(
    late ? html`<span class="late-entry" title=${t("Received {at}, recorded later", { at: formatMoment(reported) })} .textContent=${t("late entry")}></span>` : nothing,
    isDone ? sightingResult(state) : nothing,
  );
  const when = reported && !(isDone && seen)
    ? html`<p class="when"><b class=${style} .textContent=${first}></b><span class="reported" .textContent=${t("reported {at}", { at: formatShortMoment(reported) })}></span>${others}</p>`
    : html`<p class="when"><b class=${style} .textContent=${first}></b>${others}</p>`;
  return [when, isDone ? nothing : where(place, channel)];
}

/**
 * An unknown channel is left out here; the card's fields show it.
 * @param {SeenPlace | null} place
 * @param {string} [channel]
 */
function where(place, channel = "unknown") {
  const known = place?.text || place?.radius_m;
  if (!known && channel === "unknown") return nothing;
  const said = channel === "unknown" ? nothing : html`<span class="channel" .textContent=${label.channel(channel)}></span>`;
  if (!place || !known) return html`<p class="where">${said}</p>`;
  const radius = place.radius_m ? `± ${distance(place.radius_m)}` : "";
  return html`<p class="where"><span class="place"><bdi .textContent=${place.text ?? t("unnamed point")}></bdi> <span class="radius" .textContent=${radius}></span></span>${said}</p>`;
}

/**
 * One that is graded still waits for its assessment, as the list of all searches counts it; one that is not shows that by its grade.
 * @param {State} state
 */
function sightingResult(state) {
  const { assessment: given } = state;
  if (given === "unassessed") return isUngraded(state) ? nothing : html`<span class="to-assess" .textContent=${t("to assess")}></span>`;
  return html`<span class=${isAssured(given) ? "confirmed" : "assessed"} .textContent=${label.assessment(given)}></span>`;
}

/** @param {Card} entity */
function ticks({ state }) {
  const items = Object.values(state.checklist ?? {}).filter(Boolean);
  const done = items.filter((item) => item.done).length;
  return items.length ? html`<span class="ticks" .textContent=${t("{done} of {all}", { done, all: items.length })}></span>` : nothing;
}

/**
 * Red is only for what is late.
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
function dueAndResult({ state }, { isDone, isLate }, view) {
  const { due, result, sighting } = state;
  const source = sighting ? view.model.byId.get(sighting) : null;
  if (isDone) return [result ? html`<p class="outcome" dir="auto" .textContent=${result}></p>` : nothing];
  const from = source ? html`<span .textContent=${t("from {card}", { card: cardName(source) })}></span>` : nothing;
  if (!due) return [source ? html`<p class="when">${from}</p>` : nothing];
  if (isLate) return [html`<p class="when"><time class="late" datetime=${due} data-lateness=${due} data-overdue></time><span .textContent=${dueAt(due)}></span>${from}</p>`];
  return [html`<p class="when"><b .textContent=${dueAt(due)}></b><time datetime=${due} data-lateness=${due}></time>${from}</p>`];
}

/** @param {IsoTime} due */
const dueAt = (due) => t("due {at}", { at: formatShortMoment(due) });
