"""Cards: entities with a number, a place in a column, an assignee and a priority. They are withdrawn, never deleted."""

from typing import Literal

from models.entity import CountedEntity
from models.searchable import Searchable

Priority = Literal["low", "normal", "urgent"]


class Card(Searchable, CountedEntity):
    """Row of a card. Numbers are shared by all kinds of cards of a board; `rank` is its place in the column."""

    number: int
    column: str
    rank: str
    assignee: str | None = None
    priority: str = "normal"
    withdrawn: bool = False
