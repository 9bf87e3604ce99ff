/* Publish the heights of header and footer as CSS properties: on a phone, overlays are between them. */

/** @param {HTMLElement} top @param {HTMLElement} foot */
export function trackEdgeHeights(top, foot) {
  // uses the observed size: reading a height after setting the first property would force another layout
  const observer = new ResizeObserver((changes) => {
    for (const { target, borderBoxSize: [{ blockSize }] } of changes) {
      document.documentElement.style.setProperty(target === top ? "--header-height" : "--footer-height", `${Math.round(blockSize)}px`);
    }
  });
  for (const element of [top, foot]) observer.observe(element, { box: "border-box" });
}
