/* Shapes that the pages share. Global, so that JSDoc can use them without an import. */

/* Pages, which are what their templates are given. */
type SearchView = import("./search/page.js").SearchPage;
type OperationsView = import("./operations/page.js").OperationsPage;
type IntakeView = import("./intake/page.js").IntakePage;
type HandoverView = import("./handover/page.js").HandoverPage;
type HistoryView = import("./history/page.js").HistoryPage;
type ReplayView = import("./replay/page.js").ReplayPage;
type UnansweredView = import("./unanswered/page.js").UnansweredPage;
type UnseenView = import("./unseen/page.js").UnseenPage;
type DisplaysView = import("./displays/page.js").DisplaysPage;

/** A form over an entity, or over nothing yet (forms/form.js). */
interface Form {
  readonly key: string;
  readonly entity: any;
  readonly command: any;
  readonly dirty: boolean;
  errors: Record<string, any>;
  problem: any;
  value(path: string): any;
  raw(path: string): any;
  isMine(path: string): boolean;
  [member: string]: any;
}

/** A hit of the find box. */
interface Hit {
  id: string;
  kind: string;
  board: string;
  card: any;
  [field: string]: any;
}

/** A command of the palette or a shortcut; `may` names the right that it needs, `run` returns false if it did not handle the key. */
interface PageCommand {
  id: string;
  title: string;
  run: () => unknown;
  [field: string]: any;
}

/** Commands of a page, for shortcuts and the palette. */
interface PageCommands {
  page: string;
  /** Return those that are permitted; of a card, the one that is focused at an element. */
  commands(at: Element | null): PageCommand[];
  /** Return what only another role may do here. */
  others?(): PageCommand[];
  /** Return the entities to go to. */
  destinations?(): PageCommand[];
  /** Return whether this person has a right; without it, none is needed here. */
  may?(right: string | undefined): boolean;
  /** Draw at once, as the next key may be meant for what opens. */
  settle?(): void;
}

/** What a form or an action sends, and where it stood. */
interface Position {
  seq?: number | null;
  base?: number | null;
  epoch?: string | null;
}

/** An option of a combobox. */
interface ComboboxOption {
  key: string;
  text: string;
  more: string;
  [field: string]: any;
}
