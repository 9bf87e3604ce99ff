/* Sound of alarms, if the person chose one: once for each alarm, or again and again until somebody has it. */

import { Sound } from "../../core/sound.js";
import { t } from "../../core/i18n.js";
import { prefix, storage } from "../../core/storage/storage.js";
import { watchLine } from "../watch_line/line.js";

const AGAIN_MS = 5_000; // between two sounds until somebody has it
const HOLD_MS = 1_500; // as long as a chime: other tabs of this browser are silent meanwhile
const MAX_HEARD = 50;
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
   * Sound for these alarms, as chosen. Call once a second and after each change.
   * @param {Alarm[]} open those that nobody has
   */
  update(open) {
    const chosen = this.#session.alerts?.alarms?.sound ?? "off";
    this.#sound.set(chosen !== "off");
    this.#tellMute(chosen !== "off" && this.#sound.isMute);
    if (chosen === "off" || !open.length || !maySignal(this.#session)) return;
    const heard = storage.read(heardKey()) ?? [], fresh = open.filter(({ id }) => !heard.includes(id));
    const isDue = chosen === "until_taken" && Math.abs(Date.now() - (storage.read(soundedKey()) ?? 0)) >= AGAIN_MS;
    if ((!fresh.length && !isDue) || !this.#sound.isReady) return;
    storage.write(heardKey(), [...heard, ...fresh.map(({ id }) => id)].slice(-MAX_HEARD));
    storage.write(soundedKey(), Date.now());
    alone(() => this.#sound.chime());
  }

  /** @param {boolean} isMute */
  #tellMute(isMute) {
    if (isMute === this.#wasMute) return;
    this.#wasMute = isMute;
    watchLine.say("alarm-sound", isMute ? [{ kind: "mute", text: t("The browser blocks the sound of alarms. Click anywhere on this page once to allow it.") }] : []);
  }
}

/**
 * Return whether this person wants signals: quiet silences them, but not for who is in charge of the shift.
 * @param {Session} session
 */
export const maySignal = ({ alerts, shiftStatus, account }) => !alerts?.quiet || shiftStatus?.shift?.holder === account.id;

/**
 * Run in one tab of this browser alone. Without https a page has no locks: then each tab sounds.
 * @param {() => Promise<void>} fn
 */
function alone(fn) {
  if (!navigator.locks) return void fn();
  navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await fn();
    await new Promise((done) => setTimeout(done, HOLD_MS));
  });
}

const heardKey = () => `${prefix()}alarms-heard`;
const soundedKey = () => `${prefix()}alarms-sounded`; // when a tab of this browser did
