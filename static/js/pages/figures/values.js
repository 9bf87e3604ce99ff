/** Figures as texts. */

import { number, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { formatDuration } from "../../core/time.js";

/** @typedef {number | "under_3" | "hidden"} Figure */

/**
 * "1,062", "under 3"
 * @param {Figure} figure
 */
export const figureText = (figure) => (typeof figure === "number" ? number(figure) : figure === "under_3" ? say("under_three") : say("not_shown"));

/**
 * "205 · 19 %"
 * @param {Figure} figure @param {number | null} percent
 */
export const shareText = (figure, percent) => (percent === null ? figureText(figure) : t("{count} · {percent} %", { count: figureText(figure), percent: number(percent) }));

/**
 * "23 h", "41 d"; "–" if nothing is known.
 * @param {FigureWaits | null} waits
 */
export const medianText = (waits) => (waits ? formatDuration(waits.median_s * 1000).replaceAll(" ", " ") : "–");

/**
 * Height of a bar: 0 for a masked figure.
 * @param {Figure} figure
 */
export const sizeOf = (figure) => (typeof figure === "number" ? figure : 0);
