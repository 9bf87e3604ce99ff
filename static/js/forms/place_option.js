/* Options of places to choose from: {key, text, more, place}. Pure. */

/**
 * Place name in the reader's language, with the local name beside it if different.
 * @param {any} place
 */
export function placeOption(place) {
  const reader = document.documentElement.lang;
  const text = place[reader] ?? place.name;
  const local = place.name === text ? null : place.name;
  const codes = place.postal.length > 3 ? `${place.postal[0]}…` : place.postal.join(", ");
  const named = (/** @type {any} */ one) => one && (one[reader] ?? one.nl);
  const more = [local, codes, named(place.within), named(place.province) ?? place.country];
  return { key: place.id, text, more: more.filter(Boolean).join(" · "), place };
}

/**
 * Return the text of a chosen place: the typed one if it says more than the place's name, such as "behind the station, Gent".
 * @param {string} typed
 * @param {string} name
 */
export const keptText = (typed, name) => (typed.trim().split(/[\s-]+/).length > name.split(/[\s-]+/).length ? typed.trim() : name);
