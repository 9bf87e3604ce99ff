/* Decision on a report: open it as a search, join it to one, or close it with a reason. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { label } from "../../core/labels.js";
import { n, t } from "../../core/i18n.js";
import { accountName } from "../../format/values.js";
import { formatMoment } from "../../format/time_elements.js";
import { rememberOpened } from "../../shared/just_opened.js";

/** @param {ReportDialogView} view @param {Entity} report */
export function decisionForms(view, report) {
  const { state } = report;
  if (state.status !== "waiting") return decided(view, report);
  const tab = (/** @type {ReportDialogView["part"]} */ part, /** @type {string} */ text) => html`<button type="button" data-act="part-${part}" aria-pressed=${view.part === part} @click=${() => { view.part = part; view.view.draw(); }}>${text}</button>`;
  return html`<div class="chips decision" role="group" aria-label=${label.field("decision", "report")}>${tab("open", t("Open a search…"))} ${tab("join", t("Belongs to…"))} ${tab("close", t("Close the report…"))}</div>
    ${{ open: opening, join: joining, close: closing }[view.part](view, report)}`;
}

/** @param {ReportDialogView} view @param {Entity} report */
function opening(view, { id, state }) {
  const open = async () => {
    const access = view.typed.members ? { access: "members" } : {};
    const answer = await view.send("report.open", { report: id, ...access });
    if (!answer?.opened) return;
    rememberOpened(answer.opened);
    location.assign(`/searches/${answer.opened}`);
  };
  const name = accountName(view.view.session, state.taken_by);
  return html`<form data-form="open-report" @submit=${view.submit(open)}>
    <p class="hint">${t("The search gets all these answers, the first tasks of its type, the caller as a contact, and {name} and you as members.", { name })}
      ${state.siblings?.length ? n("The other child gets a search too, linked with this one.", "Each of the {count} other children gets a search too, linked with this one.", state.siblings.length) : nothing}
      ${state.missing_since ? nothing : t("Nobody knows yet since when: the time of the call counts.")}</p>
    <div class="check"><input id="report-members" type="checkbox" .checked=${view.typed.members} @change=${view.edit("members")} /><label for="report-members">${t("Only its members may see it")}</label></div>
    ${state.person.first_name ? nothing : html`<p class="error">${t("A search needs a first name. Continue the report first.")}</p>`}
    <button class="primary" data-act="open" ?disabled=${view.busy}>${t("Open the search")}</button></form>`;
}

/** @param {ReportDialogView} view @param {Entity} report */
function joining(view, { id, state }) {
  const join = async () => {
    const { search } = view.typed;
    if (await view.send("report.join", { report: id, search })) location.assign(`/searches/${search}`);
  };
  return html`<form data-form="join-report" @submit=${view.submit(join)}><label for="report-search">${t("It belongs to the search")}</label>
    <div class="inline"><select id="report-search" required @change=${view.edit("search")}><option value="">${t("Choose a search")}</option>
      ${view.targets(state).map(({ id: search, name, fits }) => html`<option value=${search} ?selected=${search === view.typed.search}>${fits ? t("{name} (same first name)", { name }) : name}</option>`)}</select>
      <button class="primary" data-act="join" ?disabled=${view.busy || !view.typed.search}>${t("Join it")}</button></div>
    <p class="hint">${t("The search lists everyone who reported it, and gets these answers as a note.")}</p></form>`;
}

/** @param {ReportDialogView} view @param {Entity} report */
function closing(view, { id }) {
  const { why, note } = view.typed, codes = label.codes("decision.why", "report");
  const close = async () => {
    if (await view.send("report.close", { report: id, why, ...(note.trim() && { note: note.trim() }) })) view.hide();
  };
  return html`<form data-form="close-report" @submit=${view.submit(close)}><label for="report-why">${t("Close it without a search, because")}</label>
    <select id="report-why" required @change=${view.edit("why")}><option value="">${t("Choose a reason")}</option>
      ${codes.map((code) => html`<option value=${code} ?selected=${code === why}>${label.value("decision.why", code, "report")}</option>`)}</select>
    <label for="report-note">${t("More about the reason")}</label>
    <textarea id="report-note" rows="2" maxlength="4000" .value=${note} @input=${view.edit("note")}></textarea>
    <button class="primary" data-act="close-report" ?disabled=${view.busy || !why || (why === "other" && !note.trim())}>${t("Close the report")}</button></form>`;
}

/** @param {ReportDialogView} view @param {Entity} report */
function decided(view, { id, state: { status, decision } }) {
  const { session } = view.view;
  const text = [label.value("status", status, "report"), decision.why && label.value("decision.why", decision.why, "report"), decision.note].filter(Boolean).join("\u00a0· ");
  return html`<p data-testid="decision" dir="auto"><b>${text}</b> <span class="hint">${accountName(session, decision.by)}, ${formatMoment(decision.at)}</span></p>
    ${decision.search ? html`<a class="button" data-act="open-board" href="/searches/${decision.search}">${t("Open the board")}</a>` : nothing}
    ${status === "closed" ? html`<button type="button" data-act="reopen-report" ?disabled=${view.busy} @click=${() => view.send("report.reopen", { report: id })}>${t("Reopen the report")}</button>` : nothing}`;
}
