/** The band across the page of the past: that it is the past, which moment, what happened then, and the way back to now. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../i18n.js";
import { SPEEDS } from "../past/player.js";
import { clockWithSeconds, day, roughly } from "../time.js";
import { saying } from "./replay_saying.js";

/** "Tue 24 Nov 22:34:07" */
export const written = (when) => `${day(when)} ${clockWithSeconds(when)}`;

export const numbered = (past, count = past.count) => t("event {number} of {all}", { number: count, all: past.length });

/** At the top right, where a live board says that it is live. */
export function mark(past) {
  if (past.state !== "showing" || !past.count || past.trouble) return html`<span class="live past" data-testid="past-mark">${t("Past")}</span>`;
  return html`<span class="live past" data-testid="past-mark">${t("Past")} <small>${t("as it was on {at}", { at: written(new Date(past.time)) })}</small></span>`;
}

export function band(replay) {
  const { past, player } = replay;
  return html`<div class="past-band">
    <h1><b>${t("Past")}</b> <span data-testid="past-at">${t("as it was on {at}", { at: written(new Date(past.time)) })}</span></h1>
    <p class="happened" aria-live=${player.playing ? "off" : "polite"} data-testid="happened"><span class="number">${numbered(past)}</span> ${saying(past.event(), replay)}</p>
    <span class="space"></span>
    <a class="button primary now" href=${replay.now} data-act="now">${t("Back to now")} <kbd aria-hidden="true">${t("Esc")}</kbd></a>
  </div>`;
}

/** Step by step, or playing. */
export function controls(replay) {
  const { past, player } = replay;
  const button = (name, sign, text, does, off = false) => html`<button type="button" data-act=${name} aria-label=${text} title=${text} ?disabled=${off} @click=${does}><span aria-hidden="true">${sign}</span></button>`;
  const first = past.count === 1, last = past.count === past.length;
  return html`<div class="past-controls" role="group" aria-label=${t("Play the past")}>
    ${button("first", "⏮\ufe0e", t("The first moment"), () => replay.go(1), first)}
    ${button("back", "◀\ufe0e", t("One event back"), () => replay.step(-1), first)}
    ${button("play", player.playing ? "⏸\ufe0e" : "▶\ufe0e", player.playing ? t("Pause") : t("Play"), replay.play)}
    ${button("on", "▶\ufe0e", t("One event on"), () => replay.step(1), last)}
    ${button("last", "⏭\ufe0e", t("The last moment"), () => replay.go(past.length), last)}
    <label><span class="unseen">${t("Speed")}</span>
      <select name="speed" @change=${({ target }) => replay.setSpeed(Number(target.value))}>
        ${SPEEDS.map((speed) => html`<option value=${speed} .selected=${live(speed === player.speed)}>${t("{speed} × real time", { speed })}</option>`)}
      </select></label>
    ${player.skipped ? html`<span class="skipped" role="status" data-testid="skipped">${t("nothing happened for {length}: skipped", { length: roughly(player.skipped) })}</span>` : nothing}
    <span class="space"></span>
    <button type="button" data-act="compare" aria-pressed=${past.other === null ? "false" : "true"} @click=${replay.compare}>${past.other === null ? t("Compare with this moment") : t("Stop comparing")}</button>
  </div>`;
}
