/** Avatars: initials of people, with a ring while they edit. The owner of a card is a filled square with the name, a viewer a ringed dot. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";

const MAX_AVATARS = 5;
const MAX_VIEWERS = 3; // on a card, next to the name of its assignee

/** @param {string | null | undefined} name */
export function initials(name) {
  const words = (name ?? "").split(/[\s-]+/).filter(Boolean);
  const letters = words.map((word) => [...word]); // complete characters, also if they have two code units
  return (words.length > 1 ? letters[0][0] + letters[letters.length - 1][0] : (letters[0] ?? ["?"]).slice(0, 2).join("")).toUpperCase();
}

/** @param {string} name */
export function avatar(name, { editing = false } = {}) {
  const title = editing ? t("{name} is editing", { name }) : name;
  return html`<span class="avatar ${editing ? "editing" : ""}" title=${title} role="img" aria-label=${title}>${initials(name)}</span>`;
}

/** @param {AvatarPerson[]} avatarList */
export function avatars(avatarList) {
  const more = avatarList.length - MAX_AVATARS;
  return html`<span class="avatars">
    ${avatarList.slice(0, MAX_AVATARS).map((person) => avatar(person.name, person))}
    ${more > 0 ? html`<span class="avatar more" title=${avatarList.slice(MAX_AVATARS).map(({ name }) => name).join(", ")}>+${more}</span>` : nothing}
  </span>`;
}

/**
 * Return one avatar per person, regardless of the number of their windows.
 * @param {{ people: PresentPerson[] }} presence
 * @param {(person: Pick<PresentPerson, "account" | "card">) => boolean} keep
 * @returns {AvatarPerson[]}
 */
export function avatarList(presence, keep = () => true) {
  /** @type {Map<string, AvatarPerson>} */
  const byAccount = new Map();
  for (const { account, name, card, editing } of presence.people) {
    if (!keep({ account, card })) continue;
    const existing = byAccount.get(account);
    byAccount.set(account, { account, name, editing: editing || existing?.editing || false });
  }
  return [...byAccount.values()];
}

/** @param {string} name @param {string} [text] text about that person */
export const assigneeMark = (name, text = name) => html`<span class="assignee"><i aria-hidden="true" .textContent=${initials(name)}></i><bdi data-testid="owner" .textContent=${text}></bdi></span>`;

/** @param {AvatarPerson[]} people */
export function viewers(people) {
  if (!people.length) return nothing;
  const shown = people.length > MAX_VIEWERS ? people.slice(0, MAX_VIEWERS - 1) : people;
  const others = people.slice(shown.length).map(({ name }) => name).join(", ");
  return html`<span class="viewers">${shown.map(viewer)}${others ? html`<span class="viewer more" title=${others} role="img" aria-label=${others}>+${people.length - shown.length}</span>` : nothing}</span>`;
}

/** @param {AvatarPerson} person */
function viewer({ name, editing }) {
  const title = editing ? t("{name} is editing", { name }) : name;
  return html`<span class="viewer ${editing ? "writes" : ""}" title=${title} role="img" aria-label=${title}>${initials(name)}</span>`;
}
