/* A few rules: common mistakes, and decisions of this project. Layout is not checked. */

const TARGETS = "window document navigator location history performance crypto innerWidth innerHeight scrollX scrollY devicePixelRatio";
const FUNCTIONS = "fetch setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone requestAnimationFrame"
  + " alert focus cancelAnimationFrame matchMedia getComputedStyle getSelection addEventListener removeEventListener scrollTo scrollBy print atob btoa reportError";
const STORAGE = "localStorage sessionStorage indexedDB";
const CLASSES = "AbortController AbortSignal AudioContext BroadcastChannel Blob CSS CustomEvent DOMException DOMParser Element Event"
  + " EventTarget FormData GainNode Headers HTMLElement HTMLInputElement HTMLTextAreaElement HTMLSelectElement IDBKeyRange IntersectionObserver"
  + " KeyboardEvent MutationObserver Node Notification OscillatorNode RadioNodeList ResizeObserver Response TextDecoder TextEncoder URL URLSearchParams WebSocket";

const browser = globals(`${TARGETS} ${FUNCTIONS} ${STORAGE} ${CLASSES}`);

const PROJECT_RULES = [
  { selector: "CallExpression[callee.name='alert'], CallExpression[callee.name='confirm'], CallExpression[callee.name='prompt']",
    message: "It blocks the page and its heartbeat. Open a dialog." },
  { selector: "AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]",
    message: "Text that becomes markup may contain scripts. Use a lit-html template." },
  { selector: "MemberExpression[property.name=/^(insertAdjacentHTML|unsafeHTML)$/]",
    message: "Text that becomes markup may contain scripts. Use a lit-html template." },
  { selector: "MemberExpression[object.name='document'][property.name='cookie']",
    message: "Cookies belong to the server. Scripts read none." },
];

export default [
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "error",
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "eqeqeq": ["error", "always", { null: "ignore" }],
      "prefer-const": ["error", { destructuring: "all" }],
      "no-var": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", ...PROJECT_RULES],
      "no-const-assign": "error",
      "no-dupe-args": "error",
      "no-dupe-class-members": "error",
      "no-dupe-keys": "error",
      "no-duplicate-case": "error",
      "no-duplicate-imports": "error",
      "no-fallthrough": "error",
      "no-import-assign": "error",
      "no-self-assign": "error",
      "no-self-compare": "error",
      "no-shadow-restricted-names": "error",
      "no-unreachable": "error",
      "no-unsafe-finally": "error",
      "no-unsafe-optional-chaining": "error",
      "no-useless-catch": "error",
      "use-isnan": "error",
      "valid-typeof": "error",
    },
  },
  {
    files: ["tests/js/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals("setTimeout setImmediate structuredClone Blob AbortController Response URLSearchParams performance btoa crypto") },
    rules: { "no-undef": "error", "no-unused-vars": "error", "eqeqeq": "error", "prefer-const": "error" },
  },
];

function globals(names) {
  return Object.fromEntries(names.split(" ").map(name => [name, "readonly"]));
}
