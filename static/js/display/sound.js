/* Chime of two tones, if the display's sound is on. Browsers block sound until a user gesture, which a display never gets: so
   permission is tested before there is anything to announce. */

const TONES = [660, 880];    // Hz
const EACH = 0.18;           // s
const LOUD = 0.2;            // gain, 0 to 1
const TOGETHER_MS = 2_000;   // events within this share one chime; a later one is dropped
const ANSWERS_MS = 2_000;    // a browser that has not allowed it within this will not

export class Sound {
  /** @type {AudioContext | null} */ #context = null;
  #may = false;
  #askedAt = 0;
  #soundedAt = -Infinity;

  /** @param {boolean | undefined} on whether the display's sound is on */
  set(on) {
    if (!on || this.#context) return;
    const context = (this.#context = new AudioContext());
    this.#askedAt = performance.now();
    this.#ask(context);
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => this.#ask(context));
  }

  /** Return whether sound is on but blocked by the browser. */
  get isMute() {
    return Boolean(this.#context) && !this.#may && performance.now() - this.#askedAt > ANSWERS_MS;
  }

  async chime() {
    const began = performance.now(), context = this.#context;
    if (!context || !this.#may || began - this.#soundedAt < TOGETHER_MS) return;
    this.#soundedAt = began;
    await context.resume();
    if (performance.now() - began > TOGETHER_MS) return;
    const [, last] = TONES.map((tone, index) => this.#play(context, tone, context.currentTime + index * EACH));
    last.onended = () => context.suspend(); // spare the audio thread between chimes
  }

  /** @param {AudioContext} context */
  async #ask(context) {
    if (this.#may) return;
    await context.resume();
    this.#may = true;
    await context.suspend();
  }

  /**
   * @param {AudioContext} context
   * @param {number} tone
   * @param {number} at
   */
  #play(context, tone, at) {
    const source = new OscillatorNode(context, { frequency: tone });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at).linearRampToValueAtTime(LOUD, at + 0.02).linearRampToValueAtTime(0, at + EACH);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + EACH);
    return source;
  }
}
