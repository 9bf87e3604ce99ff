/* Values as texts that nobody reads without the key: AES-GCM with a new nonce for each, bound to the place where it is kept. */

const NONCE = 12; // bytes, as GCM wants it
const ALGORITHM = "AES-GCM";

/** Browsers encrypt for https, and for the machine itself, only. */
export const canEncrypt = () => Boolean(globalThis.crypto?.subtle);

/** text: base64 -> a key that can be used and not be read. Throws where it is none. */
export function importKey(text) {
  return crypto.subtle.importKey("raw", fromBase64(text), ALGORITHM, false, ["encrypt", "decrypt"]);
}

export async function encrypt(key, name, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const box = await crypto.subtle.encrypt(parameters(nonce, name), key, encoded(JSON.stringify(value)));
  return toBase64(nonce) + toBase64(new Uint8Array(box));
}

/** Throws for what was sealed with another key, for another place, or was changed. */
export async function decrypt(key, name, text) {
  const bytes = fromBase64(text);
  const plain = await crypto.subtle.decrypt(parameters(bytes.subarray(0, NONCE), name), key, bytes.subarray(NONCE));
  return JSON.parse(new TextDecoder().decode(plain));
}

const parameters = (nonce, name) => ({ name: ALGORITHM, iv: nonce, additionalData: encoded(name) });

const encoded = (text) => new TextEncoder().encode(text);

const fromBase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")); // 12 bytes end without padding
