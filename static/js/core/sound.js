/* Chime of two tones, if sound is on. Browsers block sound until a user gesture, which a display never gets: so permission is
   tested before there is anything to announce. */

const TONES = [660, 880]; // Hz
const TONE_S = 0.18; // s
const GAIN = 0.2; // gain, 0 to 1
const MERGE_MS = 2_000; // events within this share one chime; a later one is dropped
const PERMISSION_MS = 2_000; // a browser that has not allowed it within this will not

export class Sound {
  /** @type {AudioContext | null} */ #context = null;
  #allowed = false;
  #requestedAt = 0;
  #soundedAt = -Infinity;

  /** @param {boolean | undefined} on whether sound is wanted */
  set(on) {
    if (!on || this.#context) return;
    const context = (this.#context = new AudioContext());
    this.#requestedAt = performance.now();
    this.#requestPermission(context);
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => this.#requestPermission(context));
  }

  /** Return whether sound is on but blocked by the browser. */
  get isMute() {
    return Boolean(this.#context) && !this.#allowed && performance.now() - this.#requestedAt > PERMISSION_MS;
  }

  /** Return whether a chime would be heard. */
  get isReady() {
    return Boolean(this.#context) && this.#allowed;
  }

  async chime() {
    const began = performance.now(), context = this.#context;
    if (!context || !this.#allowed || began - this.#soundedAt < MERGE_MS) return;
    this.#soundedAt = began;
    await context.resume();
    if (performance.now() - began > MERGE_MS) return;
    const [, last] = TONES.map((tone, index) => this.#play(context, tone, context.currentTime + index * TONE_S));
    last.onended = () => context.suspend(); // spare the audio thread between chimes
  }

  /** @param {AudioContext} context */
  async #requestPermission(context) {
    if (this.#allowed) return;
    await context.resume();
    this.#allowed = true;
    await context.suspend();
  }

  /** @param {AudioContext} context @param {number} tone @param {number} at */
  #play(context, tone, at) {
    const source = new OscillatorNode(context, { frequency: tone });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at).linearRampToValueAtTime(GAIN, at + 0.02).linearRampToValueAtTime(0, at + TONE_S);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + TONE_S);
    return source;
  }
}
