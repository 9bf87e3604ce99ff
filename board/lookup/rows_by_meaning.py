"""Rows that say the same as a typed text, in other words or another language.

Each process caches the meanings of the newest rows' texts (see `board.vocabulary.meanings`). A look-up reads at most MAX_READ
texts that are not cached, newest first; the next look-up reads further.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from board.engine.kinds import Kind
from board.lookup.looks import Said
from board.vocabulary import Meanings
from board.vocabulary.meaning import Meaning
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.searchable import Searchable

Texts = Mapping[str, str | None]

NO_LOOKS = frozenset({"place", "direction", "reference"})  # columns that are searched by their words only
MAX_COMPARED = 20_000  # newest rows of a kind
MAX_READ = 2_000  # texts that one look-up reads for the first time


def rows_by_meaning(
    session: Session, kind: Kind, said: Said, conditions: Sequence[ColumnElement[bool]], limit: int
) -> list[Searchable]:
    """Return the newest rows that say everything that was typed. Words that do not describe looks must occur literally."""
    if not (ids := ids_by_meaning(session, kind, said, conditions, limit)):
        return []
    columns = columns_of(kind.model)
    return list(session.scalars(select(kind.model).where(columns.id.in_(ids)).order_by(columns.id.desc())))


def ids_by_meaning(session: Session, kind: Kind, said: Said, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[str]:
    """Return the ids of the newest rows that say everything that was typed."""
    if not said.statements:
        return []
    columns = columns_of(kind.model)
    named = [columns.folded.like(f"% {word}%") for word in said.names]
    texts = RowTexts.of(kind)
    query = texts.query.where(*conditions, *named).order_by(columns.id.desc()).limit(MAX_COMPARED)
    rows = ((row, texts.read(row)) for row in paced(session.connection().execute(query)))
    found = (row.id for row, meaning in with_meanings(said.meanings, rows) if meaning is not None and said.fits(meaning))
    return list(islice(found, limit))


class RowTexts(NamedTuple):
    """Texts of a kind's rows that can describe looks. `fields`: their columns; empty if some of the texts are inside a group."""

    kind: Kind
    query: Select[Any]
    fields: tuple[str, ...]

    @classmethod
    @cache
    def of(cls, kind: Kind) -> "RowTexts":
        columns, names = columns_of(kind.model), sorted(kind.searched_columns - NO_LOOKS)
        is_plain = all(spec.path in names for spec in kind.fields if spec.searched and spec.column not in NO_LOOKS)
        selected = names if is_plain else sorted(kind.searched_columns)
        return cls(kind, select(columns.id, *(columns[name] for name in selected)), tuple(names) if is_plain else ())

    def read(self, row: Any) -> Texts:
        """Return the texts of a row of the query, by field."""
        return dict(zip(self.fields, row[1:], strict=True)) if self.fields else self.kind.searchable_texts(row)


def with_meanings(meanings: Meanings, rows: Iterable[tuple[Any, Texts]]) -> Iterator[tuple[Any, Meaning | None]]:
    """Yield the rows with the meanings of their texts; None if it is not cached, and MAX_READ texts have been read."""
    read = 0
    for row, texts in rows:
        meaning = meanings.kept(texts)
        if meaning is None and read < MAX_READ:
            read += 1
            meaning = meanings.of(texts)
        yield row, meaning
