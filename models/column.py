"""Columns of a search's board."""

from typing import ClassVar

from models.entity import CountedEntity


class Column(CountedEntity, table=True):
    """Column of a search's board.

    `title`: null if it is named after its role.
    `rank`: columns are sorted by (`rank`, id).
    """

    KIND: ClassVar[str] = "column"
    STATE: ClassVar[tuple[str, ...]] = ("title", "role", "rank")

    title: str | None = None
    role: str
    rank: str
