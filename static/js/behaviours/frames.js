/** Draw a page at most once a frame, however often that is asked for. */
export class Frames {
  /** @type {number | null} */ #frame = null;
  #render;

  /** @param {() => void} render */
  constructor(render) {
    this.#render = render;
  }

  /** Draw with the next frame. */
  ask = () => {
    this.#frame ??= requestAnimationFrame(this.now);
  };

  /** Draw synchronously. */
  now = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#render();
  };

  /** Draw synchronously what was asked for: the next key may be meant for it. */
  settle = () => {
    if (this.#frame !== null) this.now();
  };
}
