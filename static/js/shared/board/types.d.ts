/* Types of a search's board: the data and the interfaces of its templates. Global, so that JSDoc can use them without
   an import. */

type CardHistory = import("./card/card_history.js").CardHistory;

/** A board, live or past (replay/past_board.js). */
interface AnyBoard {
  readonly id: string;
  readonly badges: Map<string, ChangeBadge>;
  readonly presence: { count?: number; people: PresentPerson[] };
  readonly pending: readonly PendingCommand[];
  get(id: string): Entity | undefined;
  of(kind: Kind): Entity[];
}

/** Entity with the effect of pending commands; `pending` is the last of them. */
interface PendingEntity<S> extends Entity<S> {
  pending?: PendingCommand;
}

type SearchEntity = PendingEntity<SearchState>;
type NoteEntity = PendingEntity<NoteState>;

/** Column with its cards, sorted by rank; in “New”, urgent sightings are first. */
interface ColumnEntity extends Entity<ColumnState> {
  cards: Card[];
}

/** Data for the templates of a board: its entities, sorted into columns and notes. `search` is null until the board is loaded. */
interface BoardViewModel<S = SearchEntity | null> {
  search: S;
  columns: ColumnEntity[];
  byId: Map<string, Card>;
  withdrawn: Card[];
  /** By card, null for notes of the search; newest first. */
  notes: Map<string | null, NoteEntity[]>;
  /** Not withdrawn; by note or card, null for files of the search itself; oldest first. */
  files: Map<string | null, Entity[]>;
  /** States of open alarms, by subject id. */
  alarms: Map<string, State>;
  promiseOfQueues: State | undefined; // about all late sightings
}

/** Files that wait until the hint is accepted; null if they are chosen afterwards. */
interface HeldFiles {
  key: string;
  target: UploadTarget;
  files: File[] | null;
  camera: boolean;
}

/** Requirements of shared/files/adding.js on its page. */
interface AddingHost {
  account(): string;
  mayAdd(): boolean;
  send(target: UploadTarget, files: File[]): void;
  focus(selector: string): void;
  /** Runs when the hint disappears. */
  left?(): void;
  draw(): void;
}

/** Actions of a page for strips of files. */
interface FileActions {
  readonly heldFiles: HeldFiles | null;
  choose(target: UploadTarget, event: Event, camera?: boolean): void;
  chosen(target: UploadTarget, event: ControlEvent): void;
  agreed(event: Event): void;
  cancelHeld(): void;
  open(file: string): void;
  foundIn(file: string): FoundInPicture | null;
  foundUsed(file: string, part?: "taken_at" | "place"): void;
}

/** Dragged card, and the column from which it was taken. */
interface HeldCard {
  id: string;
  column: string;
}

/** Visible notes of a card (null: of the search), and the number of notes that arrived while the log was being read. */
interface NotesOnScreen {
  split(notes: NoteEntity[], card: string | null): { shown: NoteEntity[]; waiting: number };
  show(card: string | null): void;
}

interface CardBadges {
  today: string;
  drafts: Set<string>;
  faces: Map<string, AvatarPerson[]>;
  noteBadges: Map<string, ChangeBadge>;
  changed: string[];
  overdue: number;
  /** Number of ungraded sightings. */
  ungraded: number;
  isOverdue(card: Entity): boolean;
  isShown(card: Card): boolean;
}

/** Column with the cards that pass the filter. */
interface ShownColumn {
  column: ColumnEntity;
  cards: Card[];
}

/** Open items of a search, which need confirmation to close it. */
interface OpenItems {
  family: boolean;
  police: boolean;
  tasks: Card[];
  sightings: Card[];
  toPassOn: Card[];
  recipients: Entity[];
  any: boolean;
}

/** Revealed source of a sighting, or the reason for a failure. */
type SourceReading = Partial<Source> & { problem?: string };

/** Details of a contact, or the reason for a failure. */
type ContactReading = Partial<ContactBody> & { problem?: string };

/** Talk with a child, or the reason for a failure. */
type TalkReading = Partial<Talk> & { problem?: string };

/** Talks of a search, and after the earlier disappearances of its child. */
interface OpenTalks {
  readonly problem: string | null;
  readonly earlier: EarlierTalk[] | null;
  open(isKept: boolean): void;
  readEarlier(): void;
}

/** The contact whose details are shown, at most one. */
interface OpenContact {
  readonly open: string | null;
  details(id: string): ContactReading | undefined;
  show(id: string): void;
  close(): void;
  withdraw(id: string): void;
}

/**
 * Event in the history of a card. `holds`: no later event changed any of its fields.
 */
interface CardHistoryEntry {
  event: BoardEvent;
  changes: FieldChange[];
  /** State before the event. */
  before: AnyState | null;
  holds: boolean;
}

/** One button of a choice: its code, its text, and its full meaning as `title`. */
interface ChoiceButton {
  code: string;
  text: string;
  mark?: import("../../../vendor/lit-html/lit-html.js").TemplateResult;
  title?: string;
}

/** Data that a card shows besides its entity. */
interface ShownCard {
  badge: ChangeBadge | undefined;
  people: AvatarPerson[];
  assignee: string | null;
  /** Sentence about the owner, if there is an alarm. */
  owner: string | null;
  /** State of its alarm. */
  alarm?: State;
  isDone: boolean;
  isLate: boolean;
  /** Its first picture. */
  picture: Entity | null;
  /** Sightings that cannot both be true with it. */
  contradiction?: ContradictingCard;
}

/** Presentation of a kind of card besides its declared fields. */
interface CardLook {
  /** Render the mark after the card's name. */
  mark(entity: Card): Drawn;
  /** Render the lines below the card's title, at most two. */
  says(entity: Card, shown: ShownCard, view: BoardView): Drawn[];
  /** Result, before the assignee; for finished cards, `says` contains it. */
  result(state: State, isDone: boolean): Drawn;
  isRuledOut(state: State): boolean;
  isStruck(state: State): boolean;
  /** Render the times in the panel, and the parts before and after the facts. */
  times(entity: Card): [string | null, string][];
  work(entity: Card, view: BoardView): Drawn;
  end(entity: Card, view: BoardView): Drawn;
  /** Fields that are not among the facts. */
  apart: string[];
  /** Fields that this person may not edit. */
  withheld(entity: Card, view: LiveBoardView): string[];
}

/** View of a form outside of a board. */
interface FormView {
  readonly session: Session;
  /** Closed searches of the typed name. */
  readonly earlierSearches?: import("./search/earlier_searches.js").EarlierSearches;
  draw(): void;
}

/** Data for the templates of a board, live or past. */
interface BoardReading {
  readonly session: Session;
  readonly board: AnyBoard;
  readonly model: BoardViewModel<SearchEntity>;
  readonly ui: { card: string | null; column: string | null; view: BoardViewName };
  readonly authors: { get(note: string): string | undefined };
  readonly lastBadge: Map<string, ChangeBadge>;
  readonly sources: Map<string, SourceReading>;
  readonly contradictions: Pick<import("../contradictions.js").Contradictions, "of" | "pairs">;
  readonly comparisons: Pick<import("../comparisons.js").Comparisons, "of">;
  readonly reaches: Pick<import("../reach.js").Reaches, "of" | "means" | "textOf" | "lastSeen">;
  readonly marks: Pick<CardBadges, "today" | "drafts" | "noteBadges" | "isShown" | "isOverdue">;
  readonly drawn: boolean;
  readonly pictured: boolean;
  /** Latest significant events, newest first; null if they are not shown. */
  readonly happened: BoardEvent[] | null;
  readonly undo: { may(event: BoardEvent): boolean; undo(event: BoardEvent): void };
  path(card: string): string;
  open(event: MouseEvent, card: string): void;
  badgeOf(id: string): ChangeBadge | undefined;
  presentOn(card: string): AvatarPerson[];
  notesOf(card: string | null): NoteEntity[];
  readonly newNotes: NotesOnScreen;
  historyOf(id: string): CardHistory;
  isDone(column: string): boolean;
}

interface ReadingActions {
  close(): void;
  log(): void;
  showColumn(column: string): void;
  readHistory(history: CardHistory): void;
}

interface EditingActions extends ReadingActions {
  dialog(name: string, more?: { entity?: string; over?: string }): void;
  move(card: string): void;
  edit(kind: Kind, card: string): void;
  stopEditing(kind: Kind, card: string): void;
  seen(id: string): void;
  command(name: string, data: PendingCommand["data"]): void;
  setStatus(status: string): void;
  readSource(sighting: string): void;
}

interface LiveBoardView extends BoardReading {
  readonly past?: undefined;
  readonly mayRead: boolean;
  readonly mayExport: boolean;
  readonly mayNote: boolean;
  readonly mayEdit: boolean;
  readonly mayGoal: boolean;
  readonly mayLead: boolean;
  readonly similar: { of(entity: Card): SimilarSighting[] };
  readonly focus: { field(selector: string): void };
  /** `reach`: sighting whose reach is open. */
  readonly ui: BoardReading["ui"] & { editing: Set<string>; reach: string | null };
  readonly forms: { get(kind: string, entity?: string | null): Form };
  readonly act: EditingActions;
  readonly files: FileActions;
  readonly contacts: OpenContact;
  /** Searches linked to this one, with names. */
  readonly linked: import("../linked_searches.js").LinkedSearches;
  readonly talks: OpenTalks;
  /** Posters and campaign: opened from the appeal. */
  readonly campaign: { open(): void };
  /** Cards that have left the board. */
  readonly left: import("./card/left_card.js").LeftCards;
  /** This view, for controls whose choice is sent immediately. */
  readonly sendingAtOnce: LiveBoardView;
  /** Open the next waiting sighting; null if no list is shown. */
  readonly next: (() => void) | null;
  submit(form: Form): void;
  draw(): void;
}

/** View of a past board for the same templates. It is read-only: each `may…` is false. */
interface PastBoardView extends BoardReading {
  readonly past: true;
  readonly board: AnyBoard & { readonly seq: number | null };
  /** Shown moment, in milliseconds since 1970. */
  readonly moment: number;
  readonly mayRead: false;
  readonly mayNote: false;
  readonly mayEdit: false;
  readonly mayLead: false;
  readonly files?: undefined;
  readonly linked?: undefined;
  readonly act: ReadingActions;
}

type BoardView = LiveBoardView | PastBoardView;

/** Data for the child's header. On a page of a search without a board, it is read-only. */
type HeaderView =
  | LiveBoardView
  | (Pick<PastBoardView, "past" | "session" | "path" | "open" | "mayLead" | "happened"> & {
      readonly board: AnyBoard;
      readonly files?: undefined;
      readonly linked?: undefined;
      readonly model: Pick<PastBoardView["model"], "search" | "byId">;
    });
