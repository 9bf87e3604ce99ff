/**
 * Button at the edge of a column with new cards out of view ("New below: Sighting 23"); one press scrolls there. Uses the measurements
 * of more_below.js, without a redraw.
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
 * Return the uncovered part of the window: on a phone, the tabs and the bottom bar cover cards.
 * @param {HTMLElement} root
 */
export function openWindow(root) {
  const tabs = root.querySelector(".tabs"), bar = root.querySelector(".add-buttons");
  const isFixed = bar !== null && getComputedStyle(bar).position === "fixed";
  return { top: tabs?.clientHeight ? tabs.getBoundingClientRect().bottom : 0, bottom: isFixed ? bar.getBoundingClientRect().top : innerHeight };
}

/**
 * Return the new cards of a list that are out of view: their middle is hidden.
 * @param {HTMLElement} list
 * @param {{ top: number, bottom: number }} visibleRange uncovered part of the window
 */
export function newOutOfSight(list, visibleRange) {
  const cards = /** @type {HTMLElement[]} */ ([...list.getElementsByClassName("new")]);
  if (!cards.length || !list.clientHeight) return { above: [], below: [] };
  const { top, bottom } = list.getBoundingClientRect(), middles = cards.map(middleOf);
  return {
    above: cards.filter((_, index) => middles[index] < Math.max(top, visibleRange.top)).reverse(), // nearest first
    below: cards.filter((_, index) => middles[index] > Math.min(bottom, visibleRange.bottom)),
  };
}

/** @param {HTMLElement} card */
function middleOf(card) {
  const { top, bottom } = card.getBoundingClientRect();
  return (top + bottom) / 2;
}

/**
 * Update the buttons of a column.
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
 * Scroll to the card that a pressed button names.
 * @param {HTMLElement} root
 * @param {HTMLElement} button
 */
export function showNewCard(root, button) {
  const list = /** @type {HTMLElement | null | undefined} */ (button.parentElement?.querySelector(".list"));
  if (!list) return;
  const cards = newOutOfSight(list, openWindow(root))[/** @type {"above" | "below"} */ (button.dataset.newCards)], card = cards.find(isUrgent) ?? cards[0];
  if (!card) return;
  const scrollToCard = () => card.scrollIntoView({ block: "center", inline: "nearest" });
  scrollToCard();
  card.querySelector("a")?.focus({ preventScroll: true });
  afterFrame(() => afterFrame(scrollToCard)); // cards that enter the view get their real height only then
}
