/* Kinds of entities, as the server declares them (board/engine/kinds.py). They come with the translations; so ask them when something
   is drawn, not when a module loads. */

import { kinds, t as translate } from "../i18n.js";
import { standardText } from "./standard_texts.js";

/** @type {KindDeclaration} */
const UNKNOWN = { card: false, counted: false, readings: {}, occasions: {}, plural: "", title: "", column: "", fields: {}, forms: { first: [], more: [], edit: [] } };

/**
 * Return the declaration of a kind.
 * @param {string} name
 * @returns {KindDeclaration}
 */
export const kind = (name) => (Object.hasOwn(kinds(), name) ? kinds()[name] : UNKNOWN);

/** @param {string} name */
export const isCard = (name) => kind(name).card;

/** Return the names of the kinds of cards. */
export const cardKinds = () => Object.keys(kinds()).filter(isCard);

/** Return the names of the kinds of which a board has limited room. */
export const countedKinds = () => Object.keys(kinds()).filter((name) => kind(name).counted);

/** @param {string} name */
export const pluralName = (name) => translate(kind(name).plural);

/**
 * Return what names a card, such as the title of a task.
 * @param {{ kind: string, state: State }} card
 * @returns {string}
 */
export const titleOf = ({ kind: name, state }) => standardText(state[kind(name).title]) ?? "";

/**
 * Return the fields of a form of a kind of card: to add one, those that show `first`, and those under `more`; or those to `edit`.
 * @param {string} name
 * @param {"first" | "more" | "edit"} part
 * @returns {FieldDefinition[]}
 */
export const formFields = (name, part) => kind(name).forms[part].map((path) => field(name, path));

/**
 * Return a field for forms, with other options than declared.
 * @param {string} name of the kind
 * @param {string} path
 * @param {Record<string, unknown>} [options]
 * @returns {FieldDefinition}
 */
export const field = (name, path, options) => ({ path, kind: name, autofocus: path === kind(name).title, ...kind(name).fields[path], ...options });

/**
 * Return how people read the value of a field: "time", "person", "card" and so on; "internal" if it means nothing to them;
 * undefined for a text, a number or a code with a label.
 * @param {string} path
 * @param {string} [name] of the kind; without it, as any kind reads it
 * @returns {string | undefined}
 */
export function readingOf(path, name) {
  const [group, key, ...rest] = path.split(".");
  const paths = [path, [group, key && "*", ...rest].join(".")]; // `checklist.*.rank` is declared once for all keys
  if (name) return kind(name).readings[group] === "internal" ? "internal" : kind(name).readings[paths[0]] ?? kind(name).readings[paths[1]];
  return Object.values(kinds() ?? {}).map(({ readings }) => readings?.[path]).find((reading) => reading && reading !== "internal");
}

/**
 * Return whether a field means nothing to people.
 * @param {string} path
 * @param {string} name of the kind
 */
export const isInternal = (path, name) => readingOf(path, name) === "internal";

/**
 * Return what raised an alarm, as the kind that it is about declares it. Of a kind that does not declare it, it has the name alone.
 * @param {{ rule: string, occasion?: string | null, about?: { kind: Kind } }} alarm
 * @returns {Partial<OccasionDeclaration>}
 */
export function occasionOf({ rule, occasion, about }) {
  const all = Object.values(kinds()).flatMap(({ occasions }) => Object.entries(occasions ?? {}));
  const code = occasion ?? all.find(([, declared]) => declared.rule === rule)?.[0]; // by the rule before alarms had occasions
  const own = about && kind(about.kind).occasions;
  if (code && own && Object.hasOwn(own, code)) return own[code];
  const { name, wall } = all.find(([other]) => other === code)?.[1] ?? {};
  return { name, wall };
}

/**
 * Return the id of the card that a command is about.
 * @param {{ name: string, data: Record<string, any> }} command
 * @returns {string | undefined}
 */
export const cardOfCommand = ({ name, data }) => data[name.split(".")[0]] ?? data.card;

/**
 * Return whether a command or an event adds a card.
 * @param {string} name such as "task.add" or "task.added"
 */
export const addsCard = (name) => /\.(add|added)$/.test(name) && isCard(name.split(".")[0]);
