/** Checklist of a task. Each tick is a separate command, so that two people can tick at the same time. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { live } from "../../../../vendor/lit-html/directives/live.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { problem } from "../../../forms/form_row.js";

/** @param {Card} entity @param {BoardView} view */
export function checklist({ id, state }, view) {
  const items = Object.entries(state.checklist ?? {}).filter(([, item]) => item).sort(byRank);
  if (!items.length && !view.mayEdit) return nothing;
  const done = items.filter(([, item]) => item.done).length;
  return html`<section class="checklist" data-testid="checklist">
    <h3>${label.field("checklist")} ${items.length ? html`<b>${t("{done} of {all}", { done, all: items.length })}</b>` : nothing}</h3>
    <ul>${repeat(items, ([key]) => key, ([key, item]) => itemLine(id, key, item, view))}</ul>
    ${view.mayEdit ? addForm(id, view) : nothing}
  </section>`;
}

/**
 * Compare items by rank. An unsent item has no rank and is last.
 * @param {[string, ChecklistItem]} a
 * @param {[string, ChecklistItem]} b
 */
function byRank([keyA, a], [keyB, b]) {
  const [rankA, rankB] = [a.rank ?? "~", b.rank ?? "~"];
  return rankA < rankB ? -1 : rankA > rankB ? 1 : keyA < keyB ? -1 : 1;
}

/** @param {string} task @param {string} key @param {ChecklistItem} item @param {BoardView} view */
function itemLine(task, key, { text, done }, view) {
  const change = (/** @type {Partial<ChecklistItem> | null} */ patch) => /** @type {LiveBoardView} */ (view).act.command("task.update", { task, checklist: { [key]: patch } });
  return html`<li data-item=${key}>
    <label class="check"><input type="checkbox" .checked=${live(done)} ?disabled=${!view.mayEdit}
      @change=${(/** @type {ControlEvent} */ event) => change({ done: event.target.checked })} /> <span class=${done ? "done" : ""}>${text}</span></label>
    ${view.mayEdit ? html`<button type="button" class="plain" data-act="remove-item" aria-label=${t("Remove “{text}”", { text })} @click=${() => change(null)}>✕</button>` : nothing}
  </li>`;
}

/** @param {string} id @param {LiveBoardView} view */
function addForm(id, view) {
  const form = view.forms.get("item", id);
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    view.submit(form);
  };
  const onInput = (/** @type {ControlEvent} */ event) => {
    form.edit("text", event.target.value);
    view.draw();
  };
  return html`<form class="inline" data-form="item" novalidate @submit=${send}>${problem(form)}
    <input aria-label=${t("New item")} placeholder=${t("New item")} .value=${live(form.raw("text"))} @input=${onInput} />
    <button type="submit">${t("Add")}</button>
  </form>`;
}
