/* Rights of roles, as the installation declares them (roles.toml). */

/** @type {Record<Role, string[]> | null} */
let roles = null;

/**
 * Return true if accounts with a role have a right.
 * @param {Role} role @param {string} right
 */
export function allows(role, right) {
  roles ??= JSON.parse(document.body.dataset.roles ?? "{}");
  return Boolean(roles?.[role]?.includes(right));
}

/** Return true if this page belongs to a guest, who sees one board. */
export const isLimited = () => globalThis.document?.body?.dataset?.limited !== undefined;
