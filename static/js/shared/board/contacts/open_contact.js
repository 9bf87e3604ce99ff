/** Open contact: its details, which each view requests, and the form that logs a call. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { say, withColon } from "../../../core/rules/sentences.js";
import { HOUR_MS, serverNow } from "../../../core/time.js";
import { choiceButtons } from "../../../forms/choice_buttons.js";
import { formOf, row } from "../../../forms/form_row.js";
import { formatMoment } from "../../../format/time_elements.js";
import { isUnreadable } from "../../../format/unreadable.js";
import { accountName } from "../../../format/values.js";

const HOURS = [1, 4, 12];
const UNREADABLE = ["phones", "email", "note", "earlier"]; // details that the server may be unable to decrypt

/** @param {string} name */
const contactLabel = (name) => (name === "earlier" ? t("Earlier") : label.field(name, "contact"));

/** @param {Entity} contact @param {LiveBoardView} view */
export function openContact(contact, view) {
  const { id, state } = contact, read = view.contacts.details(id);
  return html`<div class="more">
    ${read ? details(read, state, view) : html`<p class="hint" role="status">${t("Loading…")}</p>`}
    ${callForm(id, view)}
    <div class="buttons">
      ${read && !read.problem ? html`<button type="button" class="plain" data-act="edit-contact" @click=${() => view.act.dialog("contact", { entity: id })}>${t("Edit")}</button>` : nothing}
      <button type="button" class="plain" data-act="withdraw-contact" @click=${() => view.contacts.withdraw(id)}>${t("Withdraw")}</button>
    </div>
  </div>`;
}

/** @param {ContactReading} read @param {State} state @param {LiveBoardView} view */
function details(read, { languages }, view) {
  const { phones = [], email, earlier = [], problem } = read;
  if (problem) return html`<p class="error" role="status">${problem}</p>`;
  return html`<div class="numbers" data-testid="contact-details">
      ${phones.map(({ number, shown, label: use }) => html`<a href="tel:${number}" dir="ltr">${shown}</a><span class="hint"><bdi>${use ?? ""}</bdi></span>`)}
      ${email ? html`<a href="mailto:${email}">${email}</a><span></span>` : nothing}
      ${UNREADABLE.filter((name) => isUnreadable(read, name)).map((name) => html`<span class="error">${withColon(contactLabel(name))}</span><span class="error" data-unreadable=${name}>${say("unreadable")}</span>`)}
      ${phones.length || email || read.unreadable ? nothing : html`<span class="hint">${t("No number yet.")}</span>`}
    </div>
    <p class="hint">${[(languages ?? []).join(", "), read.note].filter(Boolean).map((text) => html`<bdi>${text}</bdi> · `)}<span class="nowrap">${t("Viewing is logged.")}</span></p>
    ${earlier.length ? html`<details><summary>${t("Earlier")}</summary><ol data-testid="earlier-details">${earlier.map((former) => formerDetails(former, view))}</ol></details>` : nothing}`;
}

/** @param {{ phones: { shown: string }[], email: string | null, note: string | null, at: IsoTime, account: string | null }} former @param {LiveBoardView} view */
function formerDetails({ phones, email, note, at, account }, { session }) {
  const text = [...phones.map(({ shown }) => shown), email, note].filter(Boolean).join(" · ") || say("empty");
  return html`<li><bdi>${text}</bdi>\u00a0· <span class="hint">${t("until {at}, then set by {name}", { at: formatMoment(at), name: accountName(session, account) })}</span></li>`;
}

/** @param {string} id @param {LiveBoardView} view */
function callForm(id, view) {
  const form = view.forms.get("call", id);
  const results = label.codes("last_call.result", "contact").map((code) => ({ code, text: label.value("last_call.result", code, "contact") ?? code }));
  const cancel = () => {
    form.clear();
    view.contacts.close();
  };
  const body = html`${choiceButtons(form, "result", view, { name: label.field("last_call.result", "contact"), options: results })}
    ${row(form, "incoming", view)} ${row(form, "text", view)}
    ${nextCallButtons(form, view)}
    <div class="grid">${row(form, "next_call", view)} ${row(form, "assignee", view)} ${row(form, "happened_at", view)}</div>`;
  const buttons = html`<span class="space"></span><button type="button" data-act="cancel-call" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="save-call">${t("Save the call")}</button>`;
  return formOf(form, "call", body, buttons, view.submit);
}

/** Buttons for common times of the next call, next to the field for any time. @param {Form} form @param {LiveBoardView} view */
function nextCallButtons(form, view) {
  const set = (/** @type {string} */ time) => () => {
    form.edit("next_call", time);
    view.draw();
  };
  const later = (/** @type {number} */ hours) => new Date(Number(serverNow()) + hours * HOUR_MS).toISOString();
  return html`<div class="quick-times" role="group" aria-label=${label.field("next_call", "contact")}>
    <button type="button" data-act="no-call" aria-pressed=${form.raw("next_call") === "" ? "true" : "false"} @click=${set("")}>${t("no next call")}</button>
    ${HOURS.map((hours) => html`<button type="button" data-act="call-in-${hours}" @click=${set(later(hours))}>${t("in {length}", { length: say("hours", { hours }) })}</button>`)}
  </div>`;
}
