/* Chime of two tones. Browsers block sound until a user gesture, which a display never gets, so permission is tested before there is
   anything to announce. */

const TONES = [660, 880]; // Hz
const TONE_S = 0.18; // s
const GAIN = 0.2; // gain, 0 to 1
const MERGE_MS = 2_000; // events within this time share one chime
const PERMISSION_MS = 2_000; // a browser that has not allowed sound by then is blocking it

export class Sound {
  /** @type {AudioContext | null} */ #context = null;
  #isAllowed = false;
  #requestedAt = 0;
  #soundedAt = -Infinity;

  /** @param {boolean | undefined} on true to turn sound on */
  set(on) {
    if (!on || this.#context) return;
    const context = (this.#context = new AudioContext());
    this.#requestedAt = performance.now();
    this.#requestPermission(context);
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => this.#requestPermission(context));
  }

  /** True if sound is on but blocked by the browser. */
  get isMute() {
    return Boolean(this.#context) && !this.#isAllowed && performance.now() - this.#requestedAt > PERMISSION_MS;
  }

  /** True if a chime would be audible. */
  get isReady() {
    return Boolean(this.#context) && this.#isAllowed;
  }

  async chime() {
    const startedAt = performance.now(), context = this.#context;
    if (!context || !this.#isAllowed || startedAt - this.#soundedAt < MERGE_MS) return;
    this.#soundedAt = startedAt;
    await context.resume();
    if (performance.now() - startedAt > MERGE_MS) return;
    const [, last] = TONES.map((tone, index) => this.#play(context, tone, context.currentTime + index * TONE_S));
    last.onended = () => context.suspend(); // stops the audio thread between chimes
  }

  /** @param {AudioContext} context */
  async #requestPermission(context) {
    if (this.#isAllowed) return;
    await context.resume();
    this.#isAllowed = true;
    await context.suspend();
  }

  /** @param {AudioContext} context @param {number} tone @param {number} startTime */
  #play(context, tone, startTime) {
    const source = new OscillatorNode(context, { frequency: tone });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, startTime).linearRampToValueAtTime(GAIN, startTime + 0.02).linearRampToValueAtTime(0, startTime + TONE_S);
    source.connect(volume).connect(context.destination);
    source.start(startTime);
    source.stop(startTime + TONE_S);
    return source;
  }
}
