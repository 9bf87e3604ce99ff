/* Visible part of a zoomed picture, as a new file. */

const QUALITY = 0.92; // JPEG quality, 0 to 1

/**
 * Return the visible part of a picture, in the picture's own pixels. The picture is centred in its box, which may be larger.
 * @param {Pick<HTMLImageElement, "naturalWidth" | "naturalHeight" | "getBoundingClientRect">} image
 * @param {Pick<Element, "clientWidth" | "clientHeight" | "getBoundingClientRect">} stage
 */
export function visiblePart(image, stage) {
  const { naturalWidth, naturalHeight } = image, box = image.getBoundingClientRect(), frame = stage.getBoundingClientRect();
  const scale = Math.min(box.width / naturalWidth, box.height / naturalHeight);
  const left = box.left + (box.width - naturalWidth * scale) / 2, top = box.top + (box.height - naturalHeight * scale) / 2;
  const x = Math.max(0, (frame.left - left) / scale), y = Math.max(0, (frame.top - top) / scale);
  const right = Math.min(naturalWidth, (frame.left + stage.clientWidth - left) / scale), bottom = Math.min(naturalHeight, (frame.top + stage.clientHeight - top) / scale);
  return { x: Math.round(x), y: Math.round(y), width: Math.max(1, Math.round(right - x)), height: Math.max(1, Math.round(bottom - y)) };
}

/** Return the visible part as a JPEG; null if the browser cannot create one. @param {HTMLImageElement} image @param {Element} stage @param {string} name */
export async function cropped(image, stage, name) {
  const { x, y, width, height } = visiblePart(image, stage), canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.drawImage(image, x, y, width, height, 0, 0, width, height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob ? new globalThis.File([blob], name, { type: "image/jpeg" }) : null;
}
