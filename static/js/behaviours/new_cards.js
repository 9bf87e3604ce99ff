/**
 * Words at the edge of a column behind which a new card is out of sight ("New below: Sighting 23"). One press leads there. Written
 * without a redraw, by what is measured for more_below.js.
 */
import { n, t } from "../core/i18n.js";
import { afterFrame } from "./after_frame.js";

/** @type {Record<string, { one(card: string): string, urgent(card: string): string, some(count: number): string }>} */
const TEXTS = {
  above: { one: (card) => t("New above: {card}", { card }), urgent: (card) => t("New above, urgent: {card}", { card }), some: (count) => n("{count} new above", "{count} new above", count) },
  below: { one: (card) => t("New below: {card}", { card }), urgent: (card) => t("New below, urgent: {card}", { card }), some: (count) => n("{count} new below", "{count} new below", count) },
};

/** @param {HTMLElement} card @returns {string} */
const nameOf = (card) => card.querySelector(".kind b")?.textContent ?? "";
/** @param {HTMLElement} card */
const isUrgent = (card) => card.querySelector(".kind .urgent") !== null;

/**
 * Part of the window in which cards are not covered: on a phone the tabs and the bar at the bottom lie over them.
 * @param {HTMLElement} root
 */
export function openWindow(root) {
  const tabs = root.querySelector(".tabs"), bar = root.querySelector(".add-buttons");
  const isFixed = bar !== null && getComputedStyle(bar).position === "fixed";
  return { top: tabs?.clientHeight ? tabs.getBoundingClientRect().bottom : 0, bottom: isFixed ? bar.getBoundingClientRect().top : innerHeight };
}

/**
 * Return the new cards of a list that are out of sight; a card is when its middle is.
 * @param {HTMLElement} list
 * @param {{ top: number, bottom: number }} open part of the window that nothing covers
 */
export function newOutOfSight(list, open) {
  const cards = /** @type {HTMLElement[]} */ ([...list.getElementsByClassName("new")]);
  if (!cards.length || !list.clientHeight) return { above: [], below: [] };
  const { top, bottom } = list.getBoundingClientRect(), middles = cards.map(middleOf);
  return {
    above: cards.filter((_, at) => middles[at] < Math.max(top, open.top)).reverse(), // the nearest first
    below: cards.filter((_, at) => middles[at] > Math.min(bottom, open.bottom)),
  };
}

/** @param {HTMLElement} card */
function middleOf(card) {
  const { top, bottom } = card.getBoundingClientRect();
  return (top + bottom) / 2;
}

/**
 * Write what is out of sight into the buttons of a column.
 * @param {HTMLElement} list
 * @param {ReturnType<typeof newOutOfSight>} cards
 */
export function announceNewCards(list, cards) {
  for (const button of /** @type {HTMLElement[]} */ ([...(list.parentElement?.children ?? [])]).filter(({ dataset }) => "newCards" in dataset)) {
    const edge = /** @type {"above" | "below"} */ (button.dataset.newCards), text = textOf(cards[edge], TEXTS[edge]);
    if (button.hidden !== !text) button.hidden = !text;
    if (button.textContent !== text) button.textContent = text;
  }
}

/** @param {HTMLElement[]} cards @param {(typeof TEXTS)["above"]} texts */
function textOf(cards, texts) {
  const urgent = cards.find(isUrgent);
  if (urgent) return texts.urgent(nameOf(urgent));
  return cards.length > 1 ? texts.some(cards.length) : cards.length ? texts.one(nameOf(cards[0])) : "";
}

/**
 * Show the card that a pressed button names.
 * @param {HTMLElement} root
 * @param {HTMLElement} button
 */
export function showNewCard(root, button) {
  const list = /** @type {HTMLElement | null | undefined} */ (button.parentElement?.querySelector(".list"));
  if (!list) return;
  const cards = newOutOfSight(list, openWindow(root))[/** @type {"above" | "below"} */ (button.dataset.newCards)], card = cards.find(isUrgent) ?? cards[0];
  if (!card) return;
  const intoSight = () => card.scrollIntoView({ block: "center", inline: "nearest" });
  intoSight();
  card.querySelector("a")?.focus({ preventScroll: true });
  afterFrame(() => afterFrame(intoSight)); // cards scrolled into view get their real height only then
}
