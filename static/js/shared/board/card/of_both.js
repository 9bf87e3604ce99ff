/** Sighting of two children who disappeared together: one sighting, with a number on each board. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { enumeration, t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";

/** @param {string} search @param {BoardView} view */
const nameOf = (search, view) => view.linked?.all.find(({ board }) => board === search)?.first_name ?? "";

/** @param {string} search @param {BoardView} view */
const namesWith = (search, view) => enumeration([view.model.search.state.person.first_name, nameOf(search, view)]);

/** Mark on a card: "of both: Emma and Finn". @param {State} state @param {BoardView} view @returns {Drawn} */
export function bothMark({ of_both: both }, view) {
  if (!both) return nothing;
  const text = nameOf(both.search, view) ? t("of both: {names}", { names: namesWith(both.search, view) }) : t("of both children");
  return html`<span class="of-both" data-testid="of-both" .textContent=${text}></span>`;
}

/** The children of a sighting, which people who may edit choose. @param {Card} entity @param {BoardView} view */
export function childrenOfSighting({ id, state }, view) {
  const both = state.of_both, others = mayChoose(state, view) ? view.linked.together.filter(({ status }) => status === "open") : [];
  if (!both && !others.length) return nothing;
  return html`<div data-testid="children"><h3>${t("Whom was it about?")}</h3>
    ${others.length ? choices(id, both, others, /** @type {LiveBoardView} */ (view)) : html`<p>${bothMark(state, view)}</p>`}
    ${both ? html`<p class="hint">${t("One sighting on both boards. Grade, assess, move and withdraw it once.")} <a href="/searches/${both.search}/cards/${both.sighting}">${t("Sighting {number} on the other board", { number: both.number })}</a></p>` : nothing}${
      both && others.length > 1 ? html`<p class="hint" data-testid="third-child">${say("third_child")}</p>` : nothing}</div>`;
}

/** @param {State} state @param {BoardView} view @returns {view is LiveBoardView} */
const mayChoose = (state, view) => !view.past && view.mayEdit && !state.withdrawn;

/** @param {string} id @param {State["of_both"]} both @param {LinkedSearch[]} others @param {LiveBoardView} view */
function choices(id, both, others, view) {
  const choose = (/** @type {string | null} */ search) => view.act.command("sighting.set_of_both", { sighting: id, search });
  const shown = both ? others.filter(({ board }) => board === both.search) : others;
  return html`<div class="choice-buttons of-both-choices" role="group" aria-label=${t("Whom was it about?")}>
    <button type="button" data-act="of-one" aria-pressed=${both ? "false" : "true"} @click=${() => both && choose(null)}><bdi>${view.model.search.state.person.first_name}</bdi></button>
    ${shown.map(({ board }) => html`<button type="button" data-act="of-both" data-search=${board} aria-pressed=${both ? "true" : "false"} @click=${() => both || choose(board)}>${t("both: {names}", { names: namesWith(board, view) })}</button>`)}
  </div>`;
}
