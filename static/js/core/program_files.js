/** Files that run something on the computer of whoever opens them, as the server lists them (board/config/data/program_files.toml). */
import { programs } from "./i18n.js";

/**
 * Return whether a file is a program, a script, a document with macros or a page. The last ending of its name counts.
 * @param {{ name?: string, media_type?: string }} file
 */
export const isProgram = ({ name = "", media_type: type = "" }) =>
  programs().endings.includes(name.split(".").slice(1).at(-1)?.toLowerCase() ?? "") || programs().types.includes(type.toLowerCase());
