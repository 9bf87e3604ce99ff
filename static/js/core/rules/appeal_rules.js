/** Requirements of each level of an appeal, as this installation declares them (board/config/data/appeal.toml). */

/** @type {{ levels: Record<string, Partial<AppealLevelRules>>, texts: Record<string, string> } | null} */
let declared = null;

function read() {
  declared ??= JSON.parse(document.body.dataset.appeal ?? "{}");
  return declared ?? { levels: {}, texts: {} };
}

/**
 * Return the requirements of a level; none for a level that is not declared.
 * @param {string | null} level
 * @returns {AppealLevelRules}
 */
export const rulesOf = (level) => ({ decided_by: [], required: false, worrying: false, photo: false, conditions: [], max_hours: null, prolongations: 0, ends: false, numbers: [], ...read().levels?.[level ?? ""] });

/** Return the keys of all conditions. */
export const conditionKeys = () => Object.keys(read().texts ?? {});

/** @param {string} key */
export const conditionText = (key) => read().texts?.[key] ?? key;
