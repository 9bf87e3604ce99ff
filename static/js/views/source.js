/** Who said it. Name and contact never come with the board: they are asked for, and each reading is on the record. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../i18n.js";
import { label } from "../labels.js";

export function source({ id, state }, view) {
  const read = view.sources.get(id);
  const { kind, sealed } = state.source;
  return html`<section class="source" data-testid="source">
    <h3>${t("Source")}</h3>
    <p>${label.source_kind(kind)}${sealed ? html` · <b class="lock">${t("sealed")}</b>` : nothing}</p>
    ${read ? answer(read) : nothing}
    ${!read && view.mayRead && kind !== "anonymous" ? html`<button type="button" data-act="read-source" @click=${() => view.act.readSource(id)}>${t("Show name and contact")}</button>
      <p class="hint">${t("Reading it is put on the record.")}</p>` : nothing}
  </section>`;
}

function answer({ name, contact, problem }) {
  if (problem) return html`<p class="error" role="status">${problem}</p>`;
  return html`<dl><dt>${t("Name")}</dt><dd data-field="source_name">${name ?? "—"}</dd><dt>${t("Contact")}</dt><dd data-field="source_contact">${contact ?? "—"}</dd></dl>`;
}

/** @returns {name, contact}, or {problem} as a sentence */
export async function readSource(board, sighting) {
  try {
    const answer = await fetch(`/api/v1/boards/${board}/sightings/${sighting}/source`);
    if (answer.ok) return await answer.json();
    if (answer.status === 403) return { problem: t("This source is sealed: only coordinators and who took it in can read it.") };
    return { problem: (await answer.json()).message };
  } catch {
    return { problem: t("It can't be read now: there is no line to the server.") };
  }
}
