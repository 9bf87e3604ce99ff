/** Contacts of a search: who is called next, by whom, and until when. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { pluralName } from "../../../core/rules/kinds.js";
import { say } from "../../../core/rules/sentences.js";
import { serverNow } from "../../../core/time.js";
import { agoElement, formatShortMoment, formatUntil, latenessElement } from "../../../format/time_elements.js";
import { accountName } from "../../../format/values.js";
import { openContact } from "./open_contact.js";

/** @param {BoardView} view */
export function contactsSection(view) {
  if (!view.session.may("contacts")) return nothing;
  const contacts = view.board.of("contact").filter(({ state }) => !state.withdrawn).sort(byNextCall);
  return html`<section class="contacts" id="contacts" data-testid="contacts" tabindex="-1">
    <h3>${pluralName("contact")} <b>${contacts.length}</b>
      ${!view.past && view.mayNote ? html`<button type="button" class="plain" data-act="add-contact" @click=${() => view.act.dialog("contact-add")}>${t("Add a contact")}</button>` : nothing}
    </h3>
    ${contacts.length ? nothing : html`<p class="none">${t("Nobody to call yet.")}</p>`}
    <ul>${repeat(contacts, ({ id }) => id, (contact) => item(contact, view))}</ul>
  </section>`;
}

/** Sort by the next call, then by name. @param {Entity} one @param {Entity} other */
function byNextCall({ state: one }, { state: other }) {
  if (one.next_call !== other.next_call) return (one.next_call ?? "9") < (other.next_call ?? "9") ? -1 : 1; // ISO times compare as text
  return one.name.localeCompare(other.name);
}

/** @param {Entity} contact @param {BoardView} view */
function item(contact, view) {
  const { id, state } = contact, isOpen = !view.past && view.contacts.open === id;
  return html`<li class="contact ${isOpen ? "open" : ""}" data-contact=${id}>
    <div class="who"><b><bdi>${state.name}</bdi></b><span class="hint">${[label.value("role", state.role, "contact"), state.relation].filter(Boolean).join(" · ")}</span></div>
    <div class="next-call">${nextCall(id, state, view)}</div>
    ${view.past || !view.mayNote ? nothing : html`<div class="acts">${isOpen ? html`<button type="button" data-act="close-contact" @click=${() => view.contacts.close()}>${t("Close")}</button>`
      : html`<button type="button" data-act="open-contact" @click=${() => view.contacts.show(id)}>${t("Call…")}</button>`}</div>`}
    ${isOpen && !view.past ? openContact(contact, view) : nothing}
  </li>`;
}

/** @param {string} id @param {State} state @param {BoardView} view */
function nextCall(id, { next_call: due, assignee, last_call: last }, view) {
  const lastText = last ? html`<span class="hint" data-testid="last-call">${label.value("last_call.result", last.result, "contact")} ${formatShortMoment(last.at)}, ${accountName(view.session, last.by)}</span>` : nothing;
  if (!due) return html`<span class="hint">${t("no call planned")}</span>${lastText}`;
  const alarm = view.model.alarms.get(id), isLate = due < serverNow().toISOString();
  const owner = alarm?.taken_by ? say("has_it_until", { name: accountName(view.session, alarm.taken_by), time: formatUntil(alarm.until) }) : assignee ? accountName(view.session, assignee) : say("nobody_assigned");
  return html`<span class="due ${isLate && !alarm?.taken_by ? "text-alert" : ""}" data-testid="call-due"><b>${formatShortMoment(due)}</b>, ${view.past ? agoElement(due) : latenessElement(due)}</span>
    <span class="hint">${owner}</span>${lastText}`;
}
