/** Slider: pointer and touch set a position, keys move in steps. The element has `role=slider` and `data-slider`. */

export class Slider {
  #root;
  #callbacks;
  #isHeld = false;

  /** @param {HTMLElement} root @param {SliderCallbacks} on */
  constructor(root, on) {
    this.#root = root;
    this.#callbacks = on;
    for (const [name, handler] of this.#listeners) this.#root.addEventListener(name, handler);
  }

  #grab = (/** @type {PointerEvent} */ event) => {
    const track = /** @type {HTMLElement} */ (event.target).closest?.("[data-slider]");
    if (!track || event.button > 0) return;
    this.#isHeld = true;
    track.setPointerCapture(event.pointerId);
    track.focus({ preventScroll: true });
    event.preventDefault();
    this.#point(track, event);
  };

  #move = (/** @type {PointerEvent} */ event) => {
    if (this.#isHeld) this.#point(/** @type {HTMLElement} */ (event.target).closest("[data-slider]"), event);
  };

  #release = () => {
    this.#isHeld = false;
  };

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (!/** @type {HTMLElement} */ (event.target).matches?.("[data-slider]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const handler = this.#keys[event.key];
    if (!handler) return;
    event.preventDefault();
    handler();
  };

  /** @type {Record<string, () => void>} */
  #keys = {
    ArrowRight: () => this.#callbacks.by(1),
    ArrowUp: () => this.#callbacks.by(1),
    ArrowLeft: () => this.#callbacks.by(-1),
    ArrowDown: () => this.#callbacks.by(-1),
    PageUp: () => this.#callbacks.by(this.#callbacks.page),
    PageDown: () => this.#callbacks.by(-this.#callbacks.page),
    Home: () => this.#callbacks.start(),
    End: () => this.#callbacks.end(),
  };

  /** @type {[string, (event: any) => void][]} */
  #listeners = [
    ["pointerdown", this.#grab], ["pointermove", this.#move], ["pointerup", this.#release], ["pointercancel", this.#release], ["keydown", this.#press],
  ];

  /** @param {HTMLElement | null} track @param {PointerEvent} event */
  #point(track, { clientX }) {
    if (!track) return;
    const { left, width } = track.getBoundingClientRect();
    this.#callbacks.to(Math.min(1, Math.max(0, (clientX - left) / width)));
  }
}
