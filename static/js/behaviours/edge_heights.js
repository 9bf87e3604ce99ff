/* Publish the heights of header and footer as CSS properties: overlays on a phone lie between them. */

/** @param {HTMLElement} top @param {HTMLElement} foot */
export function trackEdgeHeights(top, foot) {
  track("--header-height", top);
  track("--footer-height", foot);
}

/** @param {string} name @param {HTMLElement} element */
function track(name, element) {
  const publish = () => document.documentElement.style.setProperty(name, `${element.offsetHeight}px`);
  new ResizeObserver(publish).observe(element);
}
