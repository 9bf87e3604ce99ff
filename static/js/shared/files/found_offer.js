/** Offer to use a picture's time or place for its sighting, shown once to the person who added the picture. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { formatMoment } from "../../format/time_elements.js";
import { pointText } from "../../format/values.js";

/** @param {Entity} file @param {LiveBoardView} view */
export function foundOffer({ id, state }, view) {
  const metadata = view.files.foundIn(id), card = state.card ? view.model.byId.get(state.card) : null;
  if (!metadata || card?.kind !== "sighting" || !view.mayEdit) return nothing;
  const { taken_at: at, place } = metadata;
  if (!at && !place) return nothing;
  const use = (/** @type {Record<string, any>} */ patch, /** @type {"taken_at" | "place"} */ part) => () => {
    view.act.command("sighting.update", { sighting: card.id, ...patch });
    view.files.foundUsed(id, part);
  };
  return html`<div class="found-offer" data-testid="found-offer" data-found-in=${id}>
    <p>${t("From the picture:")} ${at ? html`<b>${t("taken {at}", { at: formatMoment(at) })}</b>` : nothing}${at && place ? "\u00a0· " : nothing}${place ? html`<b>${t("place {point}", { point: pointText(place.lat, place.lon) })}</b>` : nothing}</p>
    <div class="side">
      ${at ? html`<button type="button" data-act="use-time" @click=${use({ seen_at: at }, "taken_at")}>${t("Use as time seen")}</button>` : nothing}
      ${place ? html`<button type="button" data-act="use-place" @click=${use({ place: { lat: place.lat, lon: place.lon } }, "place")}>${t("Use as place")}</button>` : nothing}
      <button type="button" class="plain" data-act="forget-found" @click=${() => view.files.foundUsed(id)}>${t("Hide")}</button>
    </div></div>`;
}
