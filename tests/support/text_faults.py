"""Texts of a drawn page that are cut without an ellipsis, or that overlap."""

from tests.support.browser_window import Window

# Of the texts within some parts: those that a box cuts and that no ellipsis and no scroll bar stands for, those of decisive parts
# that are cut at all, and those that lie over another text of the same part. And the page, if it is too wide.
FAULTS = """([within, decisive]) => {
  const faults = new Set(), said = (node) => node.data.trim().replace(/\\s+/g, " ").slice(0, 40);
  const spoken = (each) => each !== document.body && (getComputedStyle(each).clipPath !== "none" || spoken(each.parentElement));
  const hides = ({ overflowX, overflowY }) => overflowX !== "visible" || overflowY !== "visible";
  const scrolls = ({ overflowX, overflowY }) => [overflowX, overflowY].some((each) => ["auto", "scroll"].includes(each));
  const signed = ({ textOverflow, webkitLineClamp }) => textOverflow === "ellipsis" || webkitLineClamp !== "none";
  const cuts = (box, seen) =>
    seen.left < box.left - 1 || seen.right > box.right + 1 || seen.top < box.top - 1 || seen.bottom > box.bottom + 1;
  const overlap = (a, b) => ({ left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) });
  function seenOf(node, element, rect) {
    let seen = { left: rect.left, right: rect.right, top: rect.top + rect.height / 5, bottom: rect.bottom - rect.height / 5 };
    for (let at = element; at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at), box = at.getBoundingClientRect();
      if (!hides(style)) continue;
      if (cuts(box, seen) && scrolls(style)) return null;
      if (cuts(box, seen) && (!signed(style) || element.closest(decisive)))
        faults.add(`cut: ${said(node)} in ${at.className || at.localName}`);
      seen = overlap(seen, box);
    }
    if (seen.right > innerWidth + 1) faults.add(`out of the window: ${said(node)}`);
    return seen.right > seen.left && seen.bottom > seen.top ? seen : null;
  }
  for (const part of document.querySelectorAll(within)) {
    if (!part.checkVisibility()) continue;
    const boxes = [], texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { currentNode: node } = texts, element = node.parentElement, range = document.createRange();
      if (!node.data.trim() || !element.checkVisibility() || element.closest("select, svg") || spoken(element)) continue;
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter(({ width }) => width);
      for (const rect of rects) boxes.push([node, seenOf(node, element, rect)]);
    }
    const seen = boxes.filter(([, box]) => box);
    for (const [at, [node, a]] of seen.entries()) for (const [other, b] of seen.slice(at + 1)) {
      const { left, right, top, bottom } = overlap(a, b);
      if (node !== other && right - left > 1 && bottom - top > 1) faults.add(`over each other: ${said(node)}, ${said(other)}`);
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.add(`the page is ${scrollWidth} px wide`);
  return [...faults];
}"""


async def text_faults(window: Window, within: str, decisive: str) -> list[str]:
    """Return the faults of the texts in some parts of a page. No letter of `decisive` parts may be missing."""
    found: list[str] = await window.page.evaluate(FAULTS, [within, decisive])
    return found
