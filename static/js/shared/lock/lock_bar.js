/** Screen lock: a bar at the bottom of every page, on top of everything, with the ways to unlock, change the person, or sign out. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { IdleTimer, isReloaded } from "../../core/connection/idle_timer.js";
import { onUserActivity } from "../../core/connection/user_activity.js";
import { t } from "../../core/i18n.js";
import { clock, serverNow } from "../../core/time.js";
import { vault } from "../../core/storage/vault.js";
import { signOutKeeping } from "../sign_out.js";
import { lockSession, problemText, signInAs, unlockByPassword, unlockWays } from "./lock_calls.js";
import { personForm, unlockForm } from "./lock_forms.js";

const CHECK_EVERY_MS = 1_000;
const NO_WAYS = { passkey: false };
const RETRY_EVERY_MS = 5_000; // resends a lock that the server has not confirmed

/**
 * Set up the lock: it applies on request, and after an idle time that the page declares.
 * @param {Session} session
 */
export function mount(session) {
  const minutes = Number(document.body.dataset.lockMinutes) || 0;
  const bar = new LockBar(session, new IdleTimer({ limitMs: minutes * 60_000, isReload: isReloaded() }));
  document.querySelector("[data-lock]")?.addEventListener("click", () => bar.lock());
  document.querySelector("[data-another-person]")?.addEventListener("click", () => bar.askForPerson());
  session.watch(() => bar.draw());
  session.alarms.watch(() => queueMicrotask(() => bar.draw())); // after the watch line, which chooses the alarm
  bar.draw();
}

class LockBar {
  #session;
  #idle;
  #element = Object.assign(document.createElement("dialog"), { className: "lock-bar" });
  #name = document.querySelector(".account-menu .name");
  /** @type {string | null} */ #lockedHereAt = null; // time of a lock that the server has not confirmed yet
  #sentAt = -Infinity;
  #wantsPerson = false;
  #isPersonShown = false;
  #isBusy = false;
  #problem = "";
  #ways = NO_WAYS;

  /** @param {Session} session @param {IdleTimer} idle */
  constructor(session, idle) {
    this.#session = session;
    this.#idle = idle;
    this.#element.dataset.dialog = "lock";
    this.#element.addEventListener("cancel", (event) => this.#onCancel(event));
    this.#element.addEventListener("close", () => this.draw()); // some browsers close a dialog at the second Escape
    this.#element.addEventListener("keydown", (event) => event.stopPropagation()); // the page behind must not handle shortcuts
    onUserActivity(() => !this.#isLocked && this.#idle.input());
    setInterval(() => this.#check(), CHECK_EVERY_MS);
  }

  get #lockedAt() {
    return this.#session.account.locked_at ?? this.#lockedHereAt;
  }

  get #isLocked() {
    return this.#lockedAt !== null;
  }

  /** Lock this screen now, in all tabs. The server may confirm it later. */
  lock() {
    if (this.#isLocked) return;
    this.#lockedHereAt = serverNow().toISOString();
    this.#wantsPerson = false;
    this.#send();
    this.draw();
  }

  /** Ask another person to sign in at this screen. */
  askForPerson() {
    this.#wantsPerson = true;
    this.#problem = "";
    this.draw();
  }

  draw() {
    const isShown = this.#isLocked || this.#wantsPerson;
    document.documentElement.toggleAttribute("data-locked", this.#isLocked);
    document.documentElement.toggleAttribute("data-covered", this.#isLocked && document.body.dataset.lockCovers === "yes");
    if (this.#name) this.#name.textContent = this.#isLocked ? t("Locked") : this.#session.account.name;
    if (!isShown) return this.#hide();
    render(this.#content(), this.#element);
    if (!this.#element.open) this.#show();
    else if (this.#wantsPerson !== this.#isPersonShown) /** @type {HTMLElement | null} */ (this.#element.querySelector("[autofocus]"))?.focus();
    this.#isPersonShown = this.#wantsPerson;
    return undefined;
  }

  #show() {
    document.body.prepend(this.#element); // first, so that announcements are made here
    for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(".header-bar details[open]"))) menu.open = false;
    this.#element.showModal();
    if (this.#isLocked) this.#loadWays();
  }

  async #loadWays() {
    this.#ways = (await unlockWays()) ?? NO_WAYS;
    this.draw();
  }

  #hide() {
    if (!this.#element.open) return;
    this.#problem = "";
    this.#element.close();
    this.#element.remove();
    render(nothing, this.#element); // typed passwords are gone
    this.#idle.restart();
  }

  #check() {
    if (this.#idle.isOver) this.lock();
    if (this.#lockedHereAt !== null && Date.now() - this.#sentAt > RETRY_EVERY_MS) this.#send();
  }

  async #send() {
    this.#sentAt = Date.now();
    try {
      this.#confirm((await lockSession()).locked_at);
    } catch (error) {
      problemText(error); // retried later; the screen stays locked
    }
  }

  /** @param {string | null} lockedAt server's time of the lock; null after unlocking */
  #confirm(lockedAt) {
    this.#lockedHereAt = null;
    this.#session.setLock(lockedAt);
  }

  #content() {
    const { name } = this.#session.account;
    const by = { name, problem: this.#problem, isBusy: this.#isBusy, ways: this.#ways, alarm: this.#session.lineAlarm?.shown() ?? null };
    return html`<p class="visually-hidden" role="status" data-announcer></p><div class="lock-content">
      ${this.#isLocked && !this.#wantsPerson ? html`<p class="lock-text" id="lock-text"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 7.5h9v6.5h-9zM5.3 7.5V5a2.7 2.7 0 0 1 5.4 0v2.5"/></svg>
        <span><b>${t("Locked since {time}.", { time: clock(this.#lockedAt) })}</b> ${lockText(name)}</span></p>` : nothing}
      ${this.#wantsPerson
        ? personForm({ ...by, signIn: (email, password) => this.#signIn(email, password), back: () => this.#back() })
        : unlockForm({
          ...by, unlock: (unlocking, takes) => this.#unlock(unlocking, takes), byPassword: unlockByPassword,
          another: () => this.askForPerson(), signOut: () => this.#try(() => signOutKeeping(this.#session)),
        })}</div>`;
  }

  #back() {
    this.#wantsPerson = false;
    this.#problem = "";
    this.draw();
  }

  /** @param {Event} event */
  #onCancel(event) {
    event.preventDefault();
    if (this.#wantsPerson) this.#back();
  }

  /**
   * Unlock the screen and, if `takes`, take the alarm that the bar shows now. The watch line shows if someone else was faster.
   * @param {() => Promise<unknown>} unlocking @param {boolean} takes
   */
  #unlock(unlocking, takes) {
    const { lineAlarm } = this.#session, alarm = takes ? lineAlarm?.pressed() : null;
    if (takes && !alarm) return undefined;
    return this.#try(async () => {
      if (this.#lockedHereAt !== null) this.#confirm((await lockSession()).locked_at); // send the lock first: otherwise it could arrive after the request to unlock
      await unlocking();
      this.#session.connection.reconnect(); // with the new cookie: a command on the old socket would be refused
      this.#confirm(null);
      if (alarm) lineAlarm?.take(alarm);
    });
  }

  /** Sign in as another person. The page reloads, so that none of the previous person's data stays in memory. @param {string} email @param {string} password */
  #signIn(email, password) {
    return this.#try(async () => {
      await vault.flushed();
      const page = await signInAs(email, password);
      this.#session.leave(page);
    });
  }

  /** Run a call, and show why it failed. @param {() => Promise<unknown>} call */
  async #try(call) {
    if (this.#isBusy) return;
    [this.#isBusy, this.#problem] = [true, ""];
    this.draw();
    try {
      await call();
    } catch (error) {
      this.#problem = problemText(error);
    } finally {
      this.#isBusy = false;
      this.draw();
    }
  }
}

/** @param {string} name */
const lockText = (name) => (document.body.dataset.lockCovers === "yes"
  ? t("The page is covered. Alarms stay visible. What {name} typed is kept.", { name })
  : t("The page is live and can be read, but nothing can be pressed. What {name} typed is kept.", { name }));
