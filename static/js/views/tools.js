/** The row between head and columns: add, find, narrow down, and what one does to the search as a whole. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../i18n.js";

export function tools(view) {
  const { act, ui } = view;
  return html`<div class="tools" data-testid="tools">
    ${view.mayEdit ? adding(view) : nothing}
    <input type="search" class="find" id="find" data-testid="find" placeholder=${t("Find in this search  /")} aria-label=${t("Find in this search")}
      .value=${live(ui.find)} @input=${(event) => act.find(event.target.value)} />
    <div class="chips" role="group" aria-label=${t("Show")}>
      ${chip("sighting", t("Sightings"), view)} ${chip("task", t("Tasks"), view)} ${chip("mine", t("Mine"), view)}
      ${view.overdue ? chip("overdue", t("Overdue {count}", { count: view.overdue }), view, "alert") : nothing}
      ${view.changed.length ? chip("changed", t("Changed {count}", { count: view.changed.length }), view) : nothing}
      ${view.changed.length ? html`<button type="button" class="plain" data-act="all-seen" @click=${act.allSeen}>${t("All seen")}</button>` : nothing}
    </div>
    <span class="space"></span>
    <div class="whole">
      <button type="button" data-act="log" aria-pressed=${ui.card === "log"} @click=${act.log}>${t("Facts and log")}</button>
      ${view.mayEdit ? html`<button type="button" data-act="edit-search" @click=${() => act.dialog("facts")}>${t("Edit facts…")}</button>` : nothing}
      ${view.mayLead && !view.isClosed ? html`<button type="button" data-act="access" @click=${() => act.dialog("access")}>${t("Access…")}</button>` : nothing}
      ${view.mayLead ? html`<button type="button" data-act="set-status" @click=${() => act.dialog("status")}>${t("Set status…")}</button>` : nothing}
    </div>
  </div>`;
}

const draftOf = (kind, { forms }) => (forms.get(kind).dirty ? html`<i class="dot" title=${t("A draft is waiting")} role="img" aria-label=${t("A draft is waiting")}></i>` : nothing);

function adding(view) {
  const { act } = view;
  return html`<div class="adding">
    <button type="button" class="primary" data-act="add-sighting" @click=${() => act.dialog("sighting")}>${t("+ Sighting")} ${draftOf("add-sighting", view)} <kbd aria-hidden="true">S</kbd></button>
    <button type="button" data-act="add-task" @click=${() => act.dialog("task")}>${t("+ Task")} ${draftOf("add-task", view)} <kbd aria-hidden="true">T</kbd></button>
  </div>`;
}

function chip(name, text, { ui, act }, tone = "") {
  const on = ui.show[name];
  return html`<button type="button" class="chip ${on ? "on" : ""} ${tone}" data-chip=${name} aria-pressed=${on} @click=${() => act.toggle(name)}>${text}</button>`;
}
