/** Files that run code when opened, as the server lists them (board/config/data/program_files.toml). */
import { programs } from "./i18n.js";

/**
 * Return true if a file is a program, a script, a document with macros or a web page. The last extension of its name counts.
 * @param {{ name?: string, media_type?: string }} file
 */
export const isProgram = ({ name = "", media_type: type = "" }) =>
  programs().endings.includes(name.split(".").slice(1).at(-1)?.toLowerCase() ?? "") || programs().types.includes(type.toLowerCase());
