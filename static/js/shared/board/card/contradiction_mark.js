/** Contradictions on a sighting: the mark ≠ on the face of its card, and the sentences in its panel, each a link to the other sighting.
    They never decide which of them is true. */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { html } from "../../compact_html.js";

/** @param {ContradictingCard | undefined} contradiction */
export function contradictionMark(contradiction) {
  if (!contradiction) return nothing;
  return html`<span class="not-both" data-testid="not-both"><span .textContent=${contradiction.mark}></span></span>`;
}

/** @param {Card} entity @param {BoardView} view */
export function contradictionList({ id }, view) {
  const contradiction = view.contradictions.of(id);
  if (!contradiction) return nothing;
  const { texts, more } = contradiction;
  return html`<section class="contradictions" data-testid="contradictions" aria-label=${t("Cannot both be true")}>
    <ul>${texts.map((text) => sentence(text, view))}</ul>
    ${more ? html`<p class="hint" .textContent=${t("and {count} more", { count: more })}></p>` : nothing}
  </section>`;
}

/** @param {ContradictionText} contradiction @param {BoardView} view */
function sentence({ other, text }, view) {
  return html`<li class="not-both" data-contradicts=${other}><a href=${view.path(other)} .textContent=${text} @click=${(/** @type {MouseEvent} */ event) => view.open(event, other)}></a></li>`;
}
