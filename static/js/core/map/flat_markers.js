/* Markers that a browser draws together. Leaflet moves each by a transform in 3D, which makes each a layer of the compositor. */

/** Position Leaflet's markers and their pane in 2D. @param {any} leaflet */
export const flattenMarkers = (leaflet) => leaflet.Marker.include({ _setPos: setPosition });

/** @this {any} a marker @param {{ x: number, y: number }} point */
function setPosition(point) {
  if (this._icon) place(this._icon, point);
  this._zIndex = point.y + this.options.zIndexOffset;
  this._resetZIndex();
}

/** @param {HTMLElement} icon @param {{ x: number, y: number }} point */
function place(icon, point) {
  Object.assign(icon, { _leaflet_pos: point }); // Leaflet reads this property
  Object.assign(icon.style, { left: `${point.x}px`, top: `${point.y}px` });
}
