/** Slider: moved by pointer and touch to a position, by keys in steps. The element has `role=slider` and `data-slider`. */

export class Slider {
  #root;
  #on;
  #held = false;

  /** @param on callbacks {to(share of the track, 0 to 1), by(steps), page: steps of the large keys, start(), end()} */
  constructor(root, on) {
    this.#root = root;
    this.#on = on;
  }

  connect() {
    for (const [name, does] of this.#listeners) this.#root.addEventListener(name, does);
  }

  disconnect() {
    for (const [name, does] of this.#listeners) this.#root.removeEventListener(name, does);
  }

  #take = (event) => {
    const line = event.target.closest?.("[data-slider]");
    if (!line || event.button > 0) return;
    this.#held = true;
    line.setPointerCapture(event.pointerId);
    line.focus({ preventScroll: true });
    event.preventDefault();
    this.#point(line, event);
  };

  #move = (event) => {
    if (this.#held) this.#point(event.target.closest("[data-slider]"), event);
  };

  #let = () => {
    this.#held = false;
  };

  #press = (event) => {
    if (!event.target.matches?.("[data-slider]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = this.#keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  };

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

  #listeners = [
    ["pointerdown", this.#take], ["pointermove", this.#move], ["pointerup", this.#let], ["pointercancel", this.#let], ["keydown", this.#press],
  ];

  #point(line, { clientX }) {
    if (!line) return;
    const { left, width } = line.getBoundingClientRect();
    this.#on.to(Math.min(1, Math.max(0, (clientX - left) / width)));
  }
}
