/* Shapes of behaviours. Global, so that JSDoc can use them without an import. */

/** Row of the table of shortcuts (behaviours/shortcuts.js). */
interface Shortcut {
  id: string;
  press: string;
  where: string;
  may?: string;
  describe(): string;
}

/** View of a search (behaviours/card_url.js): its columns, or details and log in their place. */
type BoardViewName = "board" | "log";

/** Where the focus was, so that it is found again after a draw recreated its element. */
interface FocusPosition {
  element: HTMLElement;
  /** Id of the card, search or board that it was in. */
  thing: string | null | undefined;
  part: string | undefined;
  panel: string | undefined;
  /** Section of a report. */
  section?: HTMLElement | null;
  neighbours: { within: HTMLElement; what: string; at: number } | null;
  column: { id: string | undefined; at: number } | null;
}

/** Where a dragged card would go: before another card, or to the end (null); `still`: nothing would change. */
interface DropTarget {
  column: string;
  before: string | null;
  element: HTMLElement;
  where: "before" | "end";
  still?: boolean;
}

interface DragCallbacks {
  /** The library is there: draw, and attach. */
  loaded(): void;
  taken(card: string, column: string): void;
  /** Where it was dropped, or null if it stays. */
  dropped(card: string, place: { column: string; before?: string } | null): void;
  showColumn(column: string): void;
}

interface SliderCallbacks {
  /** Go to a share of the track, 0 to 1. */
  to(share: number): void;
  by(steps: number): void;
  /** Steps of the large keys. */
  page: number;
  start(): void;
  end(): void;
}

/** Item of a virtual list that stays in place: its top (px) before the draw, and its index, -1 once it is gone. */
interface ListAnchor {
  key: string;
  from: number;
  at: number;
}

/** Where files may be dropped or pasted (behaviours/file_drop.js). */
interface FileTargets {
  /** Return what lies under an element, and the element to mark. */
  at(element: Element): { target: UploadTarget; element: HTMLElement } | null;
  /** Return what is open, for a paste. */
  open(): UploadTarget | null;
  add(target: UploadTarget, files: File[]): void;
}
