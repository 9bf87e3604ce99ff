/** Draw a page at most once a frame, however often that is asked for. */
export class Frames {
  /** @type {number | null} */ #frame = null;
  #isPart = false;
  #render;

  /** @param {(isPart: boolean) => void} render `isPart` is true where only `askPart` was called since the last draw */
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

  /** Draw synchronously what was asked for: the next key may be meant for it. */
  settle = () => {
    if (this.#frame === null) return;
    cancelAnimationFrame(this.#frame);
    const isPart = this.#isPart;
    [this.#frame, this.#isPart] = [null, false];
    this.#render(isPart);
  };
}
