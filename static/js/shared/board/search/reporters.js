/** Reports of the disappearance: who reported it to whom, and when. Each links to its report. */

import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { label } from "../../../core/labels.js";
import { accountName, cardName } from "../../../format/values.js";
import { formatMoment } from "../../../format/time_elements.js";

/** @param {BoardView} view */
export function reporterFacts({ model, session }) {
  const reports = Object.entries(model.search.state.reports ?? {}).sort(([, a], [, b]) => (a.at < b.at ? -1 : 1));
  if (!reports.length) return nothing;
  return html`<section class="card-facts" data-testid="reporters"><h3>${label.field("reports", "search")}</h3>
    <ul class="bulleted">${reports.map(([id, { number, role, taken_by: taker, at }]) => html`<li data-reporter=${id}><a href="/?report=${id}">${cardName({ kind: "report", state: { number } })}</a>${
      [role && label.value("caller_role", role, "report"), accountName(session, taker), formatMoment(at)].filter(Boolean).map((text) => html`\u00a0· ${text}`)}</li>`)}</ul></section>`;
}
