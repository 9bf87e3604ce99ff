/**
 * Call back once the next frame is laid out and painted: measuring costs no layout of its own then. Returns a number above 0.
 * @param {() => void} callback
 */
export const afterFrame = (callback) => requestAnimationFrame(() => setTimeout(callback));
