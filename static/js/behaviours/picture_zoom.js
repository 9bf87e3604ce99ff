/**
 * Zoom of one picture: plus, minus and 0, Ctrl and wheel, double click, or two fingers. The picture grows in its scrolling stage. The size
 * is a custom property, because the content security policy forbids style attributes.
 */

const LEVELS = [1, 1.5, 2, 3, 4, 6];
const MAX = LEVELS[LEVELS.length - 1];

/** @type {WeakMap<HTMLElement, PictureZoom>} */
const zooms = new WeakMap();

/** @param {HTMLElement} stage @returns {PictureZoom} */
export function zoomOf(stage) {
  const existing = zooms.get(stage);
  if (existing) return existing;
  const zoom = new PictureZoom(stage);
  zooms.set(stage, zoom);
  return zoom;
}

class PictureZoom {
  level = 1;
  #stage;
  /** @type {Map<number, { x: number, y: number }>} */ #fingers = new Map();
  #start = { distance: 1, level: 1 };

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel", "pointerleave"]) stage.addEventListener(type, (event) => this.#fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("dblclick", () => this.to(this.level > 1 ? 1 : 2));
  }

  in() {
    this.to(LEVELS.find((level) => level > this.level + 0.01) ?? MAX);
  }

  out() {
    this.to(LEVELS.findLast((level) => level < this.level - 0.01) ?? 1);
  }

  /** Set the zoom level, and keep the middle of the stage in place. @param {number} level */
  to(level) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#stage, previousLevel = this.level;
    this.level = Math.min(MAX, Math.max(1, level));
    this.#stage.style.setProperty("--zoom", String(this.level));
    this.#stage.toggleAttribute("data-zoomed", this.level > 1);
    const ratio = this.level / previousLevel;
    this.#stage.scrollTo((scrollLeft + clientWidth / 2) * ratio - clientWidth / 2, (scrollTop + clientHeight / 2) * ratio - clientHeight / 2);
  }

  /** @param {PointerEvent} event */
  #down({ pointerType, pointerId, clientX: x, clientY: y }) {
    if (pointerType !== "touch") return;
    this.#fingers.set(pointerId, { x, y });
    this.#start = { distance: this.#distance, level: this.level };
  }

  /** @param {PointerEvent} event */
  #move({ pointerId, clientX: x, clientY: y }) {
    if (!this.#fingers.has(pointerId)) return;
    this.#fingers.set(pointerId, { x, y });
    if (this.#fingers.size === 2) this.to(this.#start.level * (this.#distance / this.#start.distance));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    if (event.deltaY < 0) this.in();
    else this.out();
  }

  get #distance() {
    const [a, b] = [...this.#fingers.values()];
    return a && b ? Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) : 1;
  }
}
