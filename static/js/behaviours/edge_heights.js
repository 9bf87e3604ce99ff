/* How high the bar is, and how high the notices at the foot of the page: what lies over the page on a phone is between them. */

export function trackEdgeHeights(top, foot) {
  track("--header-height", top);
  track("--footer-height", foot);
}

function track(name, element) {
  const tell = () => document.documentElement.style.setProperty(name, `${element.offsetHeight}px`);
  new ResizeObserver(tell).observe(element);
}
