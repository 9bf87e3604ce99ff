/* How high the bar is, with what stands in and under it: what lies over the page on a phone begins below. */

export function connect(element) {
  const tell = () => document.documentElement.style.setProperty("--top", `${element.offsetHeight}px`);
  new ResizeObserver(tell).observe(element);
}
