/* Parts of a page that lit-html needs while it loads, for tests without a browser. */

globalThis.document = { createTreeWalker: () => ({}), createComment: () => ({}) };
