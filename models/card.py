"""Cards: entities with a number, a place in a column, an assignee and a priority. They are withdrawn, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import ClassVar, Literal

from models.declared import field
from models.entity import CountedEntity
from models.fields import Id
from models.occasion import Occasion
from models.searchable import Searchable
from models.texts import N_

Priority = Literal["low", "normal", "urgent"]
PRIORITIES = {"low": N_("low"), "normal": N_("normal"), "urgent": N_("urgent")}


@dataclass(frozen=True, slots=True)
class CardKind:
    """Declaration of a kind of card that has no rules of its own, on its row. `added` and `changed` are the names of its events.
    Its first field names a card; `first_column` is the role of the column for new ones. An occasion needs `holds`."""

    title: str
    plural: str
    added: str
    changed: str
    first_column: str = "inbox"
    occasions: Mapping[str, Occasion] = dataclass_field(default_factory=dict)


class Card(Searchable, CountedEntity):
    """Row of a card. Numbers are shared by all kinds of cards of a board; `rank` is its place in the column."""

    DECLARED: ClassVar[CardKind | None] = None

    number: int = field(int, N_("Number"), ..., exported=True, display="room", reads_as="internal")
    column: str = field(Id, N_("Column"), ..., exported=True, display="room", reads_as="column")
    rank: str = field(str, N_("Position in the column"), ..., display="room", reads_as="internal")
    assignee: str | None = field(Id, N_("Assigned to"), control="person", exported=True)
    priority: str = field(
        Priority, N_("Priority"), "normal", by_people=True, control="choice", exported=True, display="room", choices=PRIORITIES
    )
    withdrawn: bool = field(bool, N_("Withdrawn"), False, exported=True, display="room")
