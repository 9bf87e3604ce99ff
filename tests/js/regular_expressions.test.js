/* Regular expressions of the scripts: each one is in the list with the length of its longest text, takes at most 20 ms for it, and its time
   grows linearly with the length. tests/unit/test_expressions.py does the same for the server. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { cpuUsage } from "node:process";
import { test } from "node:test";
import { URL } from "node:url";
import vm from "node:vm";

const require = createRequire(import.meta.url); // packages of ESLint, found by NODE_PATH
const { parse } = require("espree");
const { RegExpParser } = require("@eslint-community/regexpp");

const SCRIPTS = new URL("../../static/js/", import.meta.url);
const LISTED = JSON.parse(readFileSync(new URL("regular_expressions.json", import.meta.url), "utf-8")); // by the length of the longest text
const REPEATS = 10_000, TIMES = 16, MAX_RATIO = 4 * TIMES, TRIES = 6, LIMIT_MS = 20, MIN_MS = 0.5, HANGS_MS = 3_000;
const SAMPLES = [..."aZ0_ \n-.,;:/'\"()[]{}<>@#é\u0301\u00a0"];
const ENDS = ["", "\0", "\n"];

/** Yield the nodes of a syntax tree. */
function* nodes(/** @type {any} */ node) {
  if (Array.isArray(node)) for (const child of node) yield* nodes(child);
  else if (node && typeof node.type === "string") {
    yield node;
    for (const [name, child] of Object.entries(node)) if (name !== "parent" && typeof child === "object") yield* nodes(child);
  }
}

const expressions = () => {
  const files = readdirSync(SCRIPTS, { recursive: true }).map((file) => String(file).replaceAll("\\", "/")).filter((file) => file.endsWith(".js"));
  return files.sort().flatMap((file) => expressionsIn(readFileSync(new URL(file, SCRIPTS), "utf-8")).map((source) => `${file}: ${source}`));
};

/** Return the literals and the code of each call of RegExp. */
const expressionsIn = (/** @type {string} */ text) => [...nodes(parse(text, { ecmaVersion: "latest", sourceType: "module", range: true }))].flatMap((node) => {
  if (node.type === "Literal" && node.regex) return [`/${node.regex.pattern}/${node.regex.flags}`];
  const isMade = ["NewExpression", "CallExpression"].includes(node.type) && node.callee.name === "RegExp";
  return isMade ? [text.slice(...node.range)] : [];
});

/** Return texts that match a part of an expression, the most common one first. @returns {string[]} */
const samples = (/** @type {any} */ part) => {
  if (part.type === "Character") return [String.fromCodePoint(part.value)];
  if (["CharacterClass", "CharacterSet"].includes(part.type)) {
    const pattern = new RegExp(`^(?:${part.raw})$`, "u");
    return SAMPLES.filter((sign) => pattern.test(sign)).slice(0, 3);
  }
  if (part.type === "Quantifier") return [sampleOf([part.element]).repeat(Math.max(1, Math.min(part.min, 64)))];
  if (part.alternatives) return part.alternatives.map((/** @type {any} */ each) => sampleOf(each.elements)).slice(0, 3);
  return [""];
};
const sampleOf = (/** @type {any[]} */ parts) => parts.map((part) => samples(part)[0] ?? "").join("");

/** Return pairs of a start and a repeated part. @returns {[string, string][]} */
const repeats = (/** @type {RegExp} */ expression) => {
  const tree = new RegExpParser().parsePattern(expression.source, 0, expression.source.length, { unicode: expression.unicode });
  const singles = new Set(), /** @type {Map<string, [string, string]>} */ pairs = new Map();
  const add = (/** @type {string} */ start, /** @type {string} */ part) => part && pairs.set(`${start}\0${part}`, [start, part]);
  for (const { type, elements } of nodes([...tree.alternatives])) if (type === "Alternative") elements.forEach((/** @type {any} */ part, /** @type {number} */ at) => {
    const start = sampleOf(elements.slice(0, at)), whole = sampleOf(elements);
    for (const text of samples(part)) {
      add(start, text);
      add("", text);
      if ([...text].length === 1) singles.add(text);
    }
    add("", whole);
    add("", whole.slice(0, -1));
  });
  for (const node of nodes([...tree.alternatives])) for (const text of samples(node)) if ([...text].length === 1) singles.add(text);
  const characters = [...singles].slice(0, 8);
  for (const first of characters) for (const second of characters) add("", first + second);
  return [...pairs.values()];
};

const cpu = () => { const { user, system } = cpuUsage(); return (user + system) / 1000; };
const use = new vm.Script("expression.lastIndex = 0; expression.test(text); text.replace(expression, '')");

/** Return the processor time for a text in milliseconds. */
const timeOf = (/** @type {RegExp} */ expression, /** @type {string} */ text) => {
  const context = vm.createContext({ expression, text }), began = cpu();
  use.runInContext(context, { timeout: HANGS_MS });
  return cpu() - began;
};

/** Return a description of a slow expression, or null if it is fast. @returns {string | null} */
const slowness = (/** @type {RegExp} */ expression, /** @type {number} */ longest) => {
  const all = new RegExp(expression.source, expression.flags.includes("g") ? expression.flags : `${expression.flags}g`);
  for (const [start, part] of repeats(expression)) for (const end of ENDS) {
    const make = (/** @type {number} */ length) => start + part.repeat(Math.max(1, Math.min(REPEATS, (length - start.length) / part.length))) + end;
    let short = Infinity, long = Infinity;
    for (let tries = 0; tries < TRIES; tries++) {
      try { long = Math.min(long, timeOf(all, make(longest))); } catch { return `hangs at ${JSON.stringify(make(30))}`; }
      if (long < MIN_MS) break;
      short = Math.min(short, timeOf(all, make(longest / TIMES)));
      if (long < LIMIT_MS && long <= MAX_RATIO * Math.max(short, MIN_MS / TIMES)) break;
    }
    if (long >= LIMIT_MS || (long >= MIN_MS && long > MAX_RATIO * Math.max(short, MIN_MS / TIMES))) return `${long} ms at ${JSON.stringify(make(30))}`;
  }
  return null;
};

const literal = (/** @type {string} */ source) => {
  const end = source.lastIndexOf("/");
  return new RegExp(source.slice(1, end), source.slice(end + 1));
};

test("every expression is in the list", () => {
  assert.deepEqual(Object.values(LISTED).flat().sort(), [...new Set(expressions())].sort());
});

test("the time of an expression is proportional to its text", () => {
  for (const [longest, sources] of Object.entries(LISTED)) for (const source of sources) {
    const pattern = source.slice(source.indexOf(": ") + 2);
    if (pattern.startsWith("/")) assert.equal(slowness(literal(pattern), Number(longest)), null, source);
  }
});

test("a slow expression is found", () => {
  for (const slow of [/(a+)+$/, /(?:x*y?)*z/, /[ \t]*\n\s*x/, /\s+$/, /^(\w+\s?)*$/]) assert.notEqual(slowness(slow, 4_000), null, String(slow));
});

test("expressions are found everywhere in the code", () => {
  assert.deepEqual(expressionsIn("const a = /x+/u; f(`${b.replace(/y/g, '')}`); new RegExp(a); // /no/"), ["/x+/u", "/y/g", "new RegExp(a)"]);
});
