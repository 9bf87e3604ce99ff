"""Execution of commands: the only writer of boards. Each command is checked and executed in one transaction.

Order of checks: board `not_found`, `unknown_command`, `forbidden`, known command id (its ack is returned), `closed`,
`invalid`, an id `not_found`, `conflict`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from sqlmodel import Session

from board.commands.alarms import alarms, alerts, settled_alerts
from board.commands.cards import ownership
from board.commands.command import Ack, CommandSpec
from board.commands.read_ahead import CommandRequest, lock_and_read, request_of
from board.commands.registry import TABLE, Command, is_allowed_while_closed
from board.config.alarm_rules import AlarmRules, load_rules
from board.config.board_shares import BoardShares, load_board_shares
from board.config.predefined_tasks import TaskCatalogue, load_catalogue
from board.engine import access, hash_chain, identity, journal, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter, TipAudience
from board.engine.identity import Caller
from board.engine.repositories.acks import StoredAck
from board.engine.unit_of_work import UnitOfWork
from board.errors import Refused, from_pydantic, invalid
from board.i18n import N_
from board.telemetry import processing
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.db.transaction import batch, maybe_committed
from models.ids import is_uuid
from models.search import Search
from models.times import format_utc


class CommandResult(NamedTuple):
    """Result of a command: its ack and events, in the order of seq on each board. `visibility_changed_for` are the accounts
    that gained or lost sight of the search. A repeated command has no events."""

    ack: Ack
    events: tuple[JournalEvent, ...] = ()
    epochs: tuple[tuple[str, str], ...] = ()
    visibility_changed_for: frozenset[str] = frozenset()
    nearly_full: tuple[str, int] | None = None  # a board that has just become nearly full, with its number of entities
    tips: tuple[TipAudience, ...] = ()  # tips that somebody gained or lost sight of


@dataclass(slots=True)
class QueuedCommand:
    """Command waiting for the database, which may batch it with others. `content` is what it was made from, if its id may be
    repeated only for that."""

    caller: Caller
    command: Command
    clock: Callable[[], datetime]
    task_catalogue: TaskCatalogue = field(default_factory=load_catalogue)
    content: bytes | None = None
    alarm_rules: AlarmRules = field(default_factory=load_rules)
    shares: BoardShares = field(default_factory=load_board_shares)
    request: CommandRequest = field(init=False)

    def __post_init__(self) -> None:
        self.request = request_of(self.caller, self.command)

    @property
    def boards(self) -> tuple[str, ...]:
        return self.request.boards

    def __call__(self, session: Session) -> CommandResult | Refused:
        """Execute the command. Raises a refusal only if something must be rolled back, so that others in the batch go on
        unharmed."""
        with processing.working_on("command", *_names(self.command)):
            return self._run(session)

    def _run(self, session: Session) -> CommandResult | Refused:
        unit = unit_of_work.current(session)
        changes = unit.changes
        # lock first: a command that waits here must not take an earlier time than the one before it
        _lock(session, unit, self.request)
        try:
            at = format_utc(self.clock())
            return _execute(session, unit, self.request, at, self.task_catalogue, self.content, self.alarm_rules, self.shares)
        except Refused as refusal:
            account = unit.signed_in.get(self.caller.key)
            refusal.language = account.language if account is not None else None
            if unit.changes != changes:
                raise
            return refusal.with_traceback(None)


def _names(command: Command) -> tuple[str, str]:
    """Return the name of a command and its board for a log, where what a stranger made up is not repeated."""
    name, board = command.name, command.board
    return name if name in TABLE else "unknown", board if board == OPERATIONS or is_uuid(board) else "unknown"


def execute(
    session: Session,
    caller: Caller,
    command: Command,
    now: str,
    task_catalogue: TaskCatalogue | None = None,
    content: bytes | None = None,
    alarm_rules: AlarmRules | None = None,
    shares: BoardShares | None = None,
) -> CommandResult:
    """Execute a command. Raises Refused; then nothing is changed.

    Boards are locked before anything that decides is read, so commit order is seq order and concurrent edits can't erase each
    other. Rights are read again, as they may have ended since the handshake.
    """
    request = request_of(caller, command)
    unit = unit_of_work.current(session)
    _lock(session, unit, request)
    return _execute(
        session,
        unit,
        request,
        now,
        task_catalogue or load_catalogue(),
        content,
        alarm_rules or load_rules(),
        shares or load_board_shares(),
    )


def _execute(
    session: Session, unit: UnitOfWork, request: CommandRequest, now: str, task_catalogue: TaskCatalogue, content: bytes | None,
    alarm_rules: AlarmRules, shares: BoardShares,
) -> CommandResult:  # fmt: skip
    """Execute a command whose boards are locked. Raises Refused."""
    caller, command, boards, _ = request
    # an earlier attempt committed and only its answer was lost: do not check it against present rights
    if maybe_committed(session) and (ack := _previous_ack(session, unit, request)) is not None:
        return CommandResult(ack)
    account = _signed_in(unit, caller)
    operations = access.lock_visible_board(unit, account.id, OPERATIONS) if len(boards) > 1 else None
    board = access.lock_visible_board(unit, account.id, command.board)
    spec, equivalent = _authorize(session, command, board, account, caller)
    if (ack := _previous_ack(session, unit, request, content)) is not None:
        return CommandResult(ack)
    if board.kind == "search" and not is_allowed_while_closed(spec, equivalent):
        _check_open(session, board)
    if command.base is not None and (command.base < 0 or (command.base > board.seq and command.epoch in (None, board.epoch))):
        raise invalid("base", N_("This board does not have that event yet."))
    try:
        data = spec.data.model_validate(command.data)
    except ValidationError as error:
        raise from_pydantic(error) from error
    writer = EventWriter(
        session, account, command, board, operations, now, task_catalogue, alarm_rules, caller.token, shares, caller.token_name
    )
    spec.handler(writer, data)
    ownership.follow(writer)
    result = writer.result
    for change in result.changes:
        settled_alerts.settle_alerts(session, change)
        alerts.record_alerts(session, change)
    opened = result.created_boards[0].id if result.created_boards else None
    ack = Ack(command.id, board.id, [event.seq for event in result.events if event.board == board.id], opened, result.share)
    _store_ack(session, unit, request, ack, now, content)
    alarms.record_alarms(writer)  # their events are not the command's own, and are in no ack
    written = (operations, board, *result.created_boards, *result.other_boards)
    epochs = {each.id: each.epoch for each in written if each is not None}
    own: dict[str, list[int]] = {}
    for event in result.events:  # with the alarms that they raise, which are no news to their author either
        own.setdefault(event.board, []).append(event.seq)
    for id, seqs in own.items():
        unit.read_positions.over_own_events(account.id, id, epochs[id], seqs[0], seqs[-1], now)
    filling = (result.nearly_full.id, result.nearly_full.entities) if result.nearly_full and opened is None else None
    seen_by = frozenset(result.visibility_changed_for)
    return CommandResult(ack, tuple(result.events), tuple(epochs.items()), seen_by, filling, tuple(result.tips))


def _lock(session: Session, unit: UnitOfWork, request: CommandRequest) -> None:
    """Lock the boards of a command; the first of a batch reads ahead for all of them."""
    if request.key not in unit.acks:
        queued = [job.request for job in batch(session) if isinstance(job, QueuedCommand)]
        lock_and_read(session, [request, *queued], request.boards)
    for board in request.boards:
        if board not in unit.boards:
            unit.lock_board(board)


def _signed_in(unit: UnitOfWork, caller: Caller) -> Account:
    key = caller.key
    account = unit.signed_in.get(key)
    if account is None:
        account = unit.signed_in[key] = identity.require_active_now(unit.callers.get(key), caller)
    return account


def _authorize(
    session: Session, command: Command, board: Board, account: Account, caller: Caller
) -> tuple[CommandSpec, str | None]:
    """Return the command's specification and the name of its equivalent. Raises Refused."""
    spec = TABLE.get(command.name)
    if spec is None or spec.board_kind not in ("any", board.kind):
        raise Refused("unknown_command")
    equivalent = spec.equivalent(session, board, command.data) if spec.equivalent is not None else None
    needed = (spec,) if equivalent is None else (spec, TABLE.get(equivalent, spec))
    leads = any(each.or_lead for each in needed) and _leads(session, board, account)
    if not all(each.allows(account.role, leads) for each in needed) or not caller.may_command:
        raise Refused("forbidden")
    return spec, equivalent


def _leads(session: Session, board: Board, account: Account) -> bool:
    search = unit_of_work.get(session, Search, board.id)
    return search is not None and search.lead == account.id


def _previous_ack(session: Session, unit: UnitOfWork, request: CommandRequest, content: bytes | None = None) -> Ack | None:
    """Return the ack that this command id of the account got before, or None. Raises Refused `invalid` if `content` differs from
    the stored one."""
    stored = unit.acks.get(request.key)
    if stored is None:
        return None
    ack = Ack(request.command.id, stored.board, [*range(stored.seq, stored.seq + stored.events)], stored.opened)
    if content is not None and stored.content is not None and _digest(session, ack, content) not in (None, bytes(stored.content)):
        raise invalid("id", N_("This id was used for another sighting."))
    return ack


def _digest(session: Session, ack: Ack, content: bytes) -> bytes | None:
    """Return the keyed digest of a content; None if there is no key, or it was erased."""
    key = journal.key_of(session, ack.board, ack.seqs[0]) if ack.seqs else None
    return hash_chain.commitment(key, content) if key is not None else None


def _store_ack(session: Session, unit: UnitOfWork, request: CommandRequest, ack: Ack, now: str, content: bytes | None) -> None:
    digest = _digest(session, ack, content) if content is not None else None
    # its events on one board follow each other, as the board is locked
    stored = StoredAck(ack.board, min(ack.seqs, default=0), len(ack.seqs), ack.opened, digest)
    unit.acks.add(request.key, stored, unit.boards[ack.board].number, now)


def _check_open(session: Session, board: Board) -> None:
    search = unit_of_work.get(session, Search, board.id)
    if search is not None and search.status == "closed":
        raise Refused("closed")
