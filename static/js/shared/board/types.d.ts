/* Shapes of the board of a search: what its templates draw, and what they are given. Global, so that JSDoc can use them without
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

/** What the templates of a board draw: its entities, sorted into columns and notes. `search` is null until the board is read. */
interface BoardViewModel<S = SearchEntity | null> {
  search: S;
  columns: ColumnEntity[];
  byId: Map<string, Card>;
  withdrawn: Card[];
  /** By the card that they are on, null for those of the search; newest first. */
  notes: Map<string | null, NoteEntity[]>;
  /** Not withdrawn, by the note or card that they are on, null for those of the search itself; oldest first. */
  files: Map<string | null, Entity[]>;
  /** States of alarms that have not ended, by the id of what they are about. */
  alarms: Map<string, State>;
}

/** Files that wait until the hint was read; without files they are chosen then. */
interface FilesAsked {
  key: string;
  target: UploadTarget;
  files: File[] | null;
  camera: boolean;
}

/** What the adding of files needs of its page (shared/files/adding.js). */
interface AddingHost {
  account(): string;
  mayAdd(): boolean;
  send(target: UploadTarget, files: File[]): void;
  focus(selector: string): void;
  /** Called when the hint goes. */
  left?(): void;
  draw(): void;
}

/** What strips of files ask of their page. */
interface FileActions {
  readonly asked: FilesAsked | null;
  choose(target: UploadTarget, event: Event, camera?: boolean): void;
  chosen(target: UploadTarget, event: ControlEvent): void;
  agreed(event: Event): void;
  cancelAsked(): void;
  open(file: string): void;
  foundIn(file: string): FoundInPicture | null;
  foundUsed(file: string, part?: "taken_at" | "place"): void;
}

/** Card that is being dragged, and the column in which it was picked up. */
interface HeldCard {
  id: string;
  column: string;
}

/** Which notes of a card (null: of the search) are shown, and how many came while the log was read. */
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
  /** Sightings that nobody has graded. */
  ungraded: number;
  isOverdue(card: Entity): boolean;
  isShown(card: Card): boolean;
}

/** Column with those of its cards that the filter lets through. */
interface ShownColumn {
  column: ColumnEntity;
  cards: Card[];
}

/** Open items of a search, which closing it asks about. */
interface OpenItems {
  family: boolean;
  police: boolean;
  tasks: Card[];
  sightings: Card[];
  toPassOn: Card[];
  recipients: Entity[];
  any: boolean;
}

/** Source of a sighting as it was read, or why it was not. */
type SourceReading = Partial<Source> & { problem?: string };

/**
 * Event in the history of a card: `said` are its changes as they are shown, `holds` tells that no later event changed any of
 * these fields.
 */
interface CardHistoryEntry {
  event: BoardEvent;
  changes: FieldChange[];
  /** State before the event. */
  before: AnyState | null;
  holds: boolean;
}

/** One button of a choice: its code, what stands on it, and its full meaning. */
interface ChoiceButton {
  code: string;
  text: string;
  mark?: import("../../../vendor/lit-html/lit-html.js").TemplateResult;
  title?: string;
}

/** What a card shows besides its entity. */
interface ShownCard {
  badge: ChangeBadge | undefined;
  people: AvatarPerson[];
  assignee: string | null;
  /** Who has it, if there is an alarm and the name of the assignee does not say it. */
  owner: string | null;
  isDone: boolean;
  isLate: boolean;
  /** Its first picture. */
  picture: Entity | null;
}

/** What a kind of card shows besides the fields of its declaration. */
interface CardLook {
  /** At the end of the line of its name. */
  mark(entity: Card): Drawn;
  /** Lines below its title, at most two. */
  says(entity: Card, shown: ShownCard, view: BoardView): Drawn[];
  /** Before its assignee: what it turned out to be; of a card that is done, `says` tells it. */
  result(state: State, isDone: boolean): Drawn;
  isRuledOut(state: State): boolean;
  isStruck(state: State): boolean;
  /** In its panel: its times, and what stands before and after the facts. */
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
  /** Closed searches of the name that is typed. */
  readonly earlierSearches?: import("./search/earlier_searches.js").EarlierSearches;
  draw(): void;
}

/** What the templates of a board read, live or past. */
interface BoardReading {
  readonly session: Session;
  readonly board: AnyBoard;
  readonly model: BoardViewModel<SearchEntity>;
  readonly ui: { card: string | null; column: string | null; view: BoardViewName };
  readonly authors: { get(note: string): string | undefined };
  readonly lastBadge: Map<string, ChangeBadge>;
  readonly sources: Map<string, SourceReading>;
  readonly marks: Pick<CardBadges, "today" | "drafts" | "noteBadges" | "isShown" | "isOverdue">;
  readonly drawn: boolean;
  readonly pictured: boolean;
  /** Latest significant events, newest first; null where they are not shown. */
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
  readSource(sighting: string): void;
}

interface LiveBoardView extends BoardReading {
  readonly past?: undefined;
  readonly mayRead: boolean;
  readonly mayNote: boolean;
  readonly mayEdit: boolean;
  readonly mayGoal: boolean;
  readonly mayLead: boolean;
  readonly similar: { of(entity: Card): SimilarSighting[] };
  readonly focus: { field(selector: string): void };
  readonly ui: BoardReading["ui"] & { editing: Set<string> };
  readonly forms: { get(kind: string, entity?: string | null): Form };
  readonly act: EditingActions;
  readonly files: FileActions;
  /** Posters and campaign: opened from the appeal. */
  readonly campaign: { open(): void };
  /** Cards that have left the board. */
  readonly left: import("./card/left_card.js").LeftCards;
  /** This view, for controls whose choice is sent at once. */
  readonly sendingAtOnce: LiveBoardView;
  submit(form: Form): void;
  draw(): void;
}

/** The same templates draw the past: nothing can be changed there, so each `may…` tells the two views apart. */
interface PastBoardView extends BoardReading {
  readonly past: true;
  readonly mayRead: false;
  readonly mayNote: false;
  readonly mayEdit: false;
  readonly mayLead: false;
  readonly files?: undefined;
  readonly act: ReadingActions;
}

type BoardView = LiveBoardView | PastBoardView;

/** What the child's header reads, also on a page of a search that shows no board: nothing can be changed there. */
type HeaderView =
  | LiveBoardView
  | (Pick<PastBoardView, "past" | "session" | "board" | "path" | "open" | "mayLead" | "happened"> & {
      readonly files?: undefined;
      readonly model: Pick<PastBoardView["model"], "search" | "byId">;
    });
