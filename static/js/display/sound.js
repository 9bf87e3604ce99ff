/* Chime of two tones, if the display's sound is on. Browsers block sound until a user gesture, which a display never gets: so
   permission is tested before there is anything to announce. */

const TONES = [660, 880];    // Hz
const EACH = 0.18;           // s
const LOUD = 0.2;            // gain, 0 to 1
const TOGETHER_MS = 2_000;   // events within this share one chime; a later one is dropped
const ANSWERS_MS = 2_000;    // a browser that has not allowed it within this will not

export class Sound {
  #context = null;
  #may = false;
  #askedAt = 0;
  #soundedAt = -Infinity;

  /** @param on whether the display's sound is on */
  set(on) {
    if (!on || this.#context) return;
    this.#context = new AudioContext();
    this.#askedAt = performance.now();
    this.#ask();
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => this.#ask());
  }

  /** Return whether sound is on but blocked by the browser. */
  get isMute() {
    return Boolean(this.#context) && !this.#may && performance.now() - this.#askedAt > ANSWERS_MS;
  }

  async chime() {
    const began = performance.now();
    if (!this.#may || began - this.#soundedAt < TOGETHER_MS) return;
    this.#soundedAt = began;
    await this.#context.resume();
    if (performance.now() - began > TOGETHER_MS) return;
    const [, last] = TONES.map((tone, index) => this.#play(tone, this.#context.currentTime + index * EACH));
    last.onended = () => this.#context.suspend(); // spare the audio thread between chimes
  }

  async #ask() {
    if (this.#may) return;
    await this.#context.resume();
    this.#may = true;
    await this.#context.suspend();
  }

  #play(tone, at) {
    const source = new OscillatorNode(this.#context, { frequency: tone });
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.gain.setValueAtTime(0, at).linearRampToValueAtTime(LOUD, at + 0.02).linearRampToValueAtTime(0, at + EACH);
    source.connect(volume).connect(this.#context.destination);
    source.start(at);
    source.stop(at + EACH);
    return source;
  }
}
