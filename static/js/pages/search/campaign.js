/** Posters and campaign of a search: approved materials, who received them, and who was asked to take them down. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { dialog } from "../../behaviours/dialog.js";
import { draft } from "../../core/storage/drafts.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { serverNow } from "../../core/time.js";
import { deciderPaths } from "../../forms/decider_rows.js";
import { otherRows, row } from "../../forms/form_row.js";
import { decided } from "../../format/decision_text.js";
import { accountName, labelled, otherValues } from "../../format/values.js";
import { dueElement, formatMoment } from "../../format/time_elements.js";
import { recipientsOf } from "../../shared/board/open_items.js";
import { DraftPicture } from "./approval.js";
import { PrintedTexts } from "./printed_texts.js";

/** @type {Record<string, string[]>} */
const PAPERS = { poster: ["a4", "a3"], vignette: ["a6"], brief: ["a4"] };
const MAX_DISTRIBUTIONS = 500; // of one command
const byNewest = (/** @type {Entity} */ a, /** @type {Entity} */ b) => (a.id < b.id ? 1 : -1);

export class Campaign {
  /** @type {string} */ filter = "all"; // "all" or "open"
  /** @type {string | null} */ withdrawing = null; // ID of the material to withdraw
  reason = "";
  problem = "";
  busy = false;
  #page;

  /** @param {{ board: Board, draw: () => void, show: () => void }} page */
  constructor(page) {
    this.#page = page;
    this.draft = new DraftPicture(page.board, page.draw);
    this.texts = new PrintedTexts(page.board, page.draw);
  }

  /** Show the dialog. */
  open = () => {
    Object.assign(this, { filter: this.waiting ? "open" : "all", withdrawing: null, reason: "", problem: "" });
    this.#page.show();
  };

  /** Number of recipients to ask to take it down. */
  get waiting() {
    return recipientsOf(this.#page.board).filter(isWaiting).length;
  }

  /** @param {string} filter */
  choose(filter) {
    this.filter = filter;
    this.#page.draw();
  }

  /** Ask for a reason before a material is withdrawn; null cancels. @param {string | null} material */
  startWithdrawal(material) {
    Object.assign(this, { withdrawing: material, reason: material ? this.#draftOf(material).load()?.text ?? "" : "", problem: "" });
    this.#page.draw();
  }

  /** Save the typed reason until it is sent. @param {string} reason */
  setReason(reason) {
    const stored = this.#draftOf(/** @type {string} */ (this.withdrawing));
    this.reason = reason;
    if (reason.trim()) stored.save({ text: reason });
    else stored.clear();
    this.#page.draw();
  }

  /** @param {string} material */
  #draftOf = (material) => draft(`${this.#page.board.id}:withdraw-material:${material}`);

  /** @param {string[]} ids @param {boolean} done */
  async tick(ids, done) {
    for (let start = 0; start < ids.length; start += MAX_DISTRIBUTIONS) await this.send("distribution.take_down", { distributions: ids.slice(start, start + MAX_DISTRIBUTIONS), done });
  }

  /** Send a command; the dialog shows a refusal. @param {string} name @param {Record<string, any>} data */
  async send(name, data) {
    const { board, draw } = this.#page;
    Object.assign(this, { busy: true, problem: "" });
    draw();
    try {
      await board.send(name, data, { base: board.seq, epoch: board.epoch });
      if (name === "material.withdraw") {
        this.#draftOf(data.material).clear();
        this.withdrawing = null;
      }
    } catch (refusal) {
      const { message, fields, id } = /** @type {any} */ (refusal);
      board.discard(id);
      this.problem = Object.values(fields ?? {})[0] ?? message;
    }
    this.busy = false;
    draw();
  }
}

/** @param {Entity} distribution */
const isWaiting = ({ state }) => Boolean(state.take_down) && !state.take_down.done_at;
/** @param {Entity} distribution */
const isLate = ({ state }) => Date.parse(state.take_down?.due) < Number(serverNow());

/** @param {SearchView} view */
export function campaignDialog(view) {
  const { campaign } = view;
  const body = html`<div class="campaign">
    ${campaign.problem ? html`<p class="error" role="alert">${campaign.problem}</p>` : nothing}
    ${materials(view)} ${recipients(view)}
  </div>`;
  return dialog("campaign", t("Posters and campaign"), body, () => {
    campaign.draft.forget();
    campaign.texts.forget();
    view.act.closeDialog();
  });
}

/** @param {SearchView} view */
function materials(view) {
  const { state } = view.model.search, list = view.board.of("material").sort(byNewest);
  const { level, until } = state.appeal;
  return html`<section aria-labelledby="materials-title">
    <div class="campaign-head"><h3 id="materials-title">${t("Approved for distribution")}</h3>
      <span class="said">${level === "none" ? t("No appeal") : until ? say("appeal_until", { level: label.level(level), until: formatMoment(until) }) : say("appeal", { level: label.level(level) })}</span>
      ${view.mayLead && state.status === "open" ? html`<button type="button" class="primary" data-act="approve" autofocus @click=${() => view.act.dialog("approve")}>${t("Approve…")}</button>` : nothing}</div>
    ${list.length ? html`<ul class="materials">${repeat(list, ({ id }) => id, (material) => materialRow(material, view))}</ul>`
      : html`<p class="empty">${t("Nothing has been approved yet.")} ${view.mayLead ? nothing : t("A coordinator approves posters, vignettes and briefs.")}</p>`}
  </section>`;
}

/** @param {Entity} material @param {SearchView} view */
function materialRow({ id, state }, view) {
  const { campaign, session } = view, path = `/api/v1/boards/${view.board.id}/materials/${id}.pdf`;
  const name = label.value("what", state.what, "material");
  const links = !view.mayExport ? nothing : state.languages.flatMap((/** @type {string} */ language) => PAPERS[state.what].map((paper) =>
    html`<a href="${path}?language=${language}&paper=${paper}" download lang=${language} aria-label=${t("{what}, {language}, {paper}: PDF", { what: name, language: label.value("language", language, "distribution"), paper: paper.toUpperCase() })}>${language.toUpperCase()} ${paper.toUpperCase()}</a>`));
  const mayWithdraw = view.mayLead && !state.withdrawn, others = otherValues("material", state, view, "what", ...label.codes("languages", "material").map((code) => `texts.${code}`), "until", "decided_by", ...deciderPaths("decision")).map(labelled);
  return html`<li class=${state.ended_at ? "ended" : ""} data-material=${id}>
    <p class="material-head"><b>${name}</b> <span class="papers">${links}</span>
      ${mayWithdraw && campaign.withdrawing !== id ? html`<button type="button" class="plain" data-act="withdraw-material" @click=${() => campaign.startWithdrawal(id)}>${t("Withdraw…")}</button>` : nothing}</p>
    <p class="said">${state.withdrawn ? html`<b>${label.done("material.withdrawn")}</b>${state.withdrawn.reason ? html` <span dir="auto">(${state.withdrawn.reason})</span>` : nothing}`
      : state.ended_at ? html`<b>${t("no longer given out since {at}", { at: formatMoment(state.ended_at) })}</b>` : t("show until {at}", { at: formatMoment(state.until) })}
      · <bdi>${decided(state.decision) || say("decided_by", { who: state.decided_by })}</bdi>\u00a0· ${t("approved by {who}, {at}", { who: accountName(session, state.approved_by), at: formatMoment(state.approved_at) })}${others.map((text) => html`\u00a0· ${text}`)}</p>
    ${typedTexts(state.content)}
    ${campaign.withdrawing === id ? withdrawal(id, view) : nothing}
  </li>`;
}

/** Render the details as typed, in a part that one press opens. @param {State} content */
function typedTexts(content) {
  const typed = Object.entries(content.typed_in ?? {}).filter(([, language]) => language);
  return typed.length ? html`<details class="typed-texts"><summary>${t("Texts as typed")}</summary><dl>${typed.map(([field, language]) => html`<dt>${label.field(`person.${field}`, "search")} <span class="hint">${label.value("language", /** @type {string} */ (language), "distribution")}</span></dt><dd><q lang=${language} dir="auto">${content[field]}</q></dd>`)}</dl></details>` : nothing;
}

/** @param {string} id @param {SearchView} view */
function withdrawal(id, { campaign }) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    campaign.send("material.withdraw", { material: id, reason: campaign.reason.trim() || null });
  };
  return html`<form class="inline" data-form="withdraw-material" @submit=${submit}>
    <label for="withdraw-reason">${label.field("withdrawn.reason", "material")}</label><input id="withdraw-reason" name="reason" maxlength="400" autocomplete="off" .value=${campaign.reason} @input=${(/** @type {ControlEvent} */ event) => campaign.setReason(event.target.value)} />
    <button type="button" data-act="cancel-withdraw" @click=${() => campaign.startWithdrawal(null)}>${t("Cancel")}</button><button class="primary" data-act="confirm-withdraw" ?disabled=${campaign.busy}>${t("Withdraw")}</button>
    <p class="hint">${t("It can no longer be given out, and everyone who has it must be asked to take it down. This cannot be undone.")}</p>
  </form>`;
}

/** @param {SearchView} view */
function recipients(view) {
  const { campaign } = view, all = recipientsOf(view.board), waiting = all.filter(isWaiting).sort(byDue);
  const shown = campaign.filter === "open" ? waiting : all;
  const mayGive = view.mayEdit && view.board.of("material").some(({ state }) => !state.withdrawn);
  const filter = (/** @type {string} */ code, /** @type {string} */ text) =>
    html`<button type="button" aria-pressed=${campaign.filter === code ? "true" : "false"} data-act="filter-${code}" @click=${() => campaign.choose(code)}>${text}</button>`;
  return html`<section aria-labelledby="recipients-title">
    <div class="campaign-head"><h3 id="recipients-title">${t("Given to")}</h3>
      ${all.length ? html`<span class="segmented" role="group" aria-labelledby="recipients-title">${filter("all", t("All {count}", { count: all.length }))}${filter("open", t("To take down {count}", { count: waiting.length }))}</span>` : nothing}
      ${mayGive ? html`<button type="button" data-act="give" @click=${() => view.act.dialog("give")}>${t("Add recipients…")}</button>` : nothing}</div>
    ${all.length ? nothing : html`<p class="empty">${t("Nothing has been given out yet.")}</p>`}
    ${waiting.length && view.mayNote ? html`<p class="take-down-all"><button type="button" data-act="tick-all" ?disabled=${campaign.busy} @click=${() => campaign.tick(waiting.map(({ id }) => id), true)}>${
      n("Mark {count} recipient as asked", "Mark all {count} recipients as asked", waiting.length)}</button></p>` : nothing}
    ${campaign.filter === "open" && all.length && !waiting.length ? html`<p class="empty">${t("Nobody is left to ask.")}</p>` : nothing}
    <ul class="recipients">${repeat(shown, ({ id }) => id, (distribution) => recipientRow(distribution, view))}</ul>
  </section>`;
}

/** @param {Entity} a @param {Entity} b */
const byDue = (a, b) => (a.state.take_down.due < b.state.take_down.due ? -1 : 1);

/** @param {Entity} distribution @param {SearchView} view */
function recipientRow(distribution, view) {
  const { id, state } = distribution, { campaign, session } = view, takeDown = state.take_down;
  const material = view.board.get(state.material)?.state;
  const details = [
    material && label.value("what", material.what, "material"), label.value("way", state.way, "distribution"), state.language.toUpperCase(),
    state.copies && n("{count} copy", "{count} copies", state.copies), `${accountName(session, state.by)}, ${formatMoment(state.at)}`,
    ...otherValues("distribution", state, view, "recipient", "way", "language", "copies", "at").map(labelled),
  ];
  const isDone = Boolean(takeDown?.done_at);
  return html`<li data-distribution=${id} class=${!isDone && takeDown && isLate(distribution) ? "late" : ""}>
    ${takeDown && view.mayNote ? html`<label class="check tick"><input type="checkbox" name="tick" .checked=${isDone} ?disabled=${campaign.busy} @change=${(/** @type {any} */ event) => campaign.tick([id], event.target.checked)} />
      <b dir="auto">${state.recipient}</b></label>` : html`<b dir="auto">${state.recipient}</b>`}
    <span class="said">${details.filter(Boolean).join(" · ")}</span>
    ${takeDown ? html`<span class="take-down">${isDone ? t("asked to take it down: {who}, {at}", { who: accountName(session, takeDown.done_by), at: formatMoment(takeDown.done_at) }) : html`${t("ask them to take it down")}\u00a0· ${dueElement(takeDown.due)}`}${takeDown.note ? html` <span dir="auto">(${takeDown.note})</span>` : nothing}</span>` : nothing}
    ${view.mayEdit ? html`<button type="button" class="plain" data-act="withdraw-distribution" aria-label=${t("Remove {name}", { name: state.recipient })} @click=${() => view.act.command("distribution.withdraw", { distribution: id })}>${t("Remove")}</button>` : nothing}
  </li>`;
}

/** @param {Form} form @param {SearchView} view */
export function distributionBody(form, view) {
  const list = view.board.of("material").filter(({ state }) => !state.withdrawn).sort(byNewest), chosen = view.board.get(form.raw("material"))?.state;
  const pick = (/** @type {any} */ event) => {
    form.edit("material", event.target.value);
    view.draw();
  };
  return html`<div class="row choice" data-field="material"><label for="give-material">${label.field("material", "distribution")}</label>
      <select id="give-material" @change=${pick}>${list.map(({ id, state }) => html`<option value=${id} ?selected=${id === form.raw("material")}>${label.value("what", state.what, "material")} · ${state.languages.join(", ").toUpperCase()} · ${formatMoment(state.approved_at)}</option>`)}</select>
      ${form.errors.material ? html`<p class="error">${form.errors.material}</p>` : nothing}</div>
    ${chosen?.ended_at ? html`<p class="hint">${t("This is no longer given out. Ask everyone you add here to take it down immediately.")}</p>` : nothing}
    ${row(form, "recipients", view)}
    <div class="grid">${otherRows(form, view, "material", "recipients")}</div>`;
}
