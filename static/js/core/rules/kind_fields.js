/** Details that each kind of search has, in order, as this installation declares them (board/config/data/kind_fields.toml). */

import { kind } from "./kinds.js";

/** @type {Record<string, Record<"form" | "header" | "facts", string[]>> | null} */
let declared = null;

/**
 * Return the paths of the fields of a kind of search.
 * @param {string | null} of
 * @param {"form" | "header" | "facts"} part
 */
export function kindFields(of, part) {
  declared ??= JSON.parse(document.body.dataset.kindFields ?? "{}");
  return (declared?.[of ?? ""]?.[part] ?? []).map((name) => `details.${name}`);
}

/** Return the paths of all details that a search may have. */
export const detailPaths = () => Object.keys(kind("search").fields).filter((path) => path.startsWith("details."));
