"""Execution of commands: the only writer of boards. Each command is checked and executed in one transaction.

Order of checks: board `not_found`, `unknown_command`, `forbidden`, known command id (its ack is returned), `closed`,
`invalid`, an id `not_found`, `conflict`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from sqlmodel import Session

from board.commands.alarms import alarms, alerts, settled_alerts
from board.commands.cards import ownership
from board.commands.command import Ack, CommandSpec
from board.commands.limited_commands import role_in
from board.commands.read_ahead import CommandRequest, lock_and_read, request_of
from board.commands.registry import TABLE, Command, is_allowed_while_closed
from board.commands.sightings import both_boards, due_wakes
from board.config.alarm_rules import AlarmRules, load_rules
from board.config.board_shares import BoardShares, load_board_shares
from board.config.predefined_tasks import TaskCatalogue, load_catalogue
from board.config.roles import Roles, load_roles
from board.engine import access, hash_chain, identity, journal, unit_of_work
from board.engine.emergency_access import current_openings, has_emergency_access
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
    """Result of a command: its ack and events, ordered by seq on each board. A repeated command has no events.
    `visibility_changed_for`: accounts that gained or lost access to the search."""

    ack: Ack
    events: tuple[JournalEvent, ...] = ()
    epochs: tuple[tuple[str, str], ...] = ()
    visibility_changed_for: frozenset[str] = frozenset()
    nearly_full: tuple[str, int] | None = None  # board that has just become nearly full, with its number of entities
    tips: tuple[TipAudience, ...] = ()  # tips to which somebody gained or lost access


@dataclass(slots=True)
class QueuedCommand:
    """Command that waits for the database, which can batch it with others. `content`: the request that it was made from, if its
    id can be repeated only with the same request."""

    caller: Caller
    command: Command
    clock: Callable[[], datetime]
    task_catalogue: TaskCatalogue = field(default_factory=load_catalogue)
    content: bytes | None = None
    alarm_rules: AlarmRules = field(default_factory=load_rules)
    shares: BoardShares = field(default_factory=load_board_shares)
    roles: Roles = field(default_factory=load_roles)
    request: CommandRequest = field(init=False)

    def __post_init__(self) -> None:
        self.request = request_of(self.caller, self.command)

    @property
    def boards(self) -> tuple[str, ...]:
        return self.request.boards

    def __call__(self, session: Session) -> CommandResult | Refused:
        """Execute the command. Returns a refusal, or raises it if changes must be rolled back, so that the rest of the batch can
        continue."""
        with processing.working_on("command", *_names(self.command)):
            return self._run(session)

    def _run(self, session: Session) -> CommandResult | Refused:
        uow = unit_of_work.current(session)
        changes = uow.changes
        # lock first: a command that waits here must not get an earlier time than the command before it
        _lock(session, uow, self.request)
        try:
            at = format_utc(self.clock())
            return _execute(
                session, uow, self.request, at, self.task_catalogue, self.content, self.alarm_rules, self.shares, self.roles
            )
        except Refused as refusal:
            account = uow.signed_in.get(self.caller.key)
            refusal.language = account.language if account is not None else None
            if uow.changes != changes:
                raise
            return refusal.with_traceback(None)


def _names(command: Command) -> tuple[str, str]:
    """Return the name of a command and its board for logs, with "unknown" for a name or board that a client made up."""
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
    """Execute a command. If it raises Refused, nothing has changed.

    Boards are locked before the data that the command depends on is read, so commit order is seq order, and concurrent edits
    can't overwrite each other. Rights are read again, because they may have ended since the handshake.
    """
    request = request_of(caller, command)
    uow = unit_of_work.current(session)
    _lock(session, uow, request)
    return _execute(
        session,
        uow,
        request,
        now,
        task_catalogue or load_catalogue(),
        content,
        alarm_rules or load_rules(),
        shares or load_board_shares(),
        load_roles(),
    )


def _lock_board(session: Session, uow: UnitOfWork, caller: Caller, board: str) -> Board:
    """Lock and return the board of a command. Raises Refused `not_found` if the caller may not see it, and `forbidden` if the
    caller may only read it."""
    try:
        return access.lock_visible_board(uow, caller, board)
    except Refused as refused:
        if not has_emergency_access(current_openings(session), caller, board):
            raise
        raise Refused("forbidden", N_("You can only read this search. Ask a member to change it.")) from refused


def _execute(
    session: Session, uow: UnitOfWork, request: CommandRequest, now: str, task_catalogue: TaskCatalogue, content: bytes | None,
    alarm_rules: AlarmRules, shares: BoardShares, roles: Roles,
) -> CommandResult:  # fmt: skip
    """Execute a command whose boards are locked. Raises Refused if a check fails."""
    caller, command, boards, _ = request
    # an earlier attempt was committed and only its answer was lost: do not check it against current rights
    if maybe_committed(session) and (ack := _previous_ack(session, uow, request)) is not None:
        return CommandResult(ack)
    account = _signed_in(uow, caller)
    current = replace(caller, account=account)
    operations = access.lock_second_board(uow, account.id, OPERATIONS) if len(boards) > 1 else None
    board = _lock_board(session, uow, current, command.board)
    spec, equivalent = _authorize(session, command, board, account, current, roles)
    if (ack := _previous_ack(session, uow, request, content)) is not None:
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
        session, account, command, board, operations, now, task_catalogue, alarm_rules, caller.token, shares, caller.token_name,
        current.boards,
    )  # fmt: skip
    spec.handler(writer, data)
    if any(change.before for change in writer.result.changes):  # a new entity is on one board only
        both_boards.follow(writer)
    ownership.follow(writer)
    result = writer.result
    for change in result.changes:
        settled_alerts.settle_alerts(session, change)
        alerts.record_alerts(session, change)
    opened = result.created_boards[0].id if result.created_boards else None
    ack = Ack(command.id, board.id, [event.seq for event in result.events if event.board == board.id], opened, result.share)
    _store_ack(session, uow, request, ack, now, content)
    due_wakes.mark(session, result, now)
    alarms.record_alarms(writer)  # their events are not in the ack
    boards_written = (operations, board, *result.created_boards, *result.other_boards)
    epochs = {row.id: row.epoch for row in boards_written if row is not None}
    own_events: dict[str, list[int]] = {}
    for event in result.events:  # including the raised alarms, which are not new to their author either
        own_events.setdefault(event.board, []).append(event.seq)
    for id, seqs in own_events.items():
        uow.read_positions.over_own_events(account.id, id, epochs[id], seqs[0], seqs[-1], now)
    nearly_full = (result.nearly_full.id, result.nearly_full.entities) if result.nearly_full and opened is None else None
    changed_for = frozenset(result.visibility_changed_for)
    return CommandResult(ack, tuple(result.events), tuple(epochs.items()), changed_for, nearly_full, tuple(result.tips))


def _lock(session: Session, uow: UnitOfWork, request: CommandRequest) -> None:
    """Lock the boards of a command. The first command of a batch prefetches for all of them."""
    if request.key not in uow.acks:
        queued = [job.request for job in batch(session) if isinstance(job, QueuedCommand)]
        lock_and_read(session, [request, *queued], request.boards)
    for board in request.boards:
        if board not in uow.boards:
            uow.lock_board(board)


def _signed_in(uow: UnitOfWork, caller: Caller) -> Account:
    key = caller.key
    account = uow.signed_in.get(key)
    if account is None:
        account = uow.signed_in[key] = identity.require_unlocked_now(uow.callers.get(key), caller)
    return account


def _authorize(
    session: Session, command: Command, board: Board, account: Account, caller: Caller, roles: Roles
) -> tuple[CommandSpec, str | None]:
    """Return the command's specification and the name of its equivalent. Raises Refused `unknown_command` if the board has no
    such command, and `forbidden` if the caller may not send it."""
    spec = TABLE.get(command.name)
    if spec is None or spec.board_kind not in ("any", board.kind):
        raise Refused("unknown_command")
    equivalent = spec.equivalent(session, board, command.data) if spec.equivalent is not None else None
    required = (spec,) if equivalent is None else (spec, TABLE.get(equivalent, spec))
    is_lead = any(row.or_lead for row in required) and _is_lead(session, board, account)
    role = role_in(account, caller, roles, command.name, equivalent)
    has_right = spec.right is None or roles.allows(role, spec.right)
    if not has_right or not all(row.allows(role, is_lead) for row in required) or not caller.may_command:
        raise Refused("forbidden")
    return spec, equivalent


def _is_lead(session: Session, board: Board, account: Account) -> bool:
    search = unit_of_work.get(session, Search, board.id)
    return search is not None and search.lead == account.id


def _previous_ack(session: Session, uow: UnitOfWork, request: CommandRequest, content: bytes | None = None) -> Ack | None:
    """Return the ack of an earlier command of the account with this id, or None. Raises Refused `invalid` if `content` differs
    from that command's content."""
    stored = uow.acks.get(request.key)
    if stored is None:
        return None
    if not request.caller.may_reach(stored.board):  # an id that the account used on another board
        raise invalid("id", N_("This id was already used for another command."))
    ack = Ack(request.command.id, stored.board, [*range(stored.seq, stored.seq + stored.events)], stored.opened)
    if content is not None and stored.content is not None and _digest(session, ack, content) not in (None, bytes(stored.content)):
        raise invalid("id", N_("This id was used for another sighting."))
    return ack


def _digest(session: Session, ack: Ack, content: bytes) -> bytes | None:
    """Return the keyed digest of a content; None if the command has no events, or their key was erased."""
    key = journal.key_of(session, ack.board, ack.seqs[0]) if ack.seqs else None
    return hash_chain.commitment(key, content) if key is not None else None


def _store_ack(session: Session, uow: UnitOfWork, request: CommandRequest, ack: Ack, now: str, content: bytes | None) -> None:
    digest = _digest(session, ack, content) if content is not None else None
    # the seqs on one board are consecutive, because the board is locked
    stored = StoredAck(ack.board, min(ack.seqs, default=0), len(ack.seqs), ack.opened, digest)
    uow.acks.add(request.key, stored, uow.boards[ack.board].number, now)


def _check_open(session: Session, board: Board) -> None:
    search = unit_of_work.get(session, Search, board.id)
    if search is not None and search.status == "closed":
        raise Refused("closed")
