/** Map on paper: sized for A4 landscape (map.css), with the same area as on the screen, and with its legend open. */

/**
 * Resize a map for paper whenever the page is printed.
 * @param {HTMLElement} element @param {any} map
 */
export function printWhole(element, map) {
  /** @type {(() => void) | null} */ let restore = null;
  addEventListener("beforeprint", () => {
    if (restore || !element.isConnected || !element.clientHeight) return;
    const center = map.getCenter(), zoom = map.getZoom(), bounds = map.getBounds(), close = openLegend(element);
    resize(element, map, true);
    map.fitBounds(bounds, { animate: false });
    restore = () => {
      resize(element, map, false);
      map.setView(center, zoom, { animate: false });
      close();
    };
  });
  addEventListener("afterprint", () => {
    restore?.();
    restore = null;
  });
}

/** @param {HTMLElement} element @param {any} map @param {boolean} isPaper */
function resize(element, map, isPaper) {
  element.classList.toggle("paper-size", isPaper);
  map.invalidateSize({ animate: false });
}

/** Open the legend. The returned function restores its previous state. @param {HTMLElement} element */
function openLegend(element) {
  const legend = /** @type {HTMLDetailsElement | null | undefined} */ (element.parentElement?.querySelector(".map-legend"));
  if (!legend || legend.open) return () => {};
  legend.open = true;
  return () => void (legend.open = false);
}
