"""Reading ahead: locks the boards of a batch of commands, then reads what the command table declares, in one round trip.

The statements run one after the other, so all of them see what was committed before the locks were had.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sqlmodel import Session

from board.commands.alarms import alarms_of_cards
from board.commands.cards import card_ranks, columns
from board.commands.command import Read
from board.commands.registry import TABLE, Command
from board.engine import identity, kinds, unit_of_work
from board.engine.identity import Caller
from board.engine.unit_of_work import UnitOfWork
from models.board import AUDIT, OPERATIONS
from models.db.statement import Query, Row
from models.search import Search

_ID = re.compile("[0-9a-f-]{36}")


class CommandRequest(NamedTuple):
    """Command, who gives it, the boards that it locks, in order, and the key of its ack: account and command id."""

    caller: Caller
    command: Command
    boards: tuple[str, ...]
    key: tuple[str, str]


def request_of(caller: Caller, command: Command) -> CommandRequest:
    """Return the request for a command."""
    return CommandRequest(caller, command, boards_to_lock(command), (caller.account.id, command.id))


def boards_to_lock(command: Command) -> tuple[str, ...]:
    """Return the boards that a command locks, `operations` first: a fixed order prevents deadlocks."""
    also = TABLE[command.name].also_locks if command.name in TABLE else None
    other = command.data.get(also) if also and also != OPERATIONS else also
    boards: tuple[str, ...] = (command.board,)
    if isinstance(other, str) and other != command.board and OPERATIONS in (other, command.board):
        boards = (OPERATIONS, other if command.board == OPERATIONS else command.board)
    # no command writes to the audit board: it is locked last, and is not found here
    return tuple(board for board in boards if board != AUDIT)


def lock_and_read(session: Session, requests: Collection[CommandRequest], boards: tuple[str, ...]) -> None:
    """Lock the boards of these commands, and read ahead for all of them. `boards` are those of the first command."""
    unit, commands = unit_of_work.current(session), [request.command for request in requests]
    session.flush()
    queries = [*_boards(unit, {board for request in requests for board in request.boards}, boards), *_callers(unit, requests)]
    if searches := {command.board for command in commands} - {OPERATIONS, AUDIT}:
        queries.append(unit.entities.query(Search, searches))
    queries.append(unit.acks.query([request.key for request in requests]))
    queries += _entities(unit, commands)
    if placed := {command.board for command in commands if command.name in TABLE and TABLE[command.name].places_card}:
        queries += [columns.query(unit, placed), card_ranks.query_of_highest(unit, placed)]
    unit.read(queries)


def _boards(unit: UnitOfWork, wanted: Collection[str], boards: tuple[str, ...]) -> Iterator[Query]:
    if set(wanted) <= set(boards):
        yield from map(unit.boards.lock, boards)
    else:  # several boards share a transaction only if it has locked them all, or has the whole database to itself
        yield unit.boards.locked(wanted)


def _callers(unit: UnitOfWork, requests: Iterable[CommandRequest]) -> Iterator[Query]:
    for key, caller in {request.caller.key: request.caller for request in requests}.items():

        def take(rows: list[Row], key: identity.Key = key) -> None:
            unit.callers[key] = rows[0] if rows else None

        yield Query(*identity.current_query(caller), take)


def _entities(unit: UnitOfWork, commands: Iterable[Command]) -> Iterator[Query]:
    """Yield the queries for the entities that these commands read; for those that they change, also for the payloads on which the
    next ones are based, and for the open alarms about them."""
    entities: dict[str, set[str]] = {}
    changed: dict[str, set[str]] = {}
    alarming: set[tuple[str, str]] = set()
    for command, read, id in _reads(commands):
        for kind in read.kinds():
            entities.setdefault(kind.name, set()).add(id)
            if read.is_changed:
                changed.setdefault(kind.name, set()).add(id)
                alarming.add((command.board, id))
    for name, ids in entities.items():
        yield unit.entities.query(kinds.named(name).model, ids)
    for name, ids in changed.items():
        yield unit.events.query_of_bases(name, str(kinds.named(name).model.__tablename__), ids, unit.boards)
    if alarming:
        yield alarms_of_cards.query_of_open(unit, alarming)


def _reads(commands: Iterable[Command]) -> Iterator[tuple[Command, Read, str]]:
    """Yield what these commands read by the command table, with the ids in their data."""
    for command in commands:
        for read in TABLE[command.name].reads if command.name in TABLE else ():
            id = command.data.get(read.field)
            if isinstance(id, str) and _ID.fullmatch(id):
                yield command, read, id
