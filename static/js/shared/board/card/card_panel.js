/** Panel of the open card, next to the board (over it on a phone): all its fields, notes, history and actions. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { keyed } from "../../../../vendor/lit-html/directives/keyed.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { titleOf } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { row } from "../../../forms/form_row.js";
import { isLapsed } from "../../../format/ownership.js";
import { accountName, cardName, columnName } from "../../../format/values.js";
import { doneTo, nobodyAssigned, ownerOnCard, priority, sendingCard } from "./card.js";
import { lookOf } from "./card_views.js";
import { viewers } from "../../avatars.js";
import { placeMenu } from "./column_menu.js";
import { formatDuration, MINUTE_MS } from "../../../core/time.js";
import { cardFields } from "./card_fields.js";
import { historySection } from "./card_history.js";
import { filesSection } from "../../files/strip.js";
import { keyHint } from "../../key_hint.js";
import { notesSection } from "../notes.js";
import { agoElement, dueElement, formatMoment, formatShortMoment, shortTimeElement } from "../../../format/time_elements.js";

const NOTE_FIELD = ".notes [data-field=text] textarea";

/** @param {BoardView} view */
export function cardPanel(view) {
  const { card } = view.ui;
  if (!card) return nothing;
  const entity = view.model.byId.get(card);
  return keyed(card, entity ? openPanel(entity, view) : missingPanel(view));
}

/** @param {Card} entity @param {BoardView} view */
function openPanel(entity, view) {
  const { id, kind, state } = entity;
  const look = lookOf(kind);
  const name = cardName(entity);
  return html`<aside class="panel ${kind}" data-panel=${id} aria-label=${name} tabindex="-1">
    ${panelBar(entity, name, view)}
    <div class="body">
      ${changeNote(entity, view)} ${state.withdrawn ? withdrawnNote(entity, view) : nothing}
      <div class="main">
        <h2 class="title" data-testid="title" dir="auto">${titleOf(entity)}</h2>
        ${quickActions(entity, view)}
        ${timesList(entity, view)}
        ${entity.added ? nothing : filesSection({ card: id }, view)}
        ${look.work(entity, view)}
        ${cardFields(entity, view)}
        ${look.end(entity, view)}
      </div>
      <div class="activity">
        ${notesSection(view.notesOf(id), id, view)}
        ${historySection(id, `?card=${id}`, view)}
      </div>
    </div>
    ${view.mayEdit && !state.withdrawn ? thumbBar(entity, view) : nothing}
  </aside>`;
}

/**
 * Forms with a thumb button, in the order of assessing and passing on a sighting.
 * @type {[string, (form: Form) => string][]}
 */
const SAVED_BY_THUMB = [
  ["grade", (form) => t("Save grade {grade}", { grade: `${form.raw("grade.source")}${form.raw("grade.content")}` })],
  ["assessment", () => t("Assess")],
  ["pass-on", () => t("Record as passed on")],
];

/**
 * Render the bottom bar of a phone: move, and save the first changed form.
 * @param {Card} entity
 * @param {LiveBoardView} view
 */
function thumbBar({ id, kind }, view) {
  const [changedForm] = SAVED_BY_THUMB.filter(([name]) => kind === "sighting" && view.forms.get(name, id).dirty);
  return html`<footer class="panel-foot">
    <button type="button" data-act="move-by-thumb" @click=${() => view.act.move(id)}>${t("Move to…")}</button>
    ${view.next ? html`<button type="button" data-act="next-by-thumb" @click=${view.next}>${t("Next that waits")}</button>` : nothing}
    ${changedForm ? thumbSave(id, changedForm, view) : nothing}
  </footer>`;
}

/** @param {string} id @param {[string, (form: Form) => string]} changed @param {LiveBoardView} view */
function thumbSave(id, [name, text], view) {
  const form = view.forms.get(name, id);
  return html`<button type="button" class="primary" data-act="save-${name}" @click=${() => view.submit(form)}>${text(form)}</button>`;
}

/**
 * Render the times of a card: those of its kind, its addition to the board, and its assignment. Their space is reserved while the history
 * is loading.
 * @param {Card} entity
 * @param {BoardView} view
 */
function timesList({ id, kind, state, added }, view) {
  if (added) return nothing;
  const { events } = view.historyOf(id);
  const who = state.assignee && accountName(view.session, state.assignee);
  /** @type {[string | null, string]} */
  const lastCell = kind === "sighting" ? firstLook(state, view) : [givenBy({ id, state }, view)?.at ?? null, who ? t("assigned, {name}", { name: who }) : nobodyAssigned(kind)];
  /** @type {[string | null, string][]} */
  const cells = [...lookOf(kind).times({ id, kind, state, seq: 0 }), [events[0]?.at ?? null, t("shown on the board")], lastCell];
  return html`<dl class="times" data-testid="times">${cells.map(([at, name]) => html`<div class=${at ? "" : "unset"}><dd>${at ? shortTimeElement(at) : "–"}</dd><dt>${name}</dt></div>`)}</dl>`;
}

/**
 * Return the time and text of the first look at a sighting. The owner is shown elsewhere.
 * @param {State} state
 * @param {BoardView} view
 * @returns {[string | null, string]}
 */
function firstLook({ looked_at: look }, view) {
  return look ? [look.at, t("looked at, {name}", { name: accountName(view.session, look.by) })] : [null, label.done("sighting.looked_at")];
}

/** @param {Card} entity @param {string} name @param {BoardView} view */
function panelBar(entity, name, view) {
  const { id, state, pending } = entity;
  const column = view.model.columns.find((column) => column.id === state.column);
  return html`<header class="panel-bar">
    <b class="kind">${name}</b>
    ${priority(state, view.isDone(state.column), entity.kind)}
    <span class="in-column">${column ? t("in {column}", { column: columnName(column.state) }) : nothing}</span>
    ${pending ? html`<span class="sending">${sendingCard(pending)}</span>` : nothing}
    <span class="space"></span>
    ${viewers(view.presentOn(id))}
    ${view.mayEdit && !state.withdrawn ? html`<button type="button" data-act="move" @click=${() => view.act.move(id)}>${t("Move to…")}</button> ${cardMenu(entity, view)}` : nothing}
    ${closeButton(view)}
  </header>`;
}

/** @param {Card} entity @param {LiveBoardView} view */
function cardMenu({ id, kind }, view) {
  const name = `menu-card-${id}`;
  const item = (/** @type {string} */ act, /** @type {string} */ text, /** @type {() => void} */ run, key = act) => html`<button type="button" data-act=${act} popovertarget=${name} popovertargetaction="hide" @click=${run}>${text} ${keyHint(key, "search")}</button>`;
  const note = () => {
    view.focus.field(NOTE_FIELD);
    view.draw();
  };
  return html`<button type="button" class="more" data-act="card-menu" popovertarget=${name} title=${t("More")} aria-label=${t("More")}><span aria-hidden="true">⋯</span></button>
    <div class="column-menu" id=${name} popover data-testid="card-menu" role="group" aria-label=${t("More")} @beforetoggle=${placeMenu}>
      ${item("menu-edit", t("Edit details"), () => view.act.edit(kind, id), "edit")}
      ${view.mayNote ? item("menu-note", t("Write a note"), note, "note") : nothing}
      ${item("withdraw", t("Withdraw…"), () => view.act.dialog("withdraw", { entity: id }))}
    </div>`;
}

/** @param {BoardView} view */
const closeButton = (view) => html`<button type="button" class="plain" data-act="close-card" aria-label=${t("Close")} title=${t("Close (Escape)")} @click=${view.act.close}>✕</button>`;

/** @param {Card} entity @param {BoardView} view */
function changeNote({ id, kind, state }, view) {
  const badge = view.lastBadge.get(id);
  if (!badge?.actor || (badge.type === "card.assigned" && (lastAssignment(id, view)?.at ?? "") > (badge.at ?? ""))) return nothing; // a later assignment is shown instead
  const what = badge.type.endsWith(".updated") ? badge.changes.map((path) => label.field(path, kind)) : []; // other events have their only field in the title
  return html`<p class="change-note" role="status" data-testid="changed">${t("{done} by {name}", { done: doneTo(badge.type, state), name: badge.actor.name })}, ${agoElement(badge.at)}${what.length ? `: ${[...new Set(what)].join(", ")}` : ""}</p>`;
}

/** @param {Card} entity @param {BoardView} view */
function withdrawnNote({ id }, view) {
  return html`<div class="problem quiet" data-testid="is-withdrawn"><p>${t("Withdrawn. You can find it in the withdrawn cards below the board.")}</p>
    ${view.mayEdit ? html`<button type="button" data-act="restore" @click=${() => view.act.command("card.restore", { card: id })}>${t("Restore")}</button>` : nothing}
  </div>`;
}

/**
 * Render the most frequent changes, each sent immediately.
 * @param {Card} entity
 * @param {BoardView} view
 */
function quickActions({ id, kind, state }, view) {
  if (!view.mayEdit) {
    return html`${ownerLine({ id, state }, view)}<p class="quick-read">${state.assignee ? accountName(view.session, state.assignee) : t("not assigned")}\u00a0· ${label.priority(state.priority)}${state.due ? html`\u00a0· ${dueText(state, view)}` : nothing}</p>`;
  }
  const assignee = view.forms.get("assignee", id);
  const urgency = view.forms.get(`${kind}-priority`, id);
  const ownId = view.session.account.id;
  const take = () => {
    assignee.edit("assignee", ownId);
    view.submit(assignee);
  };
  return html`<div class="quick side">
    ${row(assignee, "assignee", view.sendingAtOnce)} ${row(urgency, "priority", view.sendingAtOnce)}
    ${state.assignee === ownId ? nothing : html`<button type="button" data-act="take" @click=${take}>${t("Assign to me")}</button>`}
    ${ownerLine({ id, state }, view)}
    ${state.due ? html`<span class="until">${dueText(state, view)}</span>` : nothing}
    ${state.assignee ? html`<span class="since-assigned" data-testid="since-assigned">${sinceAssigned({ id, state }, view)}</span>` : nothing}
  </div>`;
}

/** @param {Pick<Card, "id" | "state">} entity @param {BoardView} view */
function ownerLine(entity, view) {
  const ownerText = ownerOnCard(entity, view);
  return ownerText ? html`<b class="owner ${isLapsed(view.model.alarms.get(entity.id)) ? "lapsed" : ""}" data-testid="owner">${ownerText}</b>` : nothing;
}

/** @param {string} id @param {BoardView} view */
const lastAssignment = (id, view) => view.historyOf(id).events.findLast(({ changes }) => (changes ?? []).includes("assignee"));

/**
 * Return the event that assigned the card to its current assignee; undefined until the history is loaded.
 * @param {Pick<Card, "id" | "state">} entity
 * @param {BoardView} view
 */
function givenBy({ id, state }, view) {
  const assignment = lastAssignment(id, view) ?? view.historyOf(id).events[0];
  return state.assignee && assignment?.state?.assignee === state.assignee ? assignment : undefined;
}

/**
 * Return the time of the assignment and the wait before it; "" until the history is loaded.
 * @param {Pick<Card, "id" | "state">} entity
 * @param {BoardView} view
 */
function sinceAssigned({ id, state }, view) {
  const { events } = view.historyOf(id), assignment = givenBy({ id, state }, view);
  if (!assignment) return "";
  const at = formatShortMoment(assignment.at), waitMs = Date.parse(assignment.at) - Date.parse(events[0].at);
  return waitMs < MINUTE_MS ? t("assigned since {at}", { at }) : t("assigned since {at}, {length} after it was added", { at, length: formatDuration(waitMs) });
}

/**
 * Render the due time; a finished card is never overdue.
 * @param {State} state
 * @param {BoardView} view
 */
const dueText = (state, view) => (view.isDone(state.column) ? say("due", { at: formatMoment(state.due) }) : dueElement(state.due));

/** @param {BoardView} view */
function missingPanel(view) {
  const absent = { title: t("Card not found"), body: html`<p class="none">${t("This card is not on this board.")}</p>` };
  const { title, body } = view.past ? absent : view.left.panel(/** @type {string} */ (view.ui.card), view.mayEdit);
  return html`<aside class="panel" data-panel="gone" tabindex="-1">
    <header class="panel-bar"><b>${title}</b><span class="space"></span>${closeButton(view)}</header>
    <div class="body left-card">${body}</div>
  </aside>`;
}
