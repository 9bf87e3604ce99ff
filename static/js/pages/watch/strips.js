/** Strips of the watch: for each search, when people were asked, when somebody had it, when promises lapsed, and what was unwatched. */

import { html, nothing, svg } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { ticksOf } from "../../core/rules/nights.js";
import { clock } from "../../core/time.js";
import { shownLength } from "../../format/exact_length.js";
import { formatShortMoment } from "../../format/time_elements.js";

const WIDTH = 1000, HEIGHT = 40;
const LAYERS = /** @type {const} */ (["held", "asked", "unwatched"]); // drawn in this order: for simultaneous alarms, the worst state is on top
const INSETS = { held: 11, asked: 7, unwatched: 4 };
const NARROWEST = { held: 1, asked: 3, unwatched: 5 }; // widths at which a bar can still be seen

/** @param {Watch} watch */
export function strips(watch) {
  const ticks = ticksOf(watch), hasStrips = watch.boards.some(({ spans }) => spans.length);
  return html`<section class="watch-strips"><table>
    <thead><tr><th scope="col">${label.noun("search")}</th><th scope="col" class="axis">${hasStrips ? axis(ticks) : nothing}</th><th scope="col" class="sum">${t("Unwatched")}</th></tr></thead>
    <tbody>${watch.boards.map((board) => row(board, watch, hasStrips ? ticks : []))}</tbody></table>
    ${hasStrips ? legend() : html`<p class="quiet">${t("Strips are shown for at most 48 hours.")}</p>`}</section>`;
}

/** @param {{ at: Date, share: number }[]} ticks */
const axis = (ticks) => html`<div class="ticks" aria-hidden="true">${ticks.map(({ at }) => html`<span>${clock(at)}</span>`)}</div>`;

/** @param {WatchedBoard} board @param {Watch} watch @param {{ share: number }[]} ticks */
function row(board, watch, ticks) {
  const name = board.child ?? label.noun("tip"), href = board.reference ? `/searches/${board.board}` : "/";
  return html`<tr class=${board.worrying ? "worrying" : ""} data-board=${board.board}>
    <th scope="row"><a href=${href}><b><bdi>${name}</bdi></b></a> <span class="quiet">${board.reference ?? nothing}</span></th>
    <td>${board.spans.length ? strip(board, watch, ticks) : n("{count} alarm", "{count} alarms", board.alarms)}</td>
    <td class="sum ${board.unwatched_s ? "bad" : ""}">${shownLength(board.unwatched_s)}</td></tr>`;
}

/** @param {WatchedBoard} board @param {Watch} watch @param {{ share: number }[]} ticks */
function strip({ spans, lapsed_at: lapses }, { from, to }, ticks) {
  const start = Date.parse(from), length = Date.parse(to) - start;
  const x = (/** @type {string} */ at) => Math.round(((Date.parse(at) - start) / length) * WIDTH * 100) / 100;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${stripText(spans, lapses)}>
    ${ticks.map(({ share }) => svg`<path class="tick" d="M${share * WIDTH} 0V${HEIGHT}" />`)}
    ${LAYERS.map((phase) => spans.filter((span) => span.phase === phase).map((span) => bar(phase, x(span.from), x(span.to))))}
    ${lapses.map((at) => svg`<path class="lapse" d="M${x(at)} 2V${HEIGHT - 2}M${x(at) - 4} 2H${x(at) + 4}" />`)}</svg>`;
}

/** @param {"held" | "asked" | "unwatched"} phase @param {number} from @param {number} to */
const bar = (phase, from, to) => svg`<rect class=${phase} x=${from} y=${INSETS[phase]} width=${Math.max(to - from, NARROWEST[phase])} height=${HEIGHT - 2 * INSETS[phase]} />`;

/**
 * Return the strip as text, for people who cannot see it.
 * @param {WatchSpan[]} spans @param {string[]} lapses
 */
function stripText(spans, lapses) {
  const unwatched = spans.filter(({ phase }) => phase === "unwatched").map(({ from, to }) => t("{from} to {to}", { from: formatShortMoment(from), to: formatShortMoment(to) }));
  return [
    unwatched.length ? t("Unwatched: {times}.", { times: unwatched.join(", ") }) : t("Never unwatched."),
    lapses.length ? t("Promises lapsed: {times}.", { times: lapses.map(formatShortMoment).join(", ") }) : "",
  ].filter(Boolean).join(" ");
}

const legend = () => html`<ul class="watch-legend" aria-hidden="true">${/** @type {["held" | "asked" | "unwatched", string][]} */ ([
  ["asked", t("someone on duty was asked, nobody had it")], ["held", t("someone had it, until a time")], ["unwatched", t("unwatched: nobody had it, and nobody on duty was asked")],
]).map(([phase, text]) => html`<li class=${phase}><svg viewBox="0 0 24 ${HEIGHT}" preserveAspectRatio="none">${bar(phase, 1, 23)}</svg>${text}</li>`)}
  <li><svg viewBox="0 0 24 ${HEIGHT}"><path class="lapse" d="M12 2V38M4 2H20" /></svg>${t("a promise lapsed")}</li></ul>`;
