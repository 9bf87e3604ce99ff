"""The pen: what a command's handler writes with. Rows and journal change together or not at all, and in one way only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session

from board.engine import access, journal, program_accounts, unit_of_work
from board.engine.event import JournalEvent
from board.errors import Refused, invalid, not_found
from board.fields import Data, apply_patch, validate_patch_alone
from board.i18n import N_, say
from board.predefined_tasks import TaskCatalogue, default_catalogue
from models.accounts import Account
from models.board import Board
from models.display import WALL
from models.entity import Entity, State, changed_paths, flatten
from models.handover import Briefing, Handover, SearchHandover, Shift
from models.search import Search
from realtime.protocol import Command

E = TypeVar("E", bound=Entity)

MAX_ENTITIES = 10_000  # on one board, says the contract
RESERVED_ENTITIES = 1_000  # beyond that, for what a status or an opening brings along: it is not refused because a board is full
NEARLY_FULL = 0.8  # of a board: from then on its people are told
# One for each board or search. Else a desk that has handed over so many searches could not even hand its shift over. Nor do
# searches count on `operations`: each has a board of its own, and one must always be opened.
UNCOUNTED = (Briefing, SearchHandover, Handover, Shift)


@dataclass(frozen=True, slots=True)
class Change:
    """An event of an entity that is there after it, with its state before and after; `fields` are not what they were."""

    event: JournalEvent
    before: State
    after: State
    fields: list[str]
    reason: str | None


@dataclass
class EventWriter:
    """One command in one transaction: `board` is its board, whose row is locked, `operations` the board that a command on
    a search also writes to, `now` the time of all that it writes."""

    session: Session
    account: Account | None  # None: the server by itself
    command: Command
    board: Board
    operations: Board | None
    now: str
    task_catalogue: TaskCatalogue = field(default_factory=default_catalogue)
    events: list[JournalEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    opened_search: str | None = None
    created_boards: list[Board] = field(default_factory=list)  # boards that the command made
    visibility_changed_for: set[str] = field(default_factory=set)  # accounts that gained or lost sight of the search
    is_nearly_full: bool = False  # whether the board has just come to the part of its entities at which its people are told

    @property
    def _account_id(self) -> str | None:
        return self.account.id if self.account else None

    @property
    def account_id(self) -> str:
        """The account that gives the command: of commands that the server never gives by itself."""
        assert self.account is not None
        return self.account.id

    def find(self, model: type[E], id: str, name: str) -> E:
        """The entity of this board by that id. Raises Refused `not_found` for the field `name`."""
        row = unit_of_work.get(self.session, model, id)
        if row is None or row.board != self.board.id:
            raise not_found(name)
        return row

    def find_patched(self, model: type[E], id: str, name: str, fields: type[Data], patch: State, blank: State) -> tuple[E, State]:
        """The entity by that id, and its fields after a merge patch. What is invalid whatever the entity is (judged on
        `blank`) is refused before an id that is not found."""
        row = unit_of_work.get(self.session, model, id)
        if row is None or row.board != self.board.id:
            validate_patch_alone(fields, blank, patch)
            raise not_found(name)
        return row, apply_patch(fields, {field: getattr(row, field) for field in fields.model_fields}, patch)

    def require_account(self, id: str | None, name: str) -> None:
        """Makes sure that an account named in a field is there. Raises Refused `not_found`."""
        if id is not None and unit_of_work.get(self.session, Account, id) is None:
            raise not_found(name)

    def require_person(self, id: str | None, name: str) -> None:
        """Makes sure that an account named in a field is there, and that somebody uses it. Raises Refused `not_found` or
        `invalid`."""
        self.require_account(id, name)
        if id is not None and program_accounts.program_accounts_among(self.session, [id]):
            raise invalid(name, N_("This is the account of a program: nobody would see it there."))

    def next_card_number(self) -> int:
        """The next number of a card on this board; both kinds of card share them, and none is given twice."""
        unit_of_work.current(self.session).changes += 1
        self.board.cards += 1
        return self.board.cards

    def switch_to_new_board(self, board: Board) -> None:
        """Goes on to a board that this command makes."""
        unit_of_work.current(self.session).changes += 1
        self.session.add(board)
        self.created_boards.append(board)
        self.board = board

    def has_room(self, reserved: bool = False) -> bool:
        """Whether one more entity may be added; `reserved`: one that comes along with what must not be refused."""
        return self.board.entities < MAX_ENTITIES + (RESERVED_ENTITIES if reserved else 0)

    def create(self, row: Entity, type: str, reason: str | None = None, reserved: bool = False) -> None:
        """A new entity. Raises Refused `too_large` on a full board."""
        state = row.state()
        if not isinstance(row, UNCOUNTED):
            if not self.has_room(reserved):
                raise Refused("too_large")
            self.board.entities += 1
            self.is_nearly_full = self.is_nearly_full or self.board.entities == int(MAX_ENTITIES * NEARLY_FULL)
        self.session.add(row)
        unit_of_work.current(self.session).track(row)
        self._append_event(row, type, state, sorted(flatten(state)), reason, before={})

    def update(
        self, row: Entity, type: str, values: State, reason: str | None = None, conflicts: bool = True,
        undoes: int | None = None, acknowledge: str | None = None,
    ) -> bool:  # fmt: skip
        """Sets columns of an entity and says so; what changes nothing says nothing. Of columns that are in no state the event
        names which were set, also where they have the same value as before: else its absence would tell the value. `undoes` is
        the seq of the event that this undoes. True if an event was written.

        Raises Refused `conflict` if somebody else changed one of the same fields since the person looked.
        """
        before = row.state()
        private = sorted(values.keys() - before.keys())
        anything = bool(private) or any(getattr(row, name) != value for name, value in values.items())
        after = before | {name: value for name, value in values.items() if name in before}
        fields = changed_paths(before, after)
        if (fields or private) and conflicts:
            self._check_conflict(row, before, fields + private)
        ours = unit_of_work.current(self.session)
        if "rank" in values:
            ours.card_left_column(before.get("column", ""), before["rank"])
        for name, value in values.items():
            setattr(row, name, value)
        ours.track(row)
        if anything:
            self._append_event(row, type, after, fields, reason, undoes, before, private, acknowledge)
        return anything

    def delete(self, row: Entity, type: str) -> None:
        """Takes an entity off the board. It changes no field: only another life of the board is a conflict."""
        state = row.state()
        self._check_epoch(state, sorted(flatten(state)))
        self.session.delete(row)
        if not isinstance(row, UNCOUNTED):
            self.board.entities -= 1
        unit_of_work.current(self.session).untrack(row)
        self._append_event(row, type, None, [], None)

    def _check_epoch(self, current: State, fields: list[str]) -> None:
        if self.command.epoch is not None and self.command.epoch != self.board.epoch:
            raise Refused(
                "conflict", fields=dict.fromkeys(fields, N_("The board was restored since you looked.")), current=current
            )

    def _check_conflict(self, row: Entity, current: State, fields: list[str]) -> None:
        self._check_epoch(current, fields)
        if self.command.base is None or row.seq <= self.command.base:
            return
        theirs = self.changed_since(row, self.command.base, but=self._account_id or "")
        clash = {name: theirs[name] for name in fields if name in theirs}
        if clash:
            raise Refused("conflict", fields=clash, current=current)

    def changed_since(self, row: Entity, seq: int, but: str | None = None) -> dict[str, str]:
        """The fields of an entity that were changed after a seq, with a sentence for each; not counting what `but` did."""
        found: dict[str, str] = {}
        for event in journal.all_entity_events(self.session, self.board.id, row.KIND, row.id, seq):
            if but is None or event.account != but:
                payload = event.payload()
                who = (payload.get("actor") or {}).get("name") or say(N_("the desk"))
                sentence = say(N_("Changed by {name} at {time}."), name=who, time=event.at)
                found |= dict.fromkeys([*payload.get("changes", ()), *payload.get("private", ())], sentence)
        return found

    def _append_event(
        self, row: Entity, type: str, state: State | None, fields: list[str], reason: str | None, undoes: int | None = None,
        before: State | None = None, private: Sequence[str] = (), acknowledge: str | None = None,
    ) -> None:  # fmt: skip
        payload: dict[str, Any] = {
            "actor": {"id": self.account.id, "name": self.account.name} if self.account else None,
            "command": self.command.id or None,
            "state": state,
            "changes": fields,
        }
        if reason is not None:
            payload["reason"] = reason
        if acknowledge is not None:
            payload["acknowledge"] = acknowledge
        if undoes is not None:
            payload["undoes"] = undoes
        if private:
            payload["private"] = private
        for board in self._boards_of(row):
            event = journal.append(self.session, board, type, row.KIND, row.id, self._account_id, self.now, payload)
            if board.id == "operations" and isinstance(row, Search):
                row.operations_seq = event.seq
            else:
                row.seq = event.seq
            self.events.append(event)
        if state is not None and before is not None:
            self.changes.append(Change(event, before, state, fields, reason))  # the last one is that of the entity's own board

    def _boards_of(self, row: Entity) -> Iterable[Board]:
        """The boards on which an entity's events are written: a search is on its own and on `operations`."""
        if not isinstance(row, Search):
            return (self.board,)
        assert self.operations is not None
        return (self.operations, self.board)

    def record_visibility_change(self, search: Search, accounts: set[str]) -> None:
        """Notes who gained or lost sight of a search by what was just said of it. How it was handed over, which goes with it, is
        said again, for those who did not see that."""
        access.record_visibility_change(self.session, search, accounts)
        self.visibility_changed_for |= accounts
        handed = unit_of_work.get(self.session, SearchHandover, search.id)
        if handed is not None and accounts - {WALL}:  # displays never do
            on, self.board = self.board, self.operations or self.board
            self._append_event(handed, "handed.set", handed.state(), [], None)
            self.board = on
