/* Types that the pages share. Global, so that JSDoc can use them without an import. */

/* Pages, as their templates receive them. */
type SearchView = import("./search/page.js").SearchPage;
type OperationsView = import("./operations/page.js").OperationsPage;
type ReportDialogView = import("./operations/report_dialog.js").ReportDialog;
type IntakeView = import("./intake/page.js").IntakePage;
type HandoverView = import("./handover/page.js").HandoverPage;
type HistoryView = import("./history/page.js").HistoryPage;
type TimelineView = import("../shared/timeline/timeline_view.js").TimelineView;
type ReplayView = import("./replay/page.js").ReplayPage;
type UnansweredView = import("./unanswered/page.js").UnansweredPage;
type UnseenView = import("./unseen/page.js").UnseenPage;
type DisplaysView = import("./displays/page.js").DisplaysPage;

/** Form for an entity that exists, or for a new one (forms/form.js). */
interface Form {
  readonly key: string;
  readonly entity: any;
  readonly command: any;
  readonly dirty: boolean;
  errors: Record<string, any>;
  problem: any;
  value(path: string): any;
  raw(path: string): any;
  isEdited(path: string): boolean;
  [member: string]: any;
}

/** Hit of the find box. */
interface Hit {
  id: string;
  kind: string;
  board: string;
  card: any;
  [field: string]: any;
}

/** Command of the palette or of a shortcut; `may` is the right that it needs, `run` returns false if it did not handle the key. */
interface PageCommand {
  id: string;
  title: string;
  run: () => unknown;
  [field: string]: any;
}

/** Commands of a page, for shortcuts and the palette. */
interface PageCommands {
  page: string;
  /** Return the permitted commands. Those about a card apply to the one that contains the focused element. */
  commands(at: Element | null): PageCommand[];
  /** Return the commands that only another role may use here. */
  others?(): PageCommand[];
  /** Return commands that go to an entity. */
  destinations?(): PageCommand[];
  /** Return true if this person has a right. Pages without this function need no rights. */
  may?(right: string | undefined): boolean;
  /** Draw immediately, because the next key may be meant for the part that opens. */
  settle?(): void;
}

/** Position of the board to which a command refers. */
interface Position {
  seq?: number | null;
  base?: number | null;
  epoch?: string | null;
}

/** Option of a combobox. */
interface ComboboxOption {
  key: string;
  text: string;
  more: string;
  [field: string]: any;
}

/** Interface of the page of the plan of duties for its editor and its import. */
interface DutyPlanView {
  readonly mayPlan: boolean;
  readonly entries: import("../core/rules/duty_plan.js").PlannedEntry[];
  readonly days: import("../core/rules/duty_plan.js").PlanDay[];
  nameOf(account: string): string;
  send(data: { entries: unknown[], remove: string[] }): Promise<unknown>;
  draw(): void;
}
