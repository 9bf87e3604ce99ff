"""Queries for the ranks in a column, over all kinds of cards."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import String, bindparam, func, literal, select, union_all, update

from board.engine import kinds, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.unit_of_work import UnitOfWork
from models.card import Card
from models.db.rows import set_columns
from models.db.statement import Query, Row, Statement
from models.db.tables import table_of


class _Statements:
    """Statements over the tables of all kinds of cards."""

    def __init__(self, models: tuple[type[Card], ...]) -> None:
        tables = [table_of(model) for model in models]
        here = [
            select(table.c.id, table.c.rank).where(table.c.column == bindparam("column"), table.c.archived_at.is_(None))
            for table in tables
        ]
        cards = union_all(*here).subquery("c").c
        is_other = cards.id != bindparam("but")
        rank, source, target = (bindparam(name, type_=String()) for name in ("rank", "moved_from", "moved_to"))
        ends = ", ".join(f'(SELECT max(rank) FROM {table.name} WHERE "column" = c.id)' for table in tables)  # noqa: S608
        self.in_column = select(cards.id).order_by(cards.rank, cards.id)
        self.any = select(literal(1)).select_from(union_all(*here).subquery("c")).limit(1)
        self.same = select(cards.id).where(is_other, cards.rank == rank).limit(1)
        self.below = select(func.max(cards.rank)).where(is_other, cards.rank < rank)
        self.above = select(func.min(cards.rank)).where(is_other, cards.rank > rank)
        self.move_archived = [update(table).where(table.c.column == source).values(column=target) for table in tables]
        self.highest = Statement(f'SELECT id, {ends} FROM "column" c WHERE board IN :boards')  # noqa: S608


_statements_for = cache(_Statements)


def _statements() -> _Statements:
    """Return the statements for the registered kinds."""
    return _statements_for(tuple(kind.model for kind in kinds.cards()))


class _HighestRanks:
    """Highest rank of each column, None for an empty column. `update` applies the changes of this transaction."""

    def __init__(self) -> None:
        self.by_column: dict[str, str | None] = {}
        self._processed_changes = 0

    def update(self, uow: UnitOfWork) -> None:
        """Apply the changes of cards since the last call."""
        for row, before in uow.entities.changes[self._processed_changes :]:
            if isinstance(row, Card) and (not before or not before.keys().isdisjoint(("column", "rank"))):
                former_column, rank = before.get("column", row.column), before.get("rank", row.rank)
                if before and self.by_column.get(former_column) == rank:
                    del self.by_column[former_column]
                if row.column in self.by_column:
                    self.by_column[row.column] = max(self.by_column[row.column] or "", row.rank)
        self._processed_changes = len(uow.entities.changes)


def highest(writer: EventWriter, column: str) -> str | None:
    """Return the highest rank in a column. Cached for the transaction, because new cards arrive in bursts."""
    cache: _HighestRanks = writer.unit.caches[_HighestRanks]
    cache.update(writer.unit)
    if column not in cache.by_column:
        writer.session.flush()
        writer.unit.read([query_of_highest(writer.unit, [writer.board.id])])
    return cache.by_column[column]


def query_of_highest(uow: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for the highest rank in each column of some boards."""

    def store(rows: list[Row]) -> None:
        cache: _HighestRanks = uow.caches[_HighestRanks]
        cache.update(uow)
        for id, *highest_by_kind in rows:
            cache.by_column[id] = max(rank or "" for rank in highest_by_kind) or None

    return Query(_statements().highest, {"boards": boards}, store)


def below(writer: EventWriter, column: str, rank: str, except_id: str) -> str | None:
    """Return the highest rank below `rank`, ignoring the card `except_id`."""
    params = {"column": column, "but": except_id, "rank": rank}
    return unit_of_work.execute(writer.session, _statements().below, params).scalar()


def above(writer: EventWriter, column: str, rank: str, except_id: str) -> str | None:
    """Return the lowest rank above `rank`, ignoring the card `except_id`."""
    params = {"column": column, "but": except_id, "rank": rank}
    return unit_of_work.execute(writer.session, _statements().above, params).scalar()


def in_order(writer: EventWriter, column: str) -> list[str]:
    """Return the ids of a column's cards in their order, including withdrawn cards."""
    return list(unit_of_work.execute(writer.session, _statements().in_column, {"column": column}).scalars())


def move_archived(writer: EventWriter, column: str, target: str) -> None:
    """Move a column's archived cards to another column, so that they can be brought back."""
    for statement in _statements().move_archived:
        unit_of_work.execute(writer.session, statement, {"moved_from": column, "moved_to": target})
    for row in writer.unit.entities.cached():
        if isinstance(row, Card) and row.column == column:
            set_columns(row, {"column": target})


def is_taken(writer: EventWriter, card: Card) -> bool:
    """Return whether another card in the same column has the same rank."""
    values = {"column": card.column, "rank": card.rank, "but": card.id}
    return unit_of_work.execute(writer.session, _statements().same, values).first() is not None


def is_any_in(writer: EventWriter, column: str) -> bool:
    """Return whether a column has a card, withdrawn or not."""
    return unit_of_work.execute(writer.session, _statements().any, {"column": column}).first() is not None
