"""Cards: entities with a number, a place in a column, an assignee and a priority. They are withdrawn, never deleted."""

from typing import Literal

from models.declared import field
from models.entity import CountedEntity
from models.fields import Id
from models.searchable import Searchable
from models.texts import N_

Priority = Literal["low", "normal", "urgent"]
PRIORITIES = {"low": N_("low"), "normal": N_("normal"), "urgent": N_("urgent")}


class Card(Searchable, CountedEntity):
    """Row of a card. Numbers are shared by all kinds of cards of a board; `rank` is its place in the column."""

    number: int = field(int, N_("Number"), ..., exported=True, display="room", reads_as="internal")
    column: str = field(Id, N_("Column"), ..., exported=True, display="room", reads_as="column")
    rank: str = field(str, N_("Position in the column"), ..., display="room", reads_as="internal")
    assignee: str | None = field(Id, N_("Assigned to"), control="person", exported=True)
    priority: str = field(
        Priority, N_("Priority"), "normal", by_people=True, control="choice", exported=True, display="room", choices=PRIORITIES
    )
    withdrawn: bool = field(bool, N_("Withdrawn"), False, exported=True, display="room")
