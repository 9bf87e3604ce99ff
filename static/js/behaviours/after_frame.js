/**
 * Call back after the next frame is painted, when measuring needs no extra layout. Return the id of the frame request.
 * @param {() => void} callback
 */
export const afterFrame = (callback) => requestAnimationFrame(() => setTimeout(callback));
