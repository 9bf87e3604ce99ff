"""Columns of a search's board."""

from typing import ClassVar

from models.entity import CountedEntity


class Column(CountedEntity, table=True):
    KIND: ClassVar[str] = "column"
    STATE: ClassVar[tuple[str, ...]] = ("title", "role", "rank")

    title: str | None = None
    role: str
    rank: str
