"""Reading ahead: locks the boards of a batch of commands, then reads what they will need, in one round trip.

The statements run one after the other, so all of them see what was committed before the locks were had.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sqlmodel import Session

from board.commands.alarms import alarms_of_cards
from board.commands.cards import card_ranks
from board.commands.registry import TABLE, Command
from board.engine import identity, journal, kinds, unit_of_work
from board.engine.identity import Caller
from board.engine.unit_of_work import Query, StoredAck, UnitOfWork
from models.board import AUDIT, OPERATIONS
from models.db.statement import Row, Statement
from models.event import command_digest
from models.search import Search

_NAME_CARDS = ("card", "before", "after")  # fields of commands, besides the names of the kinds of cards
_ID = re.compile("[0-9a-f-]{36}")
_KNOWN_ACKS = Statement(
    "SELECT d.digest, b.id, d.seq, d.events, d.opened, d.content FROM done d JOIN board b ON b.number = d.board "
    "WHERE d.digest IN :digests"
)


class Order(NamedTuple):
    """Command, who gives it, and the boards that it locks, in order."""

    caller: Caller
    command: Command
    boards: tuple[str, ...]


def lock_and_read(session: Session, orders: Collection[Order], boards: tuple[str, ...]) -> None:
    """Lock the boards of these commands, and read ahead for all of them. `boards` are those of the first command."""
    unit = unit_of_work.current(session)
    unit.flush_events(session)
    queries = [*_boards(unit, {board for order in orders for board in order.boards}, boards), *_callers(unit, orders)]
    searches = {order.command.board for order in orders} - {OPERATIONS, AUDIT}
    if searches:
        queries.append(unit_of_work.query_of_rows(unit, Search, searches))
    queries += _acks(unit, orders)
    if named := _named_cards(order.command for order in orders):
        queries += [*_cards(unit, named), alarms_of_cards.query_of_open(unit, {(each.board, each.id) for each in named})]
    queries += _bases(unit, [order.command for order in orders])
    if placed := {order.command.board for order in orders if _places_card(order.command)}:
        queries += [unit_of_work.query_of_columns(unit, placed), card_ranks.query_of_highest(unit, placed)]
    unit_of_work.run(session, queries)


def _boards(unit: UnitOfWork, wanted: Collection[str], boards: tuple[str, ...]) -> Iterator[Query]:
    if set(wanted) <= set(boards):
        yield from (unit_of_work.query_to_lock(unit, board) for board in boards)
    else:  # several boards share a transaction only if it has locked them all, or has the whole database to itself
        yield unit_of_work.query_of_locked(unit, wanted)


def _callers(unit: UnitOfWork, orders: Iterable[Order]) -> Iterator[Query]:
    for caller in {order.caller.key: order.caller for order in orders}.values():

        def take(rows: list[Row], key: identity.Key = caller.key) -> None:
            unit.callers[key] = rows[0] if rows else None

        yield Query(*identity.current_query(caller), take)


def _acks(unit: UnitOfWork, orders: Iterable[Order]) -> Iterator[Query]:
    asked = {command_digest(account, id): (account, id) for account, id in map(_named, orders)}

    def take(rows: list[Row]) -> None:
        unit.known_acks |= dict.fromkeys(asked.values())
        unit.known_acks |= {asked[digest]: StoredAck(*ack) for digest, *ack in rows}

    yield Query(_KNOWN_ACKS, {"digests": asked}, take)


def _named(order: Order) -> tuple[str, str]:
    return order.caller.account.id, order.command.id


class _Named(NamedTuple):
    """Card that a command names, by a field."""

    board: str
    field: str
    id: str


def _named_cards(commands: Iterable[Command]) -> set[_Named]:
    fields = {*_NAME_CARDS, *(kind.name for kind in kinds.cards())}
    return {
        _Named(command.board, name, value)
        for command in commands
        for name in fields & command.data.keys()
        if isinstance(value := command.data[name], str) and _ID.fullmatch(value)
    }


def _bases(unit: UnitOfWork, commands: Collection[Command]) -> Iterator[Query]:
    """Yield the queries for the bases of the cards that get an event: by the names of the commands, as in `sighting.update`, and
    in `card.move` of any kind."""
    named = [(command.name.partition(".")[0], command.data) for command in commands]
    for kind in kinds.cards():
        found = (data.get(noun) for noun, data in named if noun in ("card", kind.name))
        if ids := {id for id in found if isinstance(id, str) and _ID.fullmatch(id)}:
            yield journal.query_of_bases(unit, kind, ids)


def _cards(unit: UnitOfWork, named: Collection[_Named]) -> Iterator[Query]:
    for kind in kinds.cards():
        if ids := {each.id for each in named if each.field == kind.name or each.field in _NAME_CARDS}:
            yield unit_of_work.query_of_rows(unit, kind.model, ids)


def _places_card(command: Command) -> bool:
    spec = TABLE.get(command.name)
    return spec is not None and spec.places_card
