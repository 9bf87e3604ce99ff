/**
 * Call back after the next frame is painted, when measuring needs no extra layout. Returns a number above 0.
 * @param {() => void} callback
 */
export const afterFrame = (callback) => requestAnimationFrame(() => setTimeout(callback));
