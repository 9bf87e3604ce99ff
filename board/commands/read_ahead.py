"""Prefetch: locks the boards of a batch of commands, and reads the entities that the command table declares, in one round trip.

The statements run in sequence after the locks, so all of them see every earlier commit.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sqlmodel import Session

from board.commands.alarms import alarms_of_cards
from board.commands.cards import card_ranks, columns
from board.commands.command import EntityRead
from board.commands.registry import TABLE, Command
from board.engine import identity, kinds, unit_of_work
from board.engine.identity import Caller
from board.engine.unit_of_work import UnitOfWork
from models.board import AUDIT, OPERATIONS
from models.db.statement import Query, Row
from models.search import Search

_ID = re.compile("[0-9a-f-]{36}")


class CommandRequest(NamedTuple):
    """Command, its caller, the boards that it locks, in order, and the key of its ack (account and command id)."""

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
    # no command on the audit board is allowed: it is never locked here, as it must be locked last
    return tuple(board for board in boards if board != AUDIT)


def lock_and_read(session: Session, requests: Collection[CommandRequest], boards: tuple[str, ...]) -> None:
    """Lock the boards of these commands, and prefetch for all of them. `boards`: boards of the first command."""
    uow, commands = unit_of_work.current(session), [request.command for request in requests]
    session.flush()
    queries = [*_boards(uow, {board for request in requests for board in request.boards}, boards), *_callers(uow, requests)]
    if searches := {command.board for command in commands} - {OPERATIONS, AUDIT}:
        queries.append(uow.entities.query(Search, searches))
    queries.append(uow.acks.query([request.key for request in requests]))
    queries += _entities(uow, commands)
    if with_cards := {command.board for command in commands if command.name in TABLE and TABLE[command.name].places_card}:
        queries += [columns.query(uow, with_cards), card_ranks.query_of_highest(uow, with_cards)]
    if with_notes := {command.board for command in commands if command.name == "note.add"}:
        queries.append(alarms_of_cards.query_of_unanswered(uow, with_notes))
    uow.read(queries)


def _boards(uow: UnitOfWork, all_boards: Collection[str], first_boards: tuple[str, ...]) -> Iterator[Query]:
    if set(all_boards) <= set(first_boards):
        yield from map(uow.boards.lock, first_boards)
    else:  # commands on several boards share a transaction only if it has locked all boards, or the entire database
        yield uow.boards.locked(all_boards)


def _callers(uow: UnitOfWork, requests: Iterable[CommandRequest]) -> Iterator[Query]:
    for key, caller in {request.caller.key: request.caller for request in requests}.items():

        def store(rows: list[Row], key: identity.Key = key) -> None:
            uow.callers[key] = rows[0] if rows else None

        yield Query(*identity.current_query(caller), store)


def _entities(uow: UnitOfWork, commands: Iterable[Command]) -> Iterator[Query]:
    """Yield the queries for the entities that these commands read. For changed entities, also yield the queries for the base
    payloads of their next events, and for their open alarms."""
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
        yield uow.entities.query(kinds.named(name).model, ids)
    for name, ids in changed.items():
        yield uow.events.query_of_bases(name, str(kinds.named(name).model.__tablename__), ids, uow.boards)
    if alarming:
        yield alarms_of_cards.query_of_open(uow, alarming)


def _reads(commands: Iterable[Command]) -> Iterator[tuple[Command, EntityRead, str]]:
    """Yield the reads that the command table declares for these commands, with the ids in their data."""
    for command in commands:
        for read in TABLE[command.name].reads if command.name in TABLE else ():
            id = command.data.get(read.field)
            if isinstance(id, str) and _ID.fullmatch(id):
                yield command, read, id
