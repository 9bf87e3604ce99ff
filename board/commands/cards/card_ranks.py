"""Queries of the ranks in a column, over all kinds of cards."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import text

from board.engine import kinds, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.unit_of_work import UnitOfWork
from models.card import Card
from models.db.rows import assign
from models.db.statement import Query, Row, Statement


class _Statements:
    """Statements over the tables of all kinds of cards."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        there = 'WHERE "column" = :column AND archived_at IS NULL'
        every = " UNION ALL ".join(f"SELECT id, rank FROM {table} {there}" for table in tables)  # noqa: S608
        ends = ", ".join(f'(SELECT max(rank) FROM {table} WHERE "column" = c.id)' for table in tables)  # noqa: S608
        self.in_column = text(f"SELECT id FROM ({every}) c ORDER BY rank, id")  # noqa: S608
        self.any = text(f"SELECT 1 FROM ({every}) c LIMIT 1")  # noqa: S608
        self.same = text(f"SELECT id FROM ({every}) c WHERE id <> :but AND rank = :rank LIMIT 1")  # noqa: S608
        self.below = text(f"SELECT max(rank) FROM ({every}) c WHERE id <> :but AND rank < :rank")  # noqa: S608
        self.above = text(f"SELECT min(rank) FROM ({every}) c WHERE id <> :but AND rank > :rank")  # noqa: S608
        self.move_archived = [
            text(f'UPDATE {table} SET "column" = :target WHERE "column" = :column')  # noqa: S608
            for table in tables
        ]
        self.highest = Statement(f'SELECT id, {ends} FROM "column" c WHERE board IN :boards')  # noqa: S608


_statements_for = cache(_Statements)


def _statements() -> _Statements:
    """Return the statements for the kinds that are registered now. No value is pasted into them."""
    return _statements_for(tuple(str(kind.model.__tablename__) for kind in kinds.cards()))


class _HighestRanks:
    """Highest rank of each column, None of an empty one, kept right for the cards that change in this transaction."""

    def __init__(self) -> None:
        self.by_column: dict[str, str | None] = {}
        self._seen = 0  # changes of rows

    def update(self, unit: UnitOfWork) -> None:
        """Follow the changes of cards since the last call."""
        for row, before in unit.entities.changes[self._seen :]:
            if isinstance(row, Card) and (not before or not before.keys().isdisjoint(("column", "rank"))):
                left, rank = before.get("column", row.column), before.get("rank", row.rank)
                if before and self.by_column.get(left) == rank:
                    del self.by_column[left]
                if row.column in self.by_column:
                    self.by_column[row.column] = max(self.by_column[row.column] or "", row.rank)
        self._seen = len(unit.entities.changes)


def highest(writer: EventWriter, column: str) -> str | None:
    """Return the highest rank in a column, cached for the transaction: new cards come in bursts."""
    cache: _HighestRanks = writer.unit.caches[_HighestRanks]
    cache.update(writer.unit)
    if column not in cache.by_column:
        writer.session.flush()
        writer.unit.read([query_of_highest(writer.unit, [writer.board.id])])
    return cache.by_column[column]


def query_of_highest(unit: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for the highest rank in each column of some boards."""

    def take(rows: list[Row]) -> None:
        cache: _HighestRanks = unit.caches[_HighestRanks]
        cache.update(unit)
        for id, *ends in rows:
            cache.by_column[id] = max(each or "" for each in ends) or None

    return Query(_statements().highest, {"boards": boards}, take)


def below(writer: EventWriter, column: str, rank: str, but: str) -> str | None:
    """Return the highest rank below one, without the card `but`."""
    return unit_of_work.execute(writer.session, _statements().below, {"column": column, "but": but, "rank": rank}).scalar()


def above(writer: EventWriter, column: str, rank: str, but: str) -> str | None:
    """Return the lowest rank above one, without the card `but`."""
    return unit_of_work.execute(writer.session, _statements().above, {"column": column, "but": but, "rank": rank}).scalar()


def in_order(writer: EventWriter, column: str) -> list[str]:
    """Return the ids of the cards of a column, withdrawn ones included, in their order."""
    return list(unit_of_work.execute(writer.session, _statements().in_column, {"column": column}).scalars())


def move_archived(writer: EventWriter, column: str, target: str) -> None:
    """Put the cards that have left the board from a column into another one, to which they would come back."""
    for statement in _statements().move_archived:
        unit_of_work.execute(writer.session, statement, {"column": column, "target": target})
    for row in writer.unit.entities.cached():
        if isinstance(row, Card) and row.column == column:
            assign(row, {"column": target})


def is_taken(writer: EventWriter, card: Card) -> bool:
    """Return whether another card of its column has the same rank."""
    values = {"column": card.column, "rank": card.rank, "but": card.id}
    return unit_of_work.execute(writer.session, _statements().same, values).first() is not None


def is_any_in(writer: EventWriter, column: str) -> bool:
    """Return whether a column has a card, withdrawn or not."""
    return unit_of_work.execute(writer.session, _statements().any, {"column": column}).first() is not None
