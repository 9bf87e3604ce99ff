/* Shapes that the pages share. Global, so that JSDoc can use them without an import. */

type SearchView = import("./search/page.js").SearchView;
type OperationsView = import("./operations/page.js").OperationsView;
type IntakeView = import("./intake/page.js").IntakeView;
type HandoverView = import("./handover/page.js").HandoverView;
type HistoryView = import("./history/page.js").HistoryView;
type ReplayView = import("./replay/page.js").ReplayView;
type UnseenView = import("./unseen/page.js").UnseenView;
type DisplaysView = import("./displays/page.js").DisplaysView;

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

/** A command of the palette or a shortcut; `may` names the right that it needs. */
interface PageCommand {
  id: string;
  title: string;
  run: () => void;
  [field: string]: any;
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
