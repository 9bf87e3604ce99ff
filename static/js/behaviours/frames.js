/** Draw a page at most once per frame. */
export class Frames {
  /** @type {number | null} */ #frame = null;
  #isPart = false;
  #render;

  /** @param {(isPart: boolean) => void} render `isPart` is true if only `askPart` was called since the last draw */
  constructor(render) {
    this.#render = render;
  }

  /** Draw with the next frame. */
  ask = () => {
    this.#isPart = false;
    this.#frame ??= requestAnimationFrame(this.settle);
  };

  /** Draw a part of the page with the next frame. */
  askPart = () => {
    this.#isPart ||= this.#frame === null;
    this.#frame ??= requestAnimationFrame(this.settle);
  };

  /** Draw synchronously. */
  now = () => {
    this.ask();
    this.settle();
  };

  /** Perform a requested draw synchronously: the next keystroke may apply to it. */
  settle = () => {
    if (this.#frame === null) return;
    cancelAnimationFrame(this.#frame);
    const isPart = this.#isPart;
    [this.#frame, this.#isPart] = [null, false];
    this.#render(isPart);
  };
}
