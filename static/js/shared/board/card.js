/** Card in a column: what it is, what was said, what follows. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { guard } from "../../../vendor/lit-html/directives/guard.js";
import { t } from "../../core/i18n.js";
import { titleOf } from "../../core/kinds.js";
import { label } from "../../core/labels.js";
import { accountName, cardName, kindName } from "../../format/values.js";
import { avatar } from "../avatars.js";
import { lookOf } from "./card_views.js";
import { agoElement } from "../../format/time_elements.js";

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
  const look = lookOf(kind), isRuledOut = look.isRuledOut(state);
  const classes = ["card", kind];
  if (pending) classes.push("pending");
  if (badge) classes.push("changed");
  if (view.ui.card === id) classes.push("opened");
  if (isRuledOut) classes.push("ruled-out");
  const title = titleOf(entity);
  return html`<article class=${classes.join(" ")} data-card=${entity.added ? nothing : id} data-pending=${pending ? pending.id : nothing}
      data-kind=${kind} data-number=${state.number ?? nothing} data-changed=${badge ? "" : nothing}>
    <div class="kind">
      <b>${entity.added ? kindName(kind) : cardName(entity)}</b>
      ${pending ? html`<span class="sending">${sendingCard(pending)}</span>` : look.says(state)}
      ${priority(state, isRuledOut || view.isDone(state.column))}
      ${view.marks.drafts.has(id) ? html`<span class="draft">${t("draft")}</span>` : nothing}
      ${look.mark(state)}
    </div>
    <h3>${entity.added ? title : html`<a href=${view.path(id)} draggable="false" data-part="open" @click=${(/** @type {MouseEvent} */ event) => view.open(event, id)}>${title}</a>`}</h3>
    ${badge ? html`<div class="change-note">${by(badge)} ${agoElement(badge.at)}</div>` : nothing}
    <div class="foot">
      <span class="follows">${look.foot(entity, view)}</span>
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

/** @param {Card} entity @param {LiveBoardView} view */
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
export const sendingCard = (pending) => (pending.held ? t("waiting to be sent…") : pending.status === "waiting" ? t("waiting for connection…") : t("sending…"));
