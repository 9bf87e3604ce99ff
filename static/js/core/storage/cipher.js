/* Encrypt values as text: AES-GCM with a new nonce for each value, bound to its storage name. */

const NONCE = 12; // bytes, required by GCM
const ALGORITHM = "AES-GCM";

/** Return true if the browser offers encryption: only for https and localhost. */
export const canEncrypt = () => Boolean(globalThis.crypto?.subtle);

/**
 * Import a base64 key as not extractable. Throws if it is not a key.
 * @param {string} text
 */
export function importKey(text) {
  return crypto.subtle.importKey("raw", fromBase64(text), ALGORITHM, false, ["encrypt", "decrypt"]);
}

/** @param {CryptoKey} key @param {string} name @param {unknown} value */
export async function encrypt(key, name, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const box = await crypto.subtle.encrypt(parameters(nonce, name), key, encodeText(JSON.stringify(value)));
  return toBase64(nonce) + toBase64(new Uint8Array(box));
}

/**
 * Encrypt bytes, such as a part of a file.
 * @param {CryptoKey} key
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<SealedBytes>}
 */
export async function encryptBytes(key, name, bytes) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  return { nonce, box: await crypto.subtle.encrypt(parameters(nonce, name), key, bytes) };
}

/** @param {CryptoKey} key @param {string} name @param {SealedBytes} sealed */
export const decryptBytes = async (key, name, { nonce, box }) => new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, name), key, box));

/**
 * Decrypt a value. Throws if it was encrypted with another key, under another name, or was changed.
 * @param {CryptoKey} key
 * @param {string} name
 * @param {string} text
 */
export async function decrypt(key, name, text) {
  const bytes = fromBase64(text);
  const plain = await crypto.subtle.decrypt(parameters(bytes.subarray(0, NONCE), name), key, bytes.subarray(NONCE));
  return JSON.parse(new TextDecoder().decode(plain));
}

/** @param {Uint8Array<ArrayBuffer>} nonce @param {string} name */
const parameters = (nonce, name) => ({ name: ALGORITHM, iv: nonce, additionalData: encodeText(name) });

/** @param {string} text */
const encodeText = (text) => new TextEncoder().encode(text);

/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")); // 12 bytes need no padding
