/* Create and use passkeys (WebAuthn). Options and answers are JSON, with bytes in base64url. */

import { post } from "./api.js";

/** Return true if this browser has passkeys on this page: they need https or localhost, and a host name instead of an IP address. */
export const hasPasskeys = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials) && !isAddress(location.hostname);

/** @param {string} host */
const isAddress = (host) => host.includes(":") || Number.isInteger(Number(host.replaceAll(".", "")));

/** Return true if the browser can suggest passkeys in the e-mail field. */
export const offersInFields = async () => hasPasskeys() && Boolean(await globalThis.PublicKeyCredential.isConditionalMediationAvailable?.());

/**
 * Create a passkey, and return the answer for the server. Rejects if the person cancels.
 * @param {string} optionsAddress
 */
export async function makePasskey(optionsAddress) {
  const options = await post(optionsAddress);
  const publicKey = {
    ...options, challenge: toBytes(options.challenge), user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
  };
  return answerOf(await navigator.credentials.create({ publicKey }), ["clientDataJSON", "attestationObject"]);
}

/**
 * Use a passkey, and return the answer for the server. Rejects if the person cancels.
 * @param {string} optionsAddress
 * @param {{ mediation?: CredentialMediationRequirement, signal?: AbortSignal }} [request]
 */
export async function usePasskey(optionsAddress, request = {}) {
  const options = await post(optionsAddress);
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(withBytes) };
  return answerOf(await navigator.credentials.get({ publicKey, ...request }), ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
}

/** @param {any} credential @param {string[]} fields of its response */
function answerOf({ id, rawId, type, response }, fields) {
  const parts = fields.filter((field) => response[field]).map((field) => [field, toText(response[field])]);
  return JSON.stringify({ id, rawId: toText(rawId), type, response: Object.fromEntries(parts) });
}

/** @param {{ id: string }} descriptor */
const withBytes = (descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) });

/** @param {string} text in base64url */
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

/** @param {ArrayBuffer} bytes */
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
