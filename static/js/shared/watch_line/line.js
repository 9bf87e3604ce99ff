/**
 * Watch line: one reserved line under the header of every page, for all that a person has to be told. It never changes its height,
 * so nothing on the page moves when a notice comes or goes. It shows an alarm before all else, then the most important notice, and counts the others behind a
 * button that opens them in a list over the page. Without a notice it shows what is due next and who is in charge of the shift.
 */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { afterFrame } from "../../behaviours/after_frame.js";
import { closeOnOutside } from "../../behaviours/close_on_outside.js";
import { isFocusLost, keepFocus } from "../../behaviours/keep_focus.js";
import { n, t } from "../../core/i18n.js";
import { announce } from "../announcer.js";

// From the most to the least important. What is not named here comes last.
const ORDER = ["ended", "not-current", "alarms-unknown", "not-saved", "cannot-keep", "clock", "origin", "refused", "too-many", "document", "unsent", "passed", "handed-over", "restated", "full", "mute", "new-version"];
const FACTS = ["calm", "due", "shift"]; // in their order

class WatchLine {
  /** @type {HTMLElement | null} */ #place;
  /** @type {Map<string, Notice[]>} */ #notices = new Map(); // by the part of the program that gives them
  /** @type {Map<string, Drawn>} */ #facts = new Map();
  /** @type {WatchAlarm | null} */ #alarm = null;
  /** @type {{ count: number, show: () => void } | null} */ #news = null;
  #isCurrent = true;
  #told = new Set();
  #wasCut = false;
  #measured = ""; // text that was last measured
  #frame = 0;

  /** @param {HTMLElement | null} place in the page; none where nobody is signed in */
  constructor(place) {
    this.#place = place;
    if (place) new ResizeObserver(() => this.#resized()).observe(place);
  }

  /**
   * Show these notices instead of those that this source gave before.
   * @param {string} source
   * @param {Notice[]} notices
   */
  say(source, notices) {
    if (!notices.length && !this.#notices.get(source)?.length) return;
    this.#notices.set(source, notices);
    this.#draw();
  }

  /**
   * Show an alarm in the place of everything else; notices are in the list meanwhile.
   * @param {WatchAlarm | null} alarm null: none
   */
  warn(alarm) {
    if (!alarm && !this.#alarm) return;
    this.#alarm = alarm;
    this.#draw();
  }

  /**
   * Show a fact while there is no notice.
   * @param {string} name its place in the line: "calm", "due" or "shift"
   * @param {Drawn} fact
   */
  tell(name, fact) {
    this.#facts.set(name, fact);
    this.#draw();
  }

  /**
   * Show how many things on this page changed since the person looked.
   * @param {number} count
   * @param {() => void} show
   */
  changed(count, show) {
    if (count === (this.#news?.count ?? 0)) return;
    this.#news = count ? { count, show } : null;
    this.#draw();
  }

  /**
   * Facts of a page that may be out of date are not shown.
   * @param {boolean} isCurrent
   */
  set current(isCurrent) {
    if (this.#isCurrent === isCurrent) return;
    this.#isCurrent = isCurrent;
    this.#draw();
  }

  #draw() {
    const place = this.#place;
    if (!place) return;
    const notices = this.#sorted();
    const had = place.contains(document.activeElement);
    keepFocus(place, () => render(this.#template(notices), place));
    if (had && isFocusLost()) document.querySelector("main")?.focus({ preventScroll: true });
    place.parentElement?.setAttribute("data-tone", this.#alarm?.tone ?? notices[0]?.tone ?? "");
    connectList(place.querySelector("details"));
    this.#announce(notices);
    if (place.textContent !== this.#measured) this.#frame ||= afterFrame(() => this.#showCut());
  }

  #resized() {
    this.#measured = "";
    this.#draw();
  }

  /** Return all notices, most important first. */
  #sorted() {
    const all = [...this.#notices.values()].flat().sort((one, other) => rank(one) - rank(other));
    return all.some(({ kind }) => kind === "not-current" || kind === "ended") ? all.filter(({ kind }) => kind !== "alarms-unknown") : all;
  }

  /** @param {Notice[]} notices most important first */
  #template(notices) {
    const alarm = this.#alarm, first = alarm ? undefined : notices[0], others = alarm ? notices : notices.slice(1);
    const facts = this.#isCurrent ? FACTS.map((name) => this.#facts.get(name) ?? nothing).filter((fact) => fact !== nothing) : [];
    return html`<div class="watch-main">${alarm ? alarm.main : first ? drawn(first) : facts.map((fact) => html`<span class="fact">${fact}</span>`)}</div>
      ${this.#rest(first, others, facts)}
      ${this.#news && !alarm ? this.#changes(this.#news) : nothing}`;
  }

  /**
   * Notices that the line has no room for, and the whole text of the one that it cuts.
   * @param {Notice | undefined} first
   * @param {Notice[]} others
   * @param {Drawn[]} facts
   */
  #rest(first, others, facts) {
    const more = this.#alarm?.more;
    if (!others.length && !more && !(this.#wasCut && !this.#alarm) && !first?.detail) return nothing;
    const said = others.length ? n("{count} more notice", "{count} more notices", others.length) : this.#alarm?.label ?? t("Show the whole notice");
    return html`<details class="watch-more" data-watch-more>
      <summary aria-label=${said} title=${said}>${others.length ? `+${others.length}` : more ? "⋯" : "…"}</summary>
      <ul>
        ${more ?? nothing}
        ${first && (this.#wasCut || first.detail) ? html`<li><p>${words(first)}</p>${first.detail ?? nothing}</li>` : nothing}
        ${repeat(others, keyOf, (notice) => html`<li>${drawn(notice)}${notice.detail ?? nothing}</li>`)}
        ${first || this.#wasCut || more ? facts.map((fact) => html`<li class="fact">${fact}</li>`) : nothing}
      </ul>
    </details>`;
  }

  /** @param {{ count: number, show: () => void }} news */
  #changes({ count, show }) {
    return html`<div class="watch-news" data-testid="changed-here"><span>${n("{count} changed here since you looked", "{count} changed here since you looked", count)}</span>
      <b aria-hidden="true">${count}</b> <button type="button" data-act="show-changed" @click=${show}>${t("Show them")}</button></div>`;
  }

  /** @param {Notice[]} notices */
  #announce(notices) {
    const fresh = notices.filter((notice) => !notice.silent && !this.#told.has(keyOf(notice)));
    this.#told = new Set(notices.map(keyOf));
    if (fresh.length) announce(fresh.map(spoken).join(" "));
  }

  /** Show the button of the list also where the line cuts its only sentence. */
  #showCut() {
    this.#frame = 0;
    this.#measured = this.#place?.textContent ?? "";
    const notices = this.#sorted();
    const texts = [...(this.#place?.querySelectorAll(".watch-main, .watch-main :is(.text, .fact)") ?? [])];
    const isCut = texts.some((text) => text.scrollWidth > text.clientWidth + 1 || text.scrollHeight > text.clientHeight + 1);
    if (isCut === this.#wasCut) return;
    const isAlone = notices.length < 2 && !notices[0]?.detail;
    if (!isCut && isAlone && /** @type {HTMLDetailsElement | null | undefined} */ (this.#place?.querySelector("details"))?.open) return; // it is being read
    this.#wasCut = isCut;
    if (isCut) this.#draw();
  }
}

/** @param {Notice} notice */
const rank = ({ kind }) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
/** @param {Notice} notice */
const keyOf = (notice) => `${notice.kind} ${notice.refused ?? notice.id ?? ""} ${spoken(notice)}`;
/** @param {Notice} notice */
const spoken = ({ title, text }) => [title, text].filter(Boolean).join(" ");
/** @param {Notice} notice */
const words = ({ title, text }) => html`${title ? html`<b>${title}</b> ` : nothing}${text}`;

/** @param {Notice} notice */
function drawn(notice) {
  const { kind, refused, testid, tone, actions } = notice;
  return html`<div class="notice ${tone ?? ""}" data-notice=${kind} data-refused=${refused ?? nothing} data-testid=${testid ?? nothing}><p class="text">${words(notice)}</p>${actions ? html` <span class="actions">${actions}</span>` : nothing}</div>`;
}

const connected = new WeakSet();

/** @param {HTMLDetailsElement | null} details */
function connectList(details) {
  if (!details || connected.has(details)) return;
  connected.add(details);
  closeOnOutside(details);
}

export const watchLine = new WatchLine(document.querySelector("[data-watch-line]"));
