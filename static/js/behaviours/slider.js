/** Slider: moved by pointer and touch to a position, by keys in steps. The element has `role=slider` and `data-slider`. */

export class Slider {
  #root;
  #on;
  #held = false;

  /** @param {HTMLElement} root @param {SliderCallbacks} on */
  constructor(root, on) {
    this.#root = root;
    this.#on = on;
    for (const [name, handler] of this.#listeners) this.#root.addEventListener(name, handler);
  }

  #take = (/** @type {PointerEvent} */ event) => {
    const line = /** @type {HTMLElement} */ (event.target).closest?.("[data-slider]");
    if (!line || event.button > 0) return;
    this.#held = true;
    line.setPointerCapture(event.pointerId);
    line.focus({ preventScroll: true });
    event.preventDefault();
    this.#point(line, event);
  };

  #move = (/** @type {PointerEvent} */ event) => {
    if (this.#held) this.#point(/** @type {HTMLElement} */ (event.target).closest("[data-slider]"), event);
  };

  #let = () => {
    this.#held = false;
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
    ArrowRight: () => this.#on.by(1),
    ArrowUp: () => this.#on.by(1),
    ArrowLeft: () => this.#on.by(-1),
    ArrowDown: () => this.#on.by(-1),
    PageUp: () => this.#on.by(this.#on.page),
    PageDown: () => this.#on.by(-this.#on.page),
    Home: () => this.#on.start(),
    End: () => this.#on.end(),
  };

  /** @type {[string, (event: any) => void][]} */
  #listeners = [
    ["pointerdown", this.#take], ["pointermove", this.#move], ["pointerup", this.#let], ["pointercancel", this.#let], ["keydown", this.#press],
  ];

  /** @param {HTMLElement | null} line @param {PointerEvent} event */
  #point(line, { clientX }) {
    if (!line) return;
    const { left, width } = line.getBoundingClientRect();
    this.#on.to(Math.min(1, Math.max(0, (clientX - left) / width)));
  }
}
