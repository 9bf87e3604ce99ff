/* Publish the heights of header and footer as CSS properties: overlays on a phone lie between them. */

/** @param {HTMLElement} top @param {HTMLElement} foot */
export function trackEdgeHeights(top, foot) {
  // as observed: to ask an element for its height after the first property was set would lay out the page once more
  const observer = new ResizeObserver((changes) => {
    for (const { target, borderBoxSize: [{ blockSize }] } of changes) {
      document.documentElement.style.setProperty(target === top ? "--header-height" : "--footer-height", `${Math.round(blockSize)}px`);
    }
  });
  for (const element of [top, foot]) observer.observe(element, { box: "border-box" });
}
