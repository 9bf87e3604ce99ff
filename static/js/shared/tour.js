/**
 * Tour of five steps, offered on All searches when an account first signs in on this device. It is above the page, covers nothing and
 * takes no focus; a ring marks the subject of each step. Once closed, it is not offered again, but the quick menu can start it.
 */
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { hasKeyboard } from "../behaviours/shortcut_handler.js";
import { t } from "../core/i18n.js";
import { pageName, pageTitle } from "../core/rules/pages.js";
import { ROOT, storage } from "../core/storage/storage.js";

const CLOSED = `${ROOT}tours-closed`; // ids of accounts, or "all"; not one of the account's own keys, because signing out deletes those
const PAGE = "operations", HASH = "#tour";
const RING = "data-tour-ring";
const MENU = "details.account-menu > summary"; // on a phone, this menu has the links to pages

/** Step of the tour; `at`: selectors of its subject. @typedef {{ title: string, text: string, at: string[] }} Step */

/** @returns {Step[]} */
const steps = () => [
  { title: pageName("operations"), text: t("Each open search has a card here. Worrying ones, in amber, come first. Select a child’s name to open the board: sightings and tasks, in columns from new to done."), at: ["main [data-search] a", "[data-act=open-search]", "main h1"] },
  { title: t("The line at the top"), text: t("Red means that something is waiting and nobody has it. Press “I have it”, and everyone sees that you do. Without red, the line says what is due next."), at: [".watch-line"] },
  { title: t("Add a sighting"), text: hasKeyboard() ? t("During a call, use “Take a call”. On a board, press S or use “+ Sighting”. What you type is kept until it is sent.") : t("During a call, use “Take a call”. On a board, use “+ Sighting”. What you type is kept until it is sent."), at: ['nav a[href="/intake"]', MENU] },
  { title: pageTitle("unanswered"), text: t("“Unanswered” lists the sightings and tips that someone must look at, assess or pass on. “What’s new” shows what changed since you last looked, and “History” every event."), at: ['nav a[href="/unanswered"]', MENU] },
  { title: pageTitle("handover"), text: t("At the end of a shift, write, sign and pass on the state of each search here. The incoming coordinator reads it and accepts."), at: ['nav a[href="/handover"]', MENU] },
];

/** @type {Tour | null} */
let tour = null;

/** @param {Session} session @param {string} page */
export function mount(session, page) {
  if (page !== PAGE) return;
  tour = new Tour(session.account.id);
  if (location.hash === HASH) tour.start();
  else tour.offer();
}

/** Start the tour, on All searches. */
export function startTour() {
  if (tour) tour.start();
  else location.assign(`/${HASH}`);
}

class Tour {
  #account;
  #root = document.createElement("div");
  #step = -1; // -1: not started
  #redrawn = new MutationObserver(() => this.#ring()); // the page may be drawn after the tour started

  /** @param {string} account */
  constructor(account) {
    this.#account = account;
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.#root.isConnected || document.querySelector("dialog[open], details[open] > summary:focus, :popover-open")) return;
      event.preventDefault();
      this.#close();
    });
  }

  offer() {
    const closed = storage.read(CLOSED);
    if (closed === "all" || (Array.isArray(closed) && closed.includes(this.#account))) return;
    this.#show(-1);
  }

  start() {
    this.#show(0);
    this.#root.querySelector("button")?.focus();
  }

  #close = () => {
    const closed = storage.read(CLOSED), hadFocus = this.#root.contains(document.activeElement);
    storage.write(CLOSED, [...new Set([...(Array.isArray(closed) ? closed : []), this.#account])]);
    this.#redrawn.disconnect();
    removeRing();
    this.#root.remove();
    if (hadFocus) document.querySelector("main")?.focus();
  };

  /** @param {number} step */
  #show(step) {
    const allSteps = steps();
    if (step >= allSteps.length) return this.#close();
    this.#step = step;
    render(step < 0 ? this.#offerTemplate() : this.#template(allSteps[step], allSteps.length), this.#root);
    if (!this.#root.isConnected) document.querySelector("main")?.before(this.#root);
    removeRing();
    this.#ring();
    this.#redrawn.observe(/** @type {HTMLElement} */ (document.querySelector("main")), { childList: true, subtree: true });
    return undefined;
  }

  #ring() {
    if (this.#step >= 0 && !document.querySelector(`[${RING}]`)) ring(steps()[this.#step].at);
  }

  #offerTemplate() {
    return html`<section class="tour" aria-labelledby="tour-title" data-testid="tour">
      <h2 id="tour-title">${t("New to Searchboard?")}</h2>
      <p>${t("A tour in five steps shows you around. It takes a minute.")}</p>
      <div class="buttons">
        <button type="button" class="plain" data-act="tour-close" @click=${this.#close}>${t("Skip tour")}</button>
        <button type="button" class="primary" data-act="tour-start" @click=${() => this.start()}>${t("Start tour")}</button>
      </div>
    </section>`;
  }

  /** @param {Step} step @param {number} count */
  #template({ title, text }, count) {
    const isLast = this.#step === count - 1, go = (/** @type {number} */ by) => () => this.#show(this.#step + by);
    return html`<section class="tour" aria-labelledby="tour-title" data-testid="tour" data-step=${this.#step + 1}>
      <h2 id="tour-title">${title} <small>${t("{step} of {count}", { step: this.#step + 1, count })}</small></h2>
      <p role="status">${text}</p>
      <div class="buttons">
        ${isLast ? nothing : html`<button type="button" class="plain" data-act="tour-close" @click=${this.#close}>${t("Close for good")}</button>`}
        <span class="space"></span>
        <button type="button" data-act="tour-back" ?disabled=${this.#step === 0} @click=${go(-1)}>${t("Back")}</button>
        <button type="button" class="primary" data-act="tour-next" @click=${go(1)}>${isLast ? t("End tour") : t("Next")}</button>
      </div>
    </section>`;
  }
}

function removeRing() {
  for (const element of document.querySelectorAll(`[${RING}]`)) element.removeAttribute(RING);
}

/**
 * Put a ring around the first visible element.
 * @param {string[]} selectors
 */
function ring(selectors) {
  const target = selectors.flatMap((selector) => [...document.querySelectorAll(selector)]).find((element) => element.getClientRects().length);
  target?.setAttribute(RING, "");
}
