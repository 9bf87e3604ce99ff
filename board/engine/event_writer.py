"""EventWriter: changes data for command handlers, and stores each row change and its journal event in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar, cast

from sqlmodel import Session

from board.config import sentences
from board.config.alarm_rules import AlarmRules, load_rules
from board.config.board_shares import BoardShares, load_board_shares
from board.config.predefined_tasks import TaskCatalogue, load_catalogue
from board.engine import board_limits, journal, kinds, program_accounts, unit_of_work
from board.engine.board_limits import BoardLimits
from board.engine.event import JournalEvent
from board.engine.kinds import Kind
from board.engine.merge_patch import apply_patch, validate_patch_alone
from board.engine.unit_of_work import UnitOfWork
from board.errors import Refused, invalid, not_found
from board.i18n import N_, Moment, message
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.db import rows
from models.entity import CountedEntity, Entity, State, changed_paths, flatten
from models.fields import Data
from realtime.wire.protocol import Command, ShareUse

E = TypeVar("E", bound=Entity)


class Change(NamedTuple):
    """Event of an entity that still exists, with the entity's kind, its states before and after, and the changed fields."""

    event: JournalEvent
    kind: Kind
    before: State
    after: State
    fields: list[str]
    reason: str | None


class TipAudience(NamedTuple):
    """Audience of a tip from the event `seq` of `operations` on. `changed_for`: accounts that gained or lost access to it."""

    tip: str
    access: str
    members: tuple[str, ...]
    changed_for: frozenset[str]
    seq: int


@dataclass(slots=True)
class WrittenChanges:
    """Changes that a command has written so far.

    - `other_boards`: boards that it wrote to besides its own.
    - `visibility_changed_for`: accounts that gained or lost access to the search.
    - `tips`: tips whose audience changed.
    - `nearly_full`: the board, if the command brought it to NEARLY_FULL.
    - `share`: the author's share of the board, if it is nearly used.
    """

    events: list[JournalEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    created_boards: list[Board] = field(default_factory=list)
    other_boards: list[Board] = field(default_factory=list)
    visibility_changed_for: set[str] = field(default_factory=set)
    tips: list[TipAudience] = field(default_factory=list)
    nearly_full: Board | None = None
    share: ShareUse | None = None


@dataclass(slots=True)
class EventWriter:
    """Writer of one command's changes to a locked board, in one transaction. `operations`: the second board, for commands on a
    search. `now`: time of all written rows and events. `limit`: boards to which the caller is limited, None for all."""

    session: Session
    account: Account | None  # None: the server itself
    command: Command
    board: Board
    operations: Board | None
    now: str
    task_catalogue: TaskCatalogue = field(default_factory=load_catalogue)
    alarm_rules: AlarmRules = field(default_factory=load_rules)
    token: str | None = None  # id of the token that sent the command
    shares: BoardShares = field(default_factory=load_board_shares)
    token_name: str | None = None
    limit: frozenset[str] | None = None
    result: WrittenChanges = field(default_factory=WrittenChanges)
    unit: UnitOfWork = field(init=False)

    def __post_init__(self) -> None:
        self.unit = unit_of_work.current(self.session)

    @property
    def _account_id(self) -> str | None:
        return self.account.id if self.account else None

    @property
    def _event_time(self) -> str:
        """Time of the next event: never earlier than the board's last event."""
        return max(self.now, self.board.at)

    @property
    def account_id(self) -> str:
        """Id of the account that sent the command. Not for commands that the server can run itself."""
        assert self.account is not None
        return self.account.id

    def find(self, model: type[E], id: str, name: str) -> E:
        """Return the entity with this id on this board. Raises Refused `not_found`, for the field `name`, if there is none."""
        row = self.unit.entities.get(model, id)
        if row is None or row.board != self.board.id:
            raise not_found(name)
        return row

    def find_patched(self, model: type[E], id: str, name: str, fields: type[Data], patch: State, blank: State) -> tuple[E, State]:
        """Return the entity with this id, and its fields after a merge patch. A patch that is invalid for any entity (validated
        against `blank`) is refused before an unknown id."""
        row = self.unit.entities.get(model, id)
        if row is None or row.board != self.board.id:
            validate_patch_alone(fields, blank, patch)
            raise not_found(name)
        return row, apply_patch(fields, rows.values_of(row, fields.model_fields), patch)

    def require_account(self, id: str | None, name: str) -> None:
        """Check that an account exists. Raises Refused `not_found`, for the field `name`, if it does not."""
        if id is not None and self.unit.entities.get(Account, id) is None:
            raise not_found(name)

    def require_person(self, id: str | None, name: str) -> None:
        """Check that an account exists and belongs to a person. Raises Refused, for the field `name`: `not_found` if it does not
        exist, `invalid` if it belongs to a program."""
        self.require_account(id, name)
        if id is not None and program_accounts.program_accounts_among(self.session, [id]):
            raise invalid(name, N_("This account belongs to a program, so nobody would see it."))

    def next_card_number(self) -> int:
        """Return the next card number of this board. Sightings and tasks share the numbers; no number is reused."""
        self.unit.changes += 1
        rows.set_columns(self.board, {"cards": self.board.cards + 1})
        return self.board.cards

    def on_new_board(self, board: Board) -> "EventWriter":
        """Add a new board. Return its writer, with the board of this writer as `operations`."""
        self.unit.changes += 1
        self.unit.boards.add(board)
        self.result.created_boards.append(board)
        return replace(self, board=board, operations=self.board)

    def on_search(self, board: Board) -> "EventWriter":
        """Return the writer for a search's locked board, for a command on `operations` that also writes there."""
        self.result.other_boards.append(board)
        return replace(self, board=board, operations=self.board)

    def beside(self, board: Board) -> "EventWriter":
        """Return the writer for the board of another search, for a command that has locked both, and `operations` before them."""
        self.result.other_boards.append(board)
        return replace(self, board=board, operations=self.operations or self.board)

    def has_room(self, reserved: bool = False) -> bool:
        """Return whether one more entity fits on the board. `reserved`: whether a status change or an opening adds it."""
        return self._limits.has_room(reserved)

    @property
    def _limits(self) -> BoardLimits:
        return BoardLimits(self.session, self.board, self.account, self.token, self.shares)

    def _take(self, row: Entity, reserved: bool = False) -> None:
        """Count an entity that is added to the board. Raises Refused `too_large` if it does not fit."""
        self.result.share = self._limits.take(row, reserved) or self.result.share
        if self.board.entities == int(board_limits.MAX_ENTITIES * board_limits.NEARLY_FULL):
            self.result.nearly_full = self.board

    def create(self, row: Entity, type: str, reason: str | None = None, reserved: bool = False) -> None:
        """Add an entity and its event. Raises Refused `too_large` if the board or the share is full."""
        kind = kinds.of(row)
        if kind.derived:
            rows.set_columns(row, kind.derive({}, row.state(), self._event_time))
        state = row.state()
        if kind.counted:
            self._take(row, reserved)
        self.unit.entities.add(row)
        self._append_event(row, type, state, sorted(flatten(state)), reason, before={})

    def update(
        self, row: Entity, type: str, values: State, reason: str | None = None, conflicts: bool = True,
        undoes: int | None = None, acknowledge: str | None = None,
    ) -> bool:  # fmt: skip
        """Set columns of an entity and write the event. Return False, and write nothing, if nothing changes.

        The event names every column outside the state that is set, even to the same value: an omission would disclose that the
        value is the same. Derived fields are updated too, and never conflict. `undoes`: seq of the event that this event undoes.

        Raises Refused `conflict` if another account changed one of the same fields after the command's base.
        """
        before, kind = row.state(), kinds.of(row)
        private = sorted(values.keys() - before.keys())
        if kind.derived:
            values = values | kind.derive(before, before | values, self._event_time)
        former = rows.values_of(row, values)
        values = {name: value for name, value in values.items() if former[name] != value}
        is_change = bool(private or values)
        changed = {name: value for name, value in values.items() if name in before}
        after = before | changed
        fields = changed_paths({name: before[name] for name in changed}, changed)
        if (fields or private) and conflicts:
            self._check_conflict(row, before, [*(name for name in fields if not kind.is_derived(name)), *private])
        if is_change:
            self._bring_back(row)
        if values:
            self.unit.entities.set(row, values)
        if is_change:
            self._append_event(row, type, after, fields, reason, undoes, before, private, acknowledge)
        return is_change

    def bring_back(self, row: CountedEntity, type: str, values: State) -> None:
        """Return an archived entity to the board, and set these columns. Raises Refused `too_large` if it does not fit."""
        before = row.state()
        changed = {name: value for name, value in values.items() if before[name] != value}
        self._bring_back(row)
        if changed:
            self.unit.entities.set(row, changed)
        self._append_event(row, type, row.state(), sorted(changed), None, before=before)

    def _bring_back(self, row: Entity) -> None:
        if isinstance(row, CountedEntity) and row.archived_at is not None:
            self._take(row)
            columns: State = {"archived_at": None, "share_account": row.share_account, "share_token": row.share_token}
            self.unit.entities.set_position(row, columns)

    def set_hidden(self, row: Entity, values: State) -> None:
        """Set columns outside the state, without an event."""
        self.unit.entities.set(row, values)

    def delete(self, row: Entity, type: str) -> None:
        """Delete an entity, even if others changed it. Raises Refused `conflict` if the command is from another epoch."""
        state = row.state()
        self._check_epoch(state, sorted(flatten(state)))
        if kinds.of(row).counted:
            self._limits.give_back(row)
        self.unit.entities.remove(row)
        self._append_event(row, type, None, [], None)

    def archive(self, row: Entity, type: str, after_days: int) -> None:
        """Archive an entity: remove it from this writer's board, but not from the journal. Its next event there restores it."""
        self._append_event(row, type, None, [], None, boards=(self.board,), after_days=after_days)
        if isinstance(row, CountedEntity):
            self._limits.give_back(row)
        self.unit.entities.set(row, {"archived_at": self.board.at})

    def repeat_state(self, row: Entity, type: str) -> None:
        """Write an event with the unchanged state of an entity, for accounts that could not see it before."""
        self._append_event(row, type, row.state(), [], None)

    def _check_epoch(self, current: State, fields: list[str]) -> None:
        if self.command.epoch is not None and self.command.epoch != self.board.epoch:
            raise Refused(
                "conflict",
                fields=dict.fromkeys(fields, N_("The board was restored from a backup in the meantime. Reload the page.")),
                current=current,
            )

    def _check_conflict(self, row: Entity, current: State, fields: list[str]) -> None:
        self._check_epoch(current, fields)
        if self.command.base is None or row.seq <= self.command.base:
            return
        changed = self.changed_since(row, self.command.base, except_account=self._account_id or "")
        conflicts = {name: changed[name] for name in fields if name in changed}
        if conflicts:
            raise Refused("conflict", fields=conflicts, current=current)

    def changed_since(self, row: Entity, seq: int, except_account: str | None = None) -> dict[str, str]:
        """Return a sentence for people, by field, for each field of an entity that changed after `seq`. Ignores changes by
        `except_account`."""
        texts: dict[str, str] = {}
        for event in journal.all_entity_events(self.session, self.board.id, row.KIND, row.id, seq):
            if except_account is None or event.account != except_account:
                payload = event.payload()
                name = (payload.get("actor") or {}).get("name") or message(sentences.PROGRAM)
                sentence = message(N_("Changed by {name} at {time}."), name=name, time=Moment(event.at))
                texts |= dict.fromkeys([*payload.get("changes", ()), *payload.get("private", ())], sentence)
        return texts

    def _append_event(
        self, row: Entity, type: str, state: State | None, fields: list[str], reason: str | None, undoes: int | None = None,
        before: State | None = None, private: Sequence[str] = (), acknowledge: str | None = None,
        boards: Iterable[Board] | None = None, after_days: int | None = None,
    ) -> None:  # fmt: skip
        payload: dict[str, Any] = {
            "actor": self._actor(),
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
        if after_days is not None:
            payload["after_days"] = after_days
        kind = kinds.of(row)
        for board in boards or self._boards_of(kind):
            event = self.unit.append(board, type, row.KIND, row.id, self._account_id, self.now, payload)
            if state is not None:
                self.unit.entities.set_position(row, _position_of(row, kind, board, event.seq))
            self.result.events.append(event)
        if state is not None and before is not None:
            # the last event of the loop is on the entity's own board
            self.result.changes.append(Change(event, kind, before, state, fields, reason))

    def _actor(self) -> dict[str, Any] | None:
        if self.account is None:
            return None
        actor: dict[str, Any] = {"id": self.account.id, "name": self.account.name}
        return actor | {"token": {"id": self.token, "name": self.token_name}} if self.token else actor

    def _boards_of(self, kind: Kind) -> Iterable[Board]:
        """Return the boards that get an entity's events: `operations` and its own board if the entity is a board, otherwise the
        current board."""
        if not kind.is_board:
            return (self.board,)
        assert self.operations is not None
        return (self.operations, self.board)


def _position_of(row: Entity, kind: Kind, board: Board, seq: int) -> State:
    """Return the columns that an event with a state sets. On `operations` it also restores an archived board."""
    if board.id != OPERATIONS or not kind.is_board:
        return {"seq": seq}
    return {"operations_seq": seq} | ({"archived_at": None} if cast("Any", row).archived_at is not None else {})
