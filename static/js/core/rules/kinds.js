/* Kinds of entities, as the server declares them (board/engine/kinds.py). They arrive with the translations, so read them when
   drawing, not when a module loads. */

import { kinds, t as translate } from "../i18n.js";
import { standardText } from "./standard_texts.js";

/** @type {KindDeclaration} */
const UNKNOWN = { card: false, counted: false, readings: {}, occasions: {}, plural: "", title: "", column: "", fields: {}, written: [], forms: { first: [], more: [], edit: [] } };

/**
 * Return the declaration of a kind.
 * @param {string} name
 * @returns {KindDeclaration}
 */
export const kind = (name) => (Object.hasOwn(kinds(), name) ? kinds()[name] : UNKNOWN);

/** Return true if a kind is shown as a card. @param {string} name */
export const isCard = (name) => kind(name).card;

/** Return the names of the kinds of cards. */
export const cardKinds = () => Object.keys(kinds()).filter(isCard);

/** Return the names of the kinds that a board limits in number. */
export const countedKinds = () => Object.keys(kinds()).filter((name) => kind(name).counted);

/** @param {string} name */
export const pluralName = (name) => translate(kind(name).plural);

/**
 * Return the text that identifies a card, such as the title of a task.
 * @param {{ kind: string, state: State }} card
 * @returns {string}
 */
export const titleOf = ({ kind: name, state }) => standardText(state[kind(name).title]) ?? "";

/**
 * Return the fields of a card's form. The form for a new card shows `first`, and `more` on request; `edit` is the form for changes.
 * @param {string} name
 * @param {"first" | "more" | "edit"} part
 * @returns {FieldDefinition[]}
 */
export const formFields = (name, part) => kind(name).forms[part].map((path) => field(name, path));

/**
 * Return a field for forms; `options` override its declaration.
 * @param {string} name kind
 * @param {string} path
 * @param {Record<string, unknown>} [options]
 * @returns {FieldDefinition}
 */
export function field(name, path, options) {
  const { title, fields } = kind(name), heading = fields[path]?.heading;
  return { path, kind: name, autofocus: path === title, ...(heading && { label: () => translate(heading) }), ...fields[path], ...options };
}

/**
 * Return the editable fields of a kind that is not a card, in the order of their declaration, without the excluded ones.
 * @param {string} name kind
 * @param {string[]} excluded paths
 * @param {Record<string, Record<string, unknown>>} [options] overrides of declared options, by path
 */
export const otherFields = (name, excluded, options = {}) => kind(name).written.filter((path) => !excluded.includes(path)).map((path) => field(name, path, options[path]));

/**
 * Return the editable fields of a group, in the order of their declaration.
 * @param {string} name kind
 * @param {string} group
 * @param {Record<string, Record<string, unknown>>} [options] overrides of declared options, by path
 */
export const partsOf = (name, group, options = {}) => Object.keys(kind(name).fields).filter((path) => path.startsWith(`${group}.`)).map((path) => field(name, path, options[path]));

/**
 * Return how to show a field's value: "time", "person", "card" and so on; "internal" if it is never shown; undefined for a text, a
 * number or a code with a label.
 * @param {string} path
 * @param {string} [name] name of the kind; without it, the declaration of any kind
 * @returns {string | undefined}
 */
export function readingOf(path, name) {
  const [group, key, ...rest] = path.split(".");
  const paths = [path, [group, key && "*", ...rest].join(".")]; // `checklist.*.rank` is declared once for all keys
  if (name) return kind(name).readings[group] === "internal" ? "internal" : kind(name).readings[paths[0]] ?? kind(name).readings[paths[1]];
  return Object.values(kinds() ?? {}).map(({ readings }) => readings?.[path]).find((reading) => reading && reading !== "internal");
}

/**
 * Return true if a field is never shown.
 * @param {string} path
 * @param {string} name kind
 */
export const isInternal = (path, name) => readingOf(path, name) === "internal";

/**
 * Return the occasion of an alarm, as the kind of its subject declares it; only its name and wall text if that kind does not declare it.
 * @param {{ rule: string, occasion?: string | null, about?: { kind: Kind } }} alarm
 * @returns {Partial<OccasionDeclaration>}
 */
export function occasionOf({ rule, occasion, about }) {
  const occasions = Object.values(kinds()).flatMap(({ occasions }) => Object.entries(occasions ?? {}));
  const code = occasion ?? occasions.find(([, declared]) => declared.rule === rule)?.[0]; // earlier alarms have only a rule
  const ownOccasions = about && kind(about.kind).occasions;
  if (code && ownOccasions && Object.hasOwn(ownOccasions, code)) return ownOccasions[code];
  const { name, wall } = occasions.find(([other]) => other === code)?.[1] ?? {};
  return { name, wall };
}

/**
 * Return the id of a command's card.
 * @param {{ name: string, data: Record<string, any> }} command
 * @returns {string | undefined}
 */
export const cardOfCommand = ({ name, data }) => data[name.split(".")[0]] ?? data.card;

/**
 * Return true if a command or event adds a card.
 * @param {string} name such as "task.add" or "task.added"
 */
export const addsCard = (name) => /\.(add|added)$/.test(name) && isCard(name.split(".")[0]);
