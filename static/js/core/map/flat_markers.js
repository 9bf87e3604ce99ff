/* Markers that a browser draws together. Leaflet moves each by a transform in 3D, which makes each a layer of the compositor. */

/** Position the markers of Leaflet in 2D, with the pane that has them. @param {any} leaflet */
export const flattenMarkers = (leaflet) => leaflet.Marker.include({ _setPos: setPosition });

/** @this {any} a marker @param {{ x: number, y: number }} point */
function setPosition(point) {
  if (this._icon) place(this._icon, point);
  this._zIndex = point.y + this.options.zIndexOffset;
  this._resetZIndex();
}

/** @param {HTMLElement} icon @param {{ x: number, y: number }} point */
function place(icon, point) {
  Object.assign(icon, { _leaflet_pos: point }); // Leaflet reads it again
  Object.assign(icon.style, { left: `${point.x}px`, top: `${point.y}px` });
}
