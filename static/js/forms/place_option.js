/* Options for a choice of places: {key, text, more, place}. Pure. */

/**
 * Return an option with the place name in the reader's language; `more` contains the local name if it differs.
 * @param {any} place
 */
export function placeOption(place) {
  const language = document.documentElement.lang;
  const text = place[language] ?? place.name;
  const localName = place.name === text ? null : place.name;
  const codes = place.postal.length > 3 ? `${place.postal[0]}…` : place.postal.join(", ");
  const nameOf = (/** @type {any} */ area) => area && (area[language] ?? area.nl);
  const more = [localName, codes, nameOf(place.within), nameOf(place.province) ?? place.country];
  return { key: place.id, text, more: more.filter(Boolean).join(" · "), place };
}

/**
 * Return the text of a chosen place: the typed text if it is longer than the name, such as "behind the station, Gent".
 * @param {string} typed
 * @param {string} name
 */
export const keptText = (typed, name) => (typed.trim().split(/[\s-]+/).length > name.split(/[\s-]+/).length ? typed.trim() : name);
