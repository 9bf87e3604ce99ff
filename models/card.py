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
    """Declaration of a kind of card without separate rules. Its first field names a card.

    `added`, `changed`: labels of its events. `first_column`: role of the column for new cards. `occasions`: each needs `holds`.
    """

    title: str
    plural: str
    added: str
    changed: str
    first_column: str = "inbox"
    occasions: Mapping[str, Occasion] = dataclass_field(default_factory=dict)


class Card(Searchable, CountedEntity):
    """Row of a card. All kinds of cards on a board share their numbers. `rank`: its place in the column."""

    DECLARED: ClassVar[CardKind | None] = None

    number: int = field(int, N_("Number"), ..., exported=True, display="room", reads_as="internal")
    column: str = field(Id, N_("Column"), ..., exported=True, display="room", reads_as="column")
    rank: str = field(str, N_("Position in the column"), ..., display="room", reads_as="internal")
    assignee: str | None = field(Id, N_("Assigned to"), control="person", exported=True)
    priority: str = field(
        Priority, N_("Priority"), "normal", by_people=True, control="choice", exported=True, display="room", choices=PRIORITIES
    )
    withdrawn: bool = field(bool, N_("Withdrawn"), False, exported=True, display="room")
