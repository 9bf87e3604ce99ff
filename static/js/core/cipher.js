/* Values as texts that nobody reads without the key: AES-GCM with a new nonce for each, bound to the place where it is kept. */

const NONCE = 12; // bytes, as GCM wants it
const ALGORITHM = "AES-GCM";

/** Browsers encrypt for https, and for the machine itself, only. */
export const canEncrypt = () => Boolean(globalThis.crypto?.subtle);

/** text: base64 -> a key that can be used and not be read. Throws where it is none. */
export function keyFrom(text) {
  return crypto.subtle.importKey("raw", bytesOf(text), ALGORITHM, false, ["encrypt", "decrypt"]);
}

export async function seal(key, place, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const box = await crypto.subtle.encrypt(bound(nonce, place), key, encoded(JSON.stringify(value)));
  return textOf(nonce) + textOf(new Uint8Array(box));
}

/** Throws for what was sealed with another key, for another place, or was changed. */
export async function unseal(key, place, text) {
  const bytes = bytesOf(text);
  const plain = await crypto.subtle.decrypt(bound(bytes.subarray(0, NONCE), place), key, bytes.subarray(NONCE));
  return JSON.parse(new TextDecoder().decode(plain));
}

const bound = (nonce, place) => ({ name: ALGORITHM, iv: nonce, additionalData: encoded(place) });

const encoded = (text) => new TextEncoder().encode(text);

const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

const textOf = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")); // 12 bytes end without padding
