/** Card in a column: what it is, what was said, what follows. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { guard } from "../../../vendor/lit-html/directives/guard.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { accountName, cardName, distance, kindName } from "../../format/values.js";
import { avatar } from "../avatars.js";
import { agoElement, dueElement, formatShortMoment, seenText, formatMoment } from "../../format/time_elements.js";

const RULED_OUT = new Set(["not_the_child", "duplicate"]);
const GOOD = new Set(["credible", "confirmed"]);

/**
 * Redraw a card only if something shown on it changed, so that a board of a thousand cards stays smooth.
 * @param {Card} entity
 * @param {BoardView} view
 */
export function card(entity, view) {
  const { id, seq, pending } = entity;
  const badge = view.badgeOf(id);
  const people = view.presentOn(id);
  const assignee = entity.state.assignee && accountName(view.session, entity.state.assignee);
  const presence = people.map((person) => `${person.name}${person.editing}`).join();
  return guard(
    [id, seq, pending?.id, pending?.status, badge?.type, badge?.at, view.ui.card === id, assignee, presence, view.mayEdit, view.marks.today, view.marks.drafts.has(id)],
    () => template(entity, { badge, people, assignee }, view),
  );
}

/**
 * @param {Card} entity
 * @param {{ badge: ChangeBadge | undefined, people: AvatarPerson[], assignee: string | null }} shown
 * @param {BoardView} view
 */
function template(entity, { badge, people, assignee }, view) {
  const { id, kind, state, pending } = entity;
  const sighting = kind === "sighting";
  const classes = ["card", kind];
  if (pending) classes.push("pending");
  if (badge) classes.push("changed");
  if (view.ui.card === id) classes.push("opened");
  if (RULED_OUT.has(state.assessment) && sighting) classes.push("ruled-out");
  const title = sighting ? state.description : state.title;
  return html`<article class=${classes.join(" ")} data-card=${entity.added ? nothing : id} data-pending=${pending ? pending.id : nothing}
      data-kind=${kind} data-number=${state.number ?? nothing} data-changed=${badge ? "" : nothing}>
    <div class="kind">
      <b>${entity.added ? kindName(kind) : cardName(entity)}</b>
      ${pending ? html`<span class="sending">${sendingCard(pending)}</span>` : sighting ? said(state) : nothing}
      ${priority(state, classes.includes("ruled-out") || view.isDone(state.column))}
      ${view.marks.drafts.has(id) ? html`<span class="draft">${t("draft")}</span>` : nothing}
      ${sighting ? grade(state.grade) : nothing}
    </div>
    <h3>${entity.added ? title : html`<a href=${view.path(id)} draggable="false" data-part="open" @click=${(/** @type {MouseEvent} */ event) => view.open(event, id)}>${title}</a>`}</h3>
    ${badge ? html`<div class="change-note">${by(badge)} ${agoElement(badge.at)}</div>` : nothing}
    <div class="foot">
      <span class="follows">${sighting ? sightingFoot(state) : taskFoot(state, view)}</span>
      <span class="who">
        ${people.map((person) => avatar(person.name, person))}
        ${assignee && !people.some((person) => person.account === state.assignee) ? avatar(assignee) : nothing}
      </span>
      ${view.mayEdit && !entity.added ? mover(entity, view) : nothing}
    </div>
  </article>`;
}

/**
 * Red is for urgent cards, not for those that are done or ruled out.
 * @param {State} state
 * @param {boolean} settled
 */
function priority({ priority }, settled) {
  if (priority === "normal") return nothing;
  return html`<span class=${priority === "urgent" && !settled ? "text-alert" : "low"}>${label.priority(priority)}</span>`;
}

/**
 * @param {Card} entity
 * @param {LiveBoardView} view
 */
function mover(entity, view) {
  return html`<button type="button" class="move" data-part="move" data-act="move" title=${t("Move to…")}
    aria-label=${t("Move {card} to…", { card: cardName(entity) })} @click=${() => view.act.move(entity.id)}><span aria-hidden="true">⋯</span></button>`;
}

/** @param {ChangeBadge} badge */
function by({ type, actor }) {
  const done = label.done(type);
  return actor ? t("{done} by {name}", { done, name: actor.name }) : done;
}

/** @param {PendingCommand} pending */
export const sendingCard = (pending) => (pending.held ? t("waiting to be sent…") : pending.status === "waiting" ? t("waiting for the line…") : t("sending…"));

/**
 * An unknown channel is left out here; the card's fields show it.
 * @param {State} state
 */
const said = (state) => html`<span>${[seenText(state, formatShortMoment), state.channel === "unknown" ? null : label.channel(state.channel)].filter(Boolean).join(" · ")}</span>`;

/** @param {SightingState["grade"]} grade */
export function grade({ source, content }) {
  const open = source === "F" && content === 6;
  const words = `${source}: ${label.grade_source(source)} · ${content}: ${label.grade_content(content)}`;
  return html`<span class="grade ${open ? "f" : ""}" title=${words} role="img" aria-label=${t("Grade {grade}", { grade: `${source}${content}` })}>${source}${content}</span>`;
}

/** @param {State} state */
function sightingFoot({ assessment, place, late, received_at }) {
  return html`${late ? html`<span class="late-entry" title=${t("Received {at}, recorded later", { at: formatMoment(received_at) })}>${t("late entry")}</span>` : nothing}
    ${assessment === "unassessed" ? nothing : html`<span class=${GOOD.has(assessment) ? "confirmed" : "assessed"}>${label.assessment(assessment)}</span>`}
    ${placeLine(place)}`;
}

/** @param {Place | null} place */
function placeLine(place) {
  if (!place?.text && !place?.radius_m) return nothing;
  return html`<span class="place">${place.text ?? t("a point")}${place.radius_m ? html` <span class="radius">± ${distance(place.radius_m)}</span>` : nothing}</span>`;
}

/**
 * @param {State} state
 * @param {BoardView} view
 */
function taskFoot({ checklist, due: until, column }, view) {
  const items = Object.values(checklist ?? {});
  const done = items.filter((item) => item.done).length;
  return html`${items.length ? html`<span class="ticks">${t("{done} of {all}", { done, all: items.length })}</span>` : nothing}
    ${until && !view.isDone(column) ? dueElement(until) : nothing}`;
}
