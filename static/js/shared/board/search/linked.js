/* Linked searches: the header shows the children who disappeared together; the details show all links, with the form that adds one. */

import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { get } from "../../../core/connection/api.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { shortPersonName } from "../../../format/search_list.js";
import { say } from "../../../core/rules/sentences.js";
import { togetherText } from "../../../core/rules/together.js";

/** "with: Lina, 6", with a link to her board. @param {HeaderView} view */
export function togetherLine({ linked }) {
  const searches = linked?.together ?? [];
  if (!searches.length) return nothing;
  return html`<span class="together" data-testid="together">${searches.map((search, index) => html`${index ? say("separator") : nothing}<a href="/searches/${search.board}">${index ? nameOf(search) : togetherText([search])}</a>`)}</span>`;
}

/** @param {LinkedSearch} search */
const nameOf = ({ first_name: name, age }) => (age === null ? name : `${name}, ${age}`);

/** @param {BoardView} view */
export function linkedFacts(view) {
  if (view.past) return nothing;
  const searches = view.linked.all, mayLink = view.mayLead && view.mayEdit;
  if (!searches.length && !mayLink) return nothing;
  return html`<section class="card-facts" data-testid="linked-searches"><h3>${label.field("links", "search")}</h3>
    ${searches.length ? html`<ul class="bulleted">${searches.map((search) => linkedRow(search, view, mayLink))}</ul>` : nothing}
    ${mayLink ? linkForm(view) : nothing}</section>`;
}

/** @param {LinkedSearch} search @param {LiveBoardView} view @param {boolean} mayLink */
function linkedRow(search, view, mayLink) {
  const { board, how, reference, status } = search;
  const facts = [label.value("links.*.how", how, "search"), reference, status === "open" ? null : label.status(status)].filter(Boolean).join("\u00a0· ");
  const remove = () => view.act.command("search.link", { search: board, how: null });
  return html`<li data-linked=${board}><a href="/searches/${board}"><bdi>${shortPersonName(search)}</bdi>${search.age === null ? nothing : `, ${search.age}`}</a>\u00a0· ${facts}
    ${mayLink ? html`<button type="button" class="plain" data-act="unlink" aria-label=${t("Remove the link to {name}", { name: search.first_name })} @click=${remove}>${t("Remove")}</button>` : nothing}</li>`;
}

/** Form that links the search with a reference. @param {LiveBoardView} view */
function linkForm(view) {
  const codes = label.codes("links.*.how", "search");
  return html`<form class="link-search" data-form="link-search" @submit=${(/** @type {SubmitEvent} */ event) => submit(event, view)}>
    <label for="link-reference">${t("Link a search, by its reference")}</label>
    <div class="inline"><input id="link-reference" name="reference" type="text" required autocomplete="off" maxlength="200" placeholder="2026-0412" />
      <select name="how" aria-label=${label.field("links.*.how", "search")}>${codes.map((code) => html`<option value=${code}>${label.value("links.*.how", code, "search")}</option>`)}</select>
      <button data-act="link">${t("Link the search")}</button></div>
    <p class="error" role="alert" data-link-problem></p></form>`;
}

/** @param {SubmitEvent} event @param {LiveBoardView} view */
async function submit(event, view) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target), problem = /** @type {HTMLElement} */ (form.querySelector("[data-link-problem]"));
  const { reference, how } = /** @type {{ reference: string, how: string }} */ (Object.fromEntries(new FormData(form)));
  problem.textContent = "";
  const found = await get(`/api/v1/boards?${new URLSearchParams({ reference: reference.trim() })}`).catch(() => ({ boards: [] }));
  const other = found.boards.find((/** @type {{ board: string }} */ { board }) => board !== view.board.id);
  if (!other) return void (problem.textContent = t("You can see no other search with this reference."));
  form.reset();
  return void view.act.command("search.link", { search: other.board, how });
}
