/* Shapes of behaviours. Global, so that JSDoc can use them without an import. */

/** Row of the table of shortcuts (behaviours/shortcuts.js). */
interface Shortcut {
  id: string;
  press: string;
  where: string;
  may?: string;
  describe(): string;
}

/** View of a search (behaviours/card_url.js): its columns, or details and log. */
type BoardViewName = "board" | "log" | "map" | "timeline" | "list" | "unanswered";

/** Position of the focus, to restore it after a draw has recreated its element. */
interface FocusPosition {
  element: HTMLElement;
  /** Id of the card, search or board that contains it. */
  thing: string | null | undefined;
  part: string | undefined;
  panel: string | undefined;
  /** Section of a report. */
  section?: HTMLElement | null;
  neighbours: { within: HTMLElement; what: string; at: number } | null;
  column: { id: string | undefined; at: number } | null;
}

/** Target of a dragged card: before another card, or at the end (null); `still`: the position would not change. */
interface DropTarget {
  column: string;
  before: string | null;
  element: HTMLElement;
  where: "before" | "end";
  still?: boolean;
}

interface DragCallbacks {
  /** Draw and attach: the library is loaded. */
  loaded(): void;
  taken(card: string, column: string): void;
  /** `place`: new position, or null if the card stays. */
  dropped(card: string, place: { column: string; before?: string } | null): void;
  showColumn(column: string): void;
}

interface SliderCallbacks {
  /** Go to a fraction of the track, 0 to 1. */
  to(fraction: number): void;
  by(steps: number): void;
  /** Number of steps of Page up and Page down. */
  page: number;
  start(): void;
  end(): void;
}

/** Item of a virtual list that stays in place: its top (px) before the draw, and its index, -1 if it is gone. */
interface ListAnchor {
  key: string;
  from: number;
  at: number;
}

/** Targets for dropped and pasted files (behaviours/file_drop.js). */
interface FileTargets {
  /** Return the target at an element, and the element to mark. */
  at(element: Element): { target: UploadTarget; element: HTMLElement } | null;
  /** Return the open target, for a paste. */
  open(): UploadTarget | null;
  add(target: UploadTarget, files: File[]): void;
}
