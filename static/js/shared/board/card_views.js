/**
 * Looks of their own of some kinds of cards: what they show besides the fields of their declaration. A kind that is not here is drawn
 * from its declaration alone.
 */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { formFields, titleOf } from "../../core/kinds.js";
import { label } from "../../core/labels.js";
import { valueAt } from "../../core/merge_patch.js";
import { distance, formatField } from "../../format/values.js";
import { dueElement, formatMoment, formatShortMoment, seenText } from "../../format/time_elements.js";
import { assessment, grade } from "./assessment.js";
import { checklist } from "./checklist.js";
import { mayReadSource, sourceSection } from "./source_reveal.js";

const RULED_OUT = new Set(["not_the_child", "duplicate"]);
const GOOD = new Set(["credible", "confirmed"]);
const FEW = 3; // facts on a card without a look of its own
const SOURCE = ["source_name", "source_contact", "source.kind", "source.sealed"];

/** @type {CardLook} */
const PLAIN = { says: () => nothing, mark: () => nothing, foot: plainFoot, isRuledOut: () => false, work: () => nothing, end: () => nothing, apart: [], withheld: () => [] };

/** @type {Record<string, Partial<CardLook>>} */
const LOOKS = {
  sighting: {
    says: seenAndHow,
    mark: ({ grade: given }) => grade(given),
    foot: sightingFoot,
    isRuledOut: (state) => RULED_OUT.has(state.assessment),
    work: assessment,
    end: sourceSection,
    apart: SOURCE,
    withheld: (entity, view) => (mayReadSource(entity, view) ? [] : SOURCE.filter((path) => path !== "source.kind")),
  },
  task: { foot: taskFoot, work: checklist },
};

/** @param {string} kind @returns {CardLook} */
export const lookOf = (kind) => ({ ...PLAIN, ...LOOKS[kind] });

/**
 * Short facts, and the place.
 * @param {Card} entity
 * @param {BoardView} view
 */
function plainFoot(entity, view) {
  const { kind, state } = entity;
  const short = formFields(kind, "edit").filter(({ path, control }) => control !== "long" && control !== "number" && control !== "flag" && !path.includes("."));
  const facts = short.filter(({ path }) => state[path] !== titleOf(entity)).map((field) => formatField(field, valueAt(state, field.path), view)).filter(Boolean);
  return html`${facts.length ? html`<span>${facts.slice(0, FEW).join(" · ")}</span>` : nothing} ${placeLine(state.place)}`;
}

/**
 * An unknown channel is left out here; the card's fields show it.
 * @param {State} state
 */
function seenAndHow(state) {
  return html`<span>${[seenText(state, formatShortMoment), state.channel === "unknown" ? null : label.channel(state.channel)].filter(Boolean).join(" · ")}</span>`;
}

/** @param {Card} entity */
function sightingFoot({ state: { assessment: given, place, late, received_at } }) {
  return html`${late ? html`<span class="late-entry" title=${t("Received {at}, recorded later", { at: formatMoment(received_at) })}>${t("late entry")}</span>` : nothing}
    ${given === "unassessed" ? nothing : html`<span class=${GOOD.has(given) ? "confirmed" : "assessed"}>${label.assessment(given)}</span>`}
    ${placeLine(place)}`;
}

/** @param {Place | null} place */
function placeLine(place) {
  if (!place?.text && !place?.radius_m) return nothing;
  return html`<span class="place">${place.text ?? t("unnamed point")}${place.radius_m ? html` <span class="radius">± ${distance(place.radius_m)}</span>` : nothing}</span>`;
}

/** @param {Card} entity @param {BoardView} view */
function taskFoot({ state: { checklist: listed, due: until, column } }, view) {
  const items = Object.values(listed ?? {});
  const done = items.filter((item) => item.done).length;
  return html`${items.length ? html`<span class="ticks">${t("{done} of {all}", { done, all: items.length })}</span>` : nothing}
    ${until && !view.isDone(column) ? dueElement(until) : nothing}`;
}
