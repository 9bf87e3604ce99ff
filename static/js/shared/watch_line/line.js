/**
 * Watch line: one reserved line under the header of every page, for all notices. Its height is fixed, so that nothing on the page moves
 * when a notice appears or disappears. The line shows an alarm, otherwise the most important notice; a button opens the remaining ones
 * in a list over the page. Without a notice, the line shows facts, such as the next due task and the person in charge of the shift.
 */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { afterFrame } from "../../behaviours/after_frame.js";
import { closeOnOutside } from "../../behaviours/close_on_outside.js";
import { isFocusLost, keepFocus } from "../../behaviours/keep_focus.js";
import { n, t } from "../../core/i18n.js";
import { announce } from "../announcer.js";

// From the most to the least important; kinds that are not listed are last.
const ORDER = ["ended", "not-current", "emergency", "alarms-unknown", "not-saved", "cannot-keep", "clock", "origin", "refused", "too-many", "document", "unsent", "passed", "duty-ends", "handed-over", "restated", "full", "mute", "new-version"];
const FACTS = ["calm", "mine", "others", "due", "shift"]; // in this order

class WatchLine {
  /** @type {HTMLElement | null} */ #place;
  /** @type {Map<string, Notice[]>} */ #notices = new Map(); // by source module
  /** @type {Map<string, Drawn>} */ #facts = new Map();
  /** @type {WatchAlarm | null} */ #alarm = null;
  /** @type {{ count: number, show: () => void } | null} */ #news = null;
  #isCurrent = true;
  #announced = new Set();
  #wasTruncated = false;
  #measured = ""; // last measured text
  #frame = 0;

  /** @param {HTMLElement | null} place container; null if nobody is signed in */
  constructor(place) {
    this.#place = place;
    if (place) new ResizeObserver(() => this.#resized()).observe(place);
  }

  /**
   * Replace the notices of a source.
   * @param {string} source
   * @param {Notice[]} notices
   */
  setNotices(source, notices) {
    if (!notices.length && !this.#notices.get(source)?.length) return;
    this.#notices.set(source, notices);
    this.#draw();
  }

  /**
   * Show an alarm instead of everything else. Notices move to the list.
   * @param {WatchAlarm | null} alarm null for none
   */
  setAlarm(alarm) {
    if (!alarm && !this.#alarm) return;
    this.#alarm = alarm;
    this.#draw();
  }

  /**
   * Set a fact, which the line shows while there is no notice.
   * @param {string} name its place in the line: "calm", "mine", "others", "due" or "shift"
   * @param {Drawn} fact
   */
  setFact(name, fact) {
    this.#facts.set(name, fact);
    this.#draw();
  }

  /**
   * Show the number of changes on this page since the person looked.
   * @param {number} count
   * @param {() => void} show
   */
  setNews(count, show) {
    if (count === (this.#news?.count ?? 0)) return;
    this.#news = count ? { count, show } : null;
    this.#draw();
  }

  /**
   * Set whether the page is current. The line hides facts that may be outdated.
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
    const hadFocus = place.contains(document.activeElement);
    keepFocus(place, () => render(this.#template(notices), place));
    if (hadFocus && isFocusLost()) document.querySelector("main")?.focus({ preventScroll: true });
    place.parentElement?.setAttribute("data-tone", this.#alarm?.tone ?? notices[0]?.tone ?? "");
    connectList(place.querySelector("details"));
    this.#announce(notices);
    if (place.textContent !== this.#measured) this.#frame ||= afterFrame(() => this.#checkTruncation());
  }

  #resized() {
    this.#measured = "";
    this.#draw();
  }

  /** Return all notices, most important first. */
  #sorted() {
    const sorted = [...this.#notices.values()].flat().sort((first, other) => rank(first) - rank(other));
    return sorted.some(({ kind }) => kind === "not-current" || kind === "ended") ? sorted.filter(({ kind }) => kind !== "alarms-unknown") : sorted;
  }

  /** @param {Notice[]} notices most important first */
  #template(notices) {
    const alarm = this.#alarm, first = alarm ? undefined : notices[0], others = alarm ? notices : notices.slice(1);
    const facts = this.#isCurrent ? FACTS.map((name) => this.#facts.get(name) ?? nothing).filter((fact) => fact !== nothing) : [];
    return html`<div class="watch-main">${alarm ? alarm.main : first ? noticeTemplate(first) : facts.map((fact) => html`<span class="fact">${fact}</span>`)}</div>
      ${this.#listTemplate(first, others, facts)}
      ${this.#news && !alarm ? this.#newsTemplate(this.#news) : nothing}`;
  }

  /**
   * Render the notices that do not fit into the line, and the full text of a truncated one.
   * @param {Notice | undefined} first
   * @param {Notice[]} others
   * @param {Drawn[]} facts
   */
  #listTemplate(first, others, facts) {
    const more = this.#alarm?.more;
    if (!others.length && !more && !(this.#wasTruncated && !this.#alarm) && !first?.detail) return nothing;
    const buttonLabel = others.length ? n("{count} more notice", "{count} more notices", others.length) : this.#alarm?.label ?? t("Show the whole notice");
    return html`<details class="watch-more" data-watch-more>
      <summary aria-label=${buttonLabel} title=${buttonLabel}>${others.length ? `+${others.length}` : more ? "⋯" : "…"}</summary>
      <ul>
        ${more ?? nothing}
        ${first && (this.#wasTruncated || first.detail) ? html`<li><p>${noticeText(first)}</p>${first.detail ?? nothing}</li>` : nothing}
        ${repeat(others, keyOf, (notice) => html`<li>${noticeTemplate(notice)}${notice.detail ?? nothing}</li>`)}
        ${first || this.#wasTruncated || more ? facts.map((fact) => html`<li class="fact">${fact}</li>`) : nothing}
      </ul>
    </details>`;
  }

  /** @param {{ count: number, show: () => void }} news */
  #newsTemplate({ count, show }) {
    return html`<div class="watch-news" data-testid="changed-here"><span>${n("{count} changed here since you looked", "{count} changed here since you looked", count)}</span>
      <b aria-hidden="true">${count}</b> <button type="button" data-act="show-changed" @click=${show}>${t("Show them")}</button></div>`;
  }

  /** @param {Notice[]} notices */
  #announce(notices) {
    const fresh = notices.filter((notice) => !notice.silent && !this.#announced.has(keyOf(notice)));
    this.#announced = new Set(notices.map(keyOf));
    if (fresh.length) announce(fresh.map(plainText).join(" "));
  }

  /** Show the list button if the line truncates its text. */
  #checkTruncation() {
    this.#frame = 0;
    this.#measured = this.#place?.textContent ?? "";
    const notices = this.#sorted();
    const texts = [...(this.#place?.querySelectorAll(".watch-main, .watch-main :is(.text, .fact)") ?? [])];
    const isTruncated = texts.some((text) => text.scrollWidth > text.clientWidth + 1 || text.scrollHeight > text.clientHeight + 1);
    if (isTruncated === this.#wasTruncated) return;
    const isAlone = notices.length < 2 && !notices[0]?.detail;
    if (!isTruncated && isAlone && /** @type {HTMLDetailsElement | null | undefined} */ (this.#place?.querySelector("details"))?.open) return; // it is being read
    this.#wasTruncated = isTruncated;
    if (isTruncated) this.#draw();
  }
}

/** @param {Notice} notice */
const rank = ({ kind }) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
/** @param {Notice} notice */
const keyOf = (notice) => `${notice.kind} ${notice.refused ?? notice.id ?? ""} ${plainText(notice)}`;
/** @param {Notice} notice */
const plainText = ({ title, text }) => [title, text].filter(Boolean).join(" ");
/** @param {Notice} notice */
const noticeText = ({ title, text }) => html`${title ? html`<b>${title}</b> ` : nothing}${text}`;

/** @param {Notice} notice */
function noticeTemplate(notice) {
  const { kind, refused, testid, tone, actions } = notice;
  return html`<div class="notice ${tone ?? ""}" data-notice=${kind} data-refused=${refused ?? nothing} data-testid=${testid ?? nothing}><p class="text">${noticeText(notice)}</p>${actions ? html` <span class="actions">${actions}</span>` : nothing}</div>`;
}

const connected = new WeakSet();

/** @param {HTMLDetailsElement | null} details */
function connectList(details) {
  if (!details || connected.has(details)) return;
  connected.add(details);
  closeOnOutside(details);
}

export const watchLine = new WatchLine(document.querySelector("[data-watch-line]"));
