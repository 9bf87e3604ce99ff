/* What lit-html asks of a page when it is loaded, for modules that import it and are tested without a browser. */

globalThis.document = { createTreeWalker: () => ({}), createComment: () => ({}) };
