/* Accounts with a page open, on all boards that the reader may see. Pure. */

/**
 * @param {Pick<PresentPerson, "account">[]} overview people on the operations board
 * @param {Map<string, Summary>} summaries
 * @returns {Set<string>}
 */
export const presentAccounts = (overview, summaries) => new Set([...overview, ...[...summaries.values()].flatMap(({ present }) => present ?? [])].map(({ account }) => account));
