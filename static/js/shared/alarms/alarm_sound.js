/* Sound of alarms: once per round of an alarm, or repeatedly until somebody takes it. It is on for people on duty, unless they chose otherwise. */

import { Sound } from "../../core/sound.js";
import { t } from "../../core/i18n.js";
import { dutyOf } from "../../core/rules/duty.js";
import { prefix, storage } from "../../core/storage/storage.js";
import { watchLine } from "../watch_line/line.js";

const REPEAT_INTERVAL_MS = 5_000; // until somebody takes the alarm
const HOLD_MS = 1_500; // duration of a chime, during which other tabs of this browser are silent
const MAX_HEARD = 50;
const DEFAULT = "on_duty"; // nothing was chosen
const LOCK = "searchboard-alarm-sound";

export class AlarmSound {
  #session;
  #sound = new Sound();
  #wasMute = false;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /**
   * Play the chosen sound for open alarms. Call once a second and after each change.
   * @param {Alarm[]} open alarms that nobody has taken
   */
  update(open) {
    const chosen = soundOf(this.#session);
    this.#sound.set(chosen !== "off");
    const isExpected = open.length > 0 || this.#session.alerts?.alarms?.sound !== DEFAULT; // the missing permission concerns only people who expect sound
    this.#showMute(chosen !== "off" && isExpected && this.#sound.isMute);
    if (chosen === "off" || !open.length || !maySignal(this.#session)) return;
    const heard = storage.read(heardKey()) ?? [], fresh = open.map(roundKey).filter((key) => !heard.includes(key));
    const isDue = chosen === "until_taken" && Math.abs(Date.now() - (storage.read(soundedKey()) ?? 0)) >= REPEAT_INTERVAL_MS;
    if ((!fresh.length && !isDue) || !this.#sound.isReady) return;
    storage.write(heardKey(), [...heard, ...fresh].slice(-MAX_HEARD));
    storage.write(soundedKey(), Date.now());
    inOneTab(() => this.#sound.chime());
  }

  /** @param {boolean} isMute */
  #showMute(isMute) {
    if (isMute === this.#wasMute) return;
    this.#wasMute = isMute;
    watchLine.setNotices("alarm-sound", isMute ? [{ kind: "mute", text: t("The browser blocks the sound of alarms. Click anywhere on this page once to allow it.") }] : []);
  }
}

/**
 * Return the sound for this person: "off", "once" or "until_taken".
 * @param {Session} session
 */
function soundOf({ alerts, shiftStatus, account }) {
  const chosen = alerts?.alarms?.sound ?? "off";
  if (chosen !== DEFAULT) return chosen;
  return dutyOf(shiftStatus, account.id) ? "once" : "off";
}

/**
 * Return true if this person gets signals. Quiet mode silences them, except for the person in charge of the shift.
 * @param {Session} session
 */
export const maySignal = ({ alerts, shiftStatus, account }) => !alerts?.quiet || shiftStatus?.shift?.holder === account.id;

/**
 * Run `fn` in only one tab of this browser. Without https, pages have no locks, so every tab plays the sound.
 * @param {() => Promise<void>} fn
 */
function inOneTab(fn) {
  if (!navigator.locks) return void fn();
  navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await fn();
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
  });
}

/** @param {Alarm} alarm */
const roundKey = ({ id, round }) => (round ? `${id}:${round}` : id);

const heardKey = () => `${prefix()}alarms-heard`;
const soundedKey = () => `${prefix()}alarms-sounded`; // time of the last sound in any tab of this browser
