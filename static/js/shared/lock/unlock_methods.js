/* Means of unlocking a screen besides the password, such as a passkey. The module of a means adds it before the page is mounted. */

/**
 * Buttons in this order, before the password. `unlock` resolves when the server has unlocked the session, or rejects with Refusal or Offline.
 * @type {{ id: string, title: (name: string) => string, isAvailable: () => boolean, unlock: () => Promise<unknown> }[]}
 */
export const unlockMethods = [];
