/* Two tones, where the display is set so. Browsers let a page sound once somebody has pressed it, and nobody presses a wall: so whether
   this one may is asked before there is anything to say, and told where it may not. */

const TONES = [660, 880];    // Hz
const EACH = 0.18;           // s
const LOUD = 0.2;            // of 1
const TOGETHER_MS = 2_000;   // what happens within this has one sound, and none that comes later
const ANSWERS_MS = 2_000;    // a browser that has not let it within this does not

export class Sound {
  #context = null;
  #may = false;
  #askedAt = 0;
  #soundedAt = -Infinity;

  /** on: whether the display is set so. */
  set(on) {
    if (!on || this.#context) return;
    this.#context = new AudioContext();
    this.#askedAt = performance.now();
    this.#ask();
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, () => this.#ask());
  }

  /** Whether it was to sound, and its browser does not let it. */
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
    last.onended = () => this.#context.suspend(); // for weeks, nothing is to be mixed
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
