/** Card in a column. */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { guard } from "../../../../vendor/lit-html/directives/guard.js";
import { isAddition } from "../../../core/rules/change_badges.js";
import { t } from "../../../core/i18n.js";
import { titleOf } from "../../../core/rules/kinds.js";
import { queueOf } from "../../../core/rules/queues.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { isLapsed, ownerOf, whoHasIt } from "../../../format/ownership.js";
import { accountName, cardName, kindName } from "../../../format/values.js";
import { assigneeMark, viewers } from "../../avatars.js";
import { beside, html } from "../../compact_html.js";
import { firstPicture } from "../../files/files_of_board.js";
import { fileAddress } from "../../files/file_address.js";
import { pictureText } from "../../files/file_text.js";
import { lookOf } from "./card_views.js";
import { contradictionMark } from "./contradiction_mark.js";
import { bothMark } from "./of_both.js";
import { lookedAt, queueMark } from "./queue_mark.js";
import { agoElement } from "../../../format/time_elements.js";

/**
 * Render a card again only if its visible content changed, so that a board of a thousand cards stays smooth.
 * @param {Card} entity
 * @param {BoardView} view
 */
export function card(entity, view) {
  const { id, seq, pending, state } = entity;
  const badge = view.badgeOf(id);
  const people = view.presentOn(id);
  const assignee = state.assignee && accountName(view.session, state.assignee), owner = ownerOnCard(entity, view);
  const presence = people.map((person) => `${person.name}${person.editing}`).join();
  const alarm = view.model.alarms.get(id), isPromised = Boolean(view.model.promiseOfQueues), isDone = view.isDone(state.column), isLate = view.marks.isOverdue(entity), contradiction = view.contradictions.of(id);
  const { today, drafts } = view.marks, picture = firstPicture(view.model.files, id);
  return guard(
    [id, seq, owner, pending?.id, pending?.status, badge?.type, badge?.at, view.ui.card === id, view.session.accounts, presence, view.mayEdit, today, drafts.has(id), isDone, isLate, isPromised, view.model.search?.state.status, picture?.id, picture?.state.caption, picture && view.pictured, contradiction?.mark, state.of_both && view.linked?.all],
    () => template(entity, { badge, people, assignee, owner, alarm, isDone, isLate, picture, contradiction }, view),
  );
}

/**
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {BoardView} view
 */
function template(entity, shown, view) {
  const { id, kind, state, pending } = entity;
  const { badge, isDone, picture, alarm } = shown;
  const look = lookOf(kind), isRuledOut = look.isRuledOut(state);
  const classes = ["card", kind];
  if (pending) classes.push("pending");
  if (badge) classes.push("changed");
  if (isAddition(badge)) classes.push("new");
  if (view.ui.card === id) classes.push("opened");
  if (isRuledOut) classes.push("ruled-out");
  if (look.isStruck(state)) classes.push("struck");
  if (isDone) classes.push("done");
  if (picture) classes.push("pictured");
  if (alarm?.taken_by) classes.push("promised");
  if (isLapsed(alarm)) classes.push("lapsed");
  const isMovable = view.mayEdit && !entity.added;
  if (isMovable) classes.push("movable");
  const [first = nothing, second = nothing] = look.says(entity, shown, view);
  const draft = view.marks.drafts.has(id) ? html`<span class="draft" .textContent=${t("draft")}></span>` : nothing;
  return html`<article class=${classes.join(" ")} data-card=${entity.added ? nothing : id} data-pending=${pending ? pending.id : nothing}
      data-kind=${kind} data-number=${state.number ?? nothing} data-changed=${badge ? "" : nothing}>
    <div class="kind"><b .textContent=${entity.added ? kindName(kind) : cardName(entity)}></b>${beside(priority(state, isRuledOut || isDone, kind), draft, look.mark(entity))}</div>
    <h3 dir="auto"><a href=${entity.added ? nothing : view.path(id)} draggable="false" data-part="open" .textContent=${titleOf(entity)}></a></h3>
    ${picture ? html`<img class="card-picture" alt=${pictureText(picture.state, view.board)} width="52" height="52" loading="lazy" decoding="async" draggable="false" src=${view.pictured ? fileAddress(view.board.id, picture.id, "thumb") : nothing} />` : nothing}
    ${badge ? changeNote(badge, state) : nothing}
    ${first}
    ${beside(second, contradictionMark(shown.contradiction))}
    ${cardFoot(entity, shown, isRuledOut, view)}
    ${isMovable ? moveButton(entity) : nothing}
  </article>`;
}

/**
 * Return the click handler of a list of cards: one listener instead of two per card.
 * @param {BoardView} view
 * @returns {(event: MouseEvent) => void}
 */
export const cardClicked = (view) => (event) => {
  const part = /** @type {Element} */ (event.target).closest("[data-part]");
  const id = /** @type {HTMLElement | null | undefined} */ (part?.closest("article[data-card]"))?.dataset.card;
  if (!id) return;
  if (part?.matches("[data-part=open]")) view.open(event, id);
  else /** @type {LiveBoardView} */ (view).act.move(id);
};

/**
 * Return the text for an unassigned card, whose participle agrees with the kind.
 * @param {string} kind
 */
export const nobodyAssigned = (kind) => (kind === "task" ? say("nobody_assigned") : t("nobody assigned"));

/**
 * Render the owner and viewers of a card. Left out if a finished card has neither.
 * @param {Card} entity
 * @param {ShownCard} shown
 * @param {boolean} isRuledOut
 * @param {BoardView} view
 */
function cardFoot(entity, shown, isRuledOut, view) {
  const { kind, state, pending } = entity, { people, isDone } = shown;
  const result = lookOf(kind).result(state, isDone), both = bothMark(state, view), marks = custodyMarks(entity, shown, isDone || isRuledOut, view);
  if (!people.length && !pending && result === nothing && both === nothing && marks.every((mark) => mark === nothing)) return nothing;
  return html`<div class="foot">${beside(pending ? html`<span class="sending" .textContent=${sendingCard(pending)}></span>` : nothing, result, both, ...marks, viewers(people))}</div>`;
}

/**
 * Render the next step of a card, who looked at it, and who has it.
 * @param {Card} entity
 * @param {Pick<ShownCard, "assignee" | "owner" | "alarm">} shown
 * @param {boolean} isSettled
 * @param {BoardView} view
 * @returns {Drawn[]}
 */
export function custodyMarks({ kind, state, pending, added }, { assignee, owner, alarm }, isSettled, view) {
  const waitingMark = kind === "sighting" && !added ? queueMark(state, view, alarm) : nothing;
  const needsLook = waitingMark !== nothing && queueOf(state) === "look";
  const lookedAtMark = kind === "sighting" && !assignee ? lookedAt(state, view) : nothing;
  const isUnassigned = !isSettled && !(added && pending) && !needsLook && lookedAtMark === nothing, ownerText = owner ?? (isUnassigned ? nobodyAssigned(kind) : "");
  const ownerMark = assignee ? assigneeMark(assignee, owner ?? assignee) : ownerText ? html`<span class=${owner ? "owner" : "quiet"} data-testid="owner" .textContent=${ownerText}></span>` : nothing;
  return [waitingMark, lookedAtMark, ownerMark];
}

/**
 * Return the sentence about the owner of a card with an alarm, as in the watch line.
 * @param {Pick<Card, "id" | "state">} entity
 * @param {Pick<BoardView, "model" | "session">} view
 * @returns {string | null}
 */
export function ownerOnCard({ id, state: { assignee } }, { model, session }) {
  const alarm = model.alarms.get(id);
  return alarm ? whoHasIt(ownerOf(alarm, assignee, session), session.account.id) : null;
}

/**
 * Render the priority. Only urgent cards that are not done or ruled out are amber.
 * @param {State} state
 * @param {boolean} isSettled
 * @param {string} kind kind of the card, with which the label agrees
 */
export function priority({ priority: level }, isSettled = false, kind = "sighting") {
  if (level === "normal") return nothing;
  return html`<span class=${level === "urgent" && !isSettled ? "urgent" : "quiet"} .textContent=${label.value("priority", level, kind) ?? label.priority(level)}></span>`;
}

/** @param {ChangeBadge} badge @param {State} state */
const changeNote = (badge, state) => html`<div class="change-note">${changeText(badge, state)}${badge.at ? html`, ${agoElement(badge.at)}` : nothing}</div>`;

/** @param {Card} entity */
function moveButton(entity) {
  return html`<button type="button" class="move" data-part="move" data-act="move" title=${t("Move to…")} aria-label=${t("Move {card} to…", { card: cardName(entity) })}>⋯</button>`;
}

/**
 * Return the participle for a change of a card, including the end of an assignment and changes of its notes or files.
 * @param {string} type type of the event
 * @param {State} state
 */
export const doneTo = (type, state) => (type === "card.assigned" && !state.assignee ? t("assignment ended") : OF_ATTACHED.test(type) ? label.event(type) : label.done(type));
const OF_ATTACHED = /^(note|file)\./;

/**
 * "Card assigned", or "Assignment ended": the title of an event.
 * @param {{ type: string, state?: State | null }} event
 */
export const eventTitle = ({ type, state }) => (type === "card.assigned" && state && !state.assignee ? t("Assignment ended") : label.event(type));

/** @param {ChangeBadge} badge @param {State} state */
function changeText({ type, actor }, state) {
  const doneText = doneTo(type, state);
  return actor ? t("{done} by {name}", { done: doneText, name: actor.name }) : doneText;
}

/** @param {PendingCommand} pending */
export const sendingCard = (pending) => (pending.held ? t("waiting to be sent…") : pending.status === "waiting" ? t("waiting for connection…") : t("sending…"));
