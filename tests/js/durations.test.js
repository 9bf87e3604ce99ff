// A duration has units in every language, so that it never looks like a time of day: no module writes "12:47" or, as in French, "1 h 21".

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { URL } from "node:url";

import { use } from "../../static/js/core/i18n.js";
import { ago, formatDuration, formatShortDuration, late, runningTime } from "../../static/js/core/time.js";

const ROOT = new URL("../../", import.meta.url);
const TIME_OF_DAY = /\d:\d|\d [a-z]+ \d\d(?! min| h| u)/;
const LENGTHS_S = [0, 7, 59, 60, 767, 3_599, 3_600, 4_860, 35_999, 36_000, 86_399, 86_400, 170_000, 300_000];
const UNIT = /^msgid "(.*\{(?:seconds|minutes|hours|days|length)\}.*)"\nmsgstr "(.*)"$/gm;
const NOW = new Date("2026-11-26T09:42:30Z");

/** Return the messages with durations of a catalogue. The source texts are English. @param {string} language */
function messagesOf(language) {
  if (language === "en") return {};
  const catalogue = readFileSync(new URL(`board/locales/${language}/LC_MESSAGES/messages.po`, ROOT), "utf-8");
  return Object.fromEntries([...catalogue.matchAll(UNIT)].map(([, id, text]) => [id, text]));
}

for (const language of ["en", "fr", "nl", "de"]) {
  test(`no duration reads as a time of day: ${language}`, () => {
    const messages = messagesOf(language);
    use({ language, locale: language === "en" ? "en-GB" : `${language}-BE`, messages, labels: {} });
    assert.ok(language === "en" || messages["{minutes} min"], "the catalogue has units");
    const texts = LENGTHS_S.flatMap((seconds) => {
      const when = new Date(Number(NOW) - seconds * 1_000);
      return [formatDuration(seconds * 1_000), formatShortDuration(seconds * 1_000), runningTime(when, NOW), ago(when, NOW), ago(NOW, when), late(when, NOW)];
    });
    assert.deepEqual(texts.filter((text) => TIME_OF_DAY.test(text)), []);
    use({ language: "en", locale: "en-GB", messages: {}, labels: {} });
  });
}

test("all screens write the same duration in the same units, up to a day", () => {
  const texts = (/** @type {number} */ seconds) => [formatDuration(seconds * 1_000), formatShortDuration(seconds * 1_000), runningTime(new Date(Number(NOW) - seconds * 1_000), NOW)];
  for (const seconds of LENGTHS_S.filter((each) => each >= 60 && each < 86_400)) assert.equal(new Set(texts(seconds)).size, 1, texts(seconds).join(", "));
});

// Code that writes minutes and seconds, or hours and minutes, with a colon. A line for a time of day is marked as such.
const PART = String.raw`(?:hour|minute|second|min|sec|two\(|padStart|Math\.floor|% ?60)`;
const WITH_COLON = [
  new RegExp(String.raw`\$\{[^{}]*${PART}[^{}]*\}:\$\{`, "i"), new RegExp(String.raw`\}:\$\{[^{}]*${PART}`, "i"), // `${minutes}:${two(seconds)}`
  /\{\w+\}:\{\w+\}/, // "{minutes}:{seconds}" of a message
  /\+ ?":" ?\+/, /\.join\(":"\)/, /toISOString\(\)\.(?:slice|substr)\w*\(1/, /toLocaleTimeString/,
];
const ALLOWED = /\/\/ a time of day\b/;

/** @param {string} line */
const isClockLike = (line) => WITH_COLON.some((pattern) => pattern.test(line)) && !ALLOWED.test(line);

test("no module writes a duration with a colon", () => {
  const files = readdirSync(new URL("static/js/", ROOT), { recursive: true, encoding: "utf-8" }).filter((name) => name.endsWith(".js"));
  assert.ok(files.length > 200, "these are all modules");
  const matches = files.flatMap((name) => readFileSync(new URL(`static/js/${name}`, ROOT), "utf-8").split("\n").filter(isClockLike).map((line) => `${name}: ${line.trim()}`));
  assert.deepEqual(matches, []);
});

test("the search for durations with a colon finds them", () => {
  const lines = [
    "  return `${two(whole / HOUR)}:${two((whole % HOUR) / MINUTE)}`;", "const text = `${minutes}:${seconds}`;", 't("in {minutes}:{seconds}")',
    '[hours, minutes].map(two).join(":")', 'minutes + ":" + seconds', "new Date(ms).toISOString().slice(14, 19)", "`${passed}:${rest % 60}`",
  ];
  assert.deepEqual(lines.filter((line) => !isClockLike(line)), []);
  for (const line of ["return `${hour}:${minute}`; // a time of day", "const key = `${board}:${seq}`;", 't("{where}: {title}")']) assert.equal(isClockLike(line), false, line);
});
