"""EventWriter: how command handlers change data. Each row change is stored together with its journal event, in one
transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar, cast

from sqlmodel import Session

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
    """Event of an entity that still exists, with its kind, its state before and after, and the fields that changed."""

    event: JournalEvent
    kind: Kind
    before: State
    after: State
    fields: list[str]
    reason: str | None


class TipAudience(NamedTuple):
    """Audience of a tip from the event `seq` of `operations` on, and the accounts that gained or lost sight of it by that."""

    tip: str
    access: str
    members: tuple[str, ...]
    changed_for: frozenset[str]
    seq: int


@dataclass(slots=True)
class WrittenChanges:
    """Changes that a command has written so far. `other_boards` are those that it wrote to beside its own, `nearly_full` is the
    board that it brought to NEARLY_FULL. `visibility_changed_for` are the accounts that gained or lost sight of the search,
    `tips` the tips whose audience changed, and `share` the author's share of the board, if it is nearly used."""

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
    """Writer of one command's changes to a board, in one transaction. `board` is locked, `operations` the second board that a
    command on a search writes to, `now` the time of everything written."""

    session: Session
    account: Account | None  # None: the server itself
    command: Command
    board: Board
    operations: Board | None
    now: str
    task_catalogue: TaskCatalogue = field(default_factory=load_catalogue)
    alarm_rules: AlarmRules = field(default_factory=load_rules)
    token: str | None = None  # id of the token with which the command is given
    shares: BoardShares = field(default_factory=load_board_shares)
    token_name: str | None = None
    result: WrittenChanges = field(default_factory=WrittenChanges)
    unit: UnitOfWork = field(init=False)

    def __post_init__(self) -> None:
        self.unit = unit_of_work.current(self.session)

    @property
    def _account_id(self) -> str | None:
        return self.account.id if self.account else None

    @property
    def _event_time(self) -> str:
        """Time that an event written now has: never before the one ahead of it."""
        return max(self.now, self.board.at)

    @property
    def account_id(self) -> str:
        """Id of the account that gives the command. Not for commands that the server may give itself."""
        assert self.account is not None
        return self.account.id

    def find(self, model: type[E], id: str, name: str) -> E:
        """Return the entity of this board with that id. Raises Refused `not_found` for the field `name`."""
        row = self.unit.entities.get(model, id)
        if row is None or row.board != self.board.id:
            raise not_found(name)
        return row

    def find_patched(self, model: type[E], id: str, name: str, fields: type[Data], patch: State, blank: State) -> tuple[E, State]:
        """Return the entity with that id, and its fields after a merge patch. A patch that is invalid for any entity (checked
        against `blank`) is refused before an unknown id."""
        row = self.unit.entities.get(model, id)
        if row is None or row.board != self.board.id:
            validate_patch_alone(fields, blank, patch)
            raise not_found(name)
        return row, apply_patch(fields, rows.values_of(row, fields.model_fields), patch)

    def require_account(self, id: str | None, name: str) -> None:
        """Check that the account given in the field `name` exists. Raises Refused `not_found`."""
        if id is not None and self.unit.entities.get(Account, id) is None:
            raise not_found(name)

    def require_person(self, id: str | None, name: str) -> None:
        """Check that the account given in the field `name` exists and is used by a person. Raises Refused `not_found` or
        `invalid`."""
        self.require_account(id, name)
        if id is not None and program_accounts.program_accounts_among(self.session, [id]):
            raise invalid(name, N_("This account belongs to a program, so nobody would see it."))

    def next_card_number(self) -> int:
        """Return the next card number of this board. Sightings and tasks share the numbers; none is used twice."""
        self.unit.changes += 1
        rows.assign(self.board, {"cards": self.board.cards + 1})
        return self.board.cards

    def on_new_board(self, board: Board) -> "EventWriter":
        """Add a board made by this command; return the writer for it, whose second board is the present one."""
        self.unit.changes += 1
        self.unit.boards.add(board)
        self.result.created_boards.append(board)
        return replace(self, board=board, operations=self.board)

    def on_search(self, board: Board) -> "EventWriter":
        """Return the writer for the board of a search that a command on `operations` writes to, too. It is locked."""
        self.result.other_boards.append(board)
        return replace(self, board=board, operations=self.board)

    def has_room(self, reserved: bool = False) -> bool:
        """Return whether one more entity fits on the board; `reserved`: one that comes with a status or an opening."""
        return self._limits.has_room(reserved)

    @property
    def _limits(self) -> BoardLimits:
        return BoardLimits(self.session, self.board, self.account, self.token, self.shares)

    def _take(self, row: Entity, reserved: bool = False) -> None:
        """Count an entity that comes onto the board. Raises Refused `too_large`."""
        self.result.share = self._limits.take(row, reserved) or self.result.share
        if self.board.entities == int(board_limits.MAX_ENTITIES * board_limits.NEARLY_FULL):
            self.result.nearly_full = self.board

    def create(self, row: Entity, type: str, reason: str | None = None, reserved: bool = False) -> None:
        """Add an entity and its event. Raises Refused `too_large` on a full board."""
        kind = kinds.of(row)
        if kind.derived:
            rows.assign(row, kind.derive({}, row.state(), self._event_time))
        state = row.state()
        if kind.counted:
            self._take(row, reserved)
        self.unit.entities.add(row)
        self._append_event(row, type, state, sorted(flatten(state)), reason, before={})

    def update(
        self, row: Entity, type: str, values: State, reason: str | None = None, conflicts: bool = True,
        undoes: int | None = None, acknowledge: str | None = None,
    ) -> bool:  # fmt: skip
        """Set columns of an entity and write the event; return False, and write nothing, if nothing changes. Columns outside the
        state are named in the event whenever they are set, even to the same value: leaving them out would disclose it. Derived
        fields follow, and never conflict. `undoes` is the seq of the event that this one undoes.

        Raises Refused `conflict` if somebody else changed one of the same fields after the command's base.
        """
        before, kind = row.state(), kinds.of(row)
        private = sorted(values.keys() - before.keys())
        if kind.derived:
            values = values | kind.derive(before, before | values, self._event_time)
        was = rows.values_of(row, values)
        values = {name: value for name, value in values.items() if was[name] != value}
        anything = bool(private or values)
        changed = {name: value for name, value in values.items() if name in before}
        after = before | changed
        fields = changed_paths({name: before[name] for name in changed}, changed)
        if (fields or private) and conflicts:
            self._check_conflict(row, before, [*(name for name in fields if not kind.is_derived(name)), *private])
        if anything:
            self._bring_back(row)
        if values:
            self.unit.entities.set(row, values)
        if anything:
            self._append_event(row, type, after, fields, reason, undoes, before, private, acknowledge)
        return anything

    def bring_back(self, row: CountedEntity, type: str, values: State) -> None:
        """Put an entity that has left the board back on it, with these columns set. Raises Refused `too_large`."""
        before = row.state()
        changed = {name: value for name, value in values.items() if before[name] != value}
        self._bring_back(row)
        if changed:
            self.unit.entities.set(row, changed)
        self._append_event(row, type, row.state(), sorted(changed), None, before=before)

    def _bring_back(self, row: Entity) -> None:
        if isinstance(row, CountedEntity) and row.archived_at is not None:
            self._take(row)
            back: State = {"archived_at": None, "share_account": row.share_account, "share_token": row.share_token}
            self.unit.entities.set_position(row, back)

    def set_unseen(self, row: Entity, values: State) -> None:
        """Set columns outside the state, which follow from an event and stand in none."""
        self.unit.entities.set(row, values)

    def delete(self, row: Entity, type: str) -> None:
        """Remove an entity from the board. No fields conflict; only a different epoch of the board is refused."""
        state = row.state()
        self._check_epoch(state, sorted(flatten(state)))
        if kinds.of(row).counted:
            self._limits.give_back(row)
        self.unit.entities.remove(row)
        self._append_event(row, type, None, [], None)

    def archive(self, row: Entity, type: str, after_days: int) -> None:
        """Take an entity off the board of this writer: it stays in the journal, and its next event there brings it back."""
        self._append_event(row, type, None, [], None, boards=(self.board,), after_days=after_days)
        if isinstance(row, CountedEntity):
            self._limits.give_back(row)
        self.unit.entities.set(row, {"archived_at": self.board.at})

    def state_again(self, row: Entity, type: str) -> None:
        """Write an event with the state of an entity that has not changed, for accounts that did not see it."""
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
        theirs = self.changed_since(row, self.command.base, but=self._account_id or "")
        clash = {name: theirs[name] for name in fields if name in theirs}
        if clash:
            raise Refused("conflict", fields=clash, current=current)

    def changed_since(self, row: Entity, seq: int, but: str | None = None) -> dict[str, str]:
        """Return the fields of an entity changed after `seq`, each with a sentence for people; changes by the account `but` do
        not count."""
        found: dict[str, str] = {}
        for event in journal.all_entity_events(self.session, self.board.id, row.KIND, row.id, seq):
            if but is None or event.account != but:
                payload = event.payload()
                who = (payload.get("actor") or {}).get("name") or message(N_("Searchboard"))
                sentence = message(N_("Changed by {name} at {time}."), name=who, time=Moment(event.at))
                found |= dict.fromkeys([*payload.get("changes", ()), *payload.get("private", ())], sentence)
        return found

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
            # last in the loop: the event of the entity's own board
            self.result.changes.append(Change(event, kind, before, state, fields, reason))

    def _actor(self) -> dict[str, Any] | None:
        if self.account is None:
            return None
        actor: dict[str, Any] = {"id": self.account.id, "name": self.account.name}
        return actor | {"token": {"id": self.token, "name": self.token_name}} if self.token else actor

    def _boards_of(self, kind: Kind) -> Iterable[Board]:
        """Return the boards that get the events of an entity: of one that is a board its own and `operations`, else the current
        one."""
        if not kind.is_board:
            return (self.board,)
        assert self.operations is not None
        return (self.operations, self.board)


def _position_of(row: Entity, kind: Kind, board: Board, seq: int) -> State:
    """Return the columns that an event with a state sets: one on `operations` also brings back a board that was archived."""
    if board.id != OPERATIONS or not kind.is_board:
        return {"seq": seq}
    return {"operations_seq": seq} | ({"archived_at": None} if cast("Any", row).archived_at is not None else {})
