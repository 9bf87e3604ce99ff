"""Tips: sightings that belong to no known search yet, on `operations`. A tip is placed on a search, where it becomes a sighting,
or dismissed."""

from typing import Annotated, Any, ClassVar, Literal

from sqlalchemy import Index
from sqlmodel import Field

from models.card import PRIORITIES, Priority
from models.declared import field, group, part
from models.fields import Data, Id, LongText, Time
from models.report import Report
from models.texts import N_, P_

TipQueue = Literal["look", "answered"]
QUEUES = {"look": N_("to look at"), "answered": P_("of a sighting", "answered")}


class Placement(Data):
    """Placement of a tip: its search, and the sighting that it became.

    `board`: the search.
    """

    board: Annotated[Id, part(N_("Search"), reads_as="search")]
    sighting: Annotated[Id, part(N_("Sighting"), reads_as="internal")]
    number: Annotated[int, part(N_("Number of the sighting"))]
    at: Annotated[Time, part(N_("Placed at"), reads_as="time")]
    by: Annotated[Id, part(N_("Placed by"), reads_as="person")]


class Dismissal(Data):
    """Dismissal of a tip, with its reason."""

    reason: Annotated[LongText, part(N_("Reason for the dismissal"), personal=True, prose=True)]
    at: Annotated[Time, part(N_("Dismissed at"), reads_as="time")]
    by: Annotated[Id, part(N_("Dismissed by"), reads_as="person")]


class Tip(Report, table=True):
    """Sighting that belongs to no known search yet. It shares the fields of a sighting. *0.4.0*

    `placed`: null until it is placed on a search.
    `dismissed`: null unless it is dismissed.
    `queue`: `look` until it is placed or dismissed.
    """

    KIND: ClassVar[str] = "tip"
    __table_args__ = (Index("tip_answered", "archived_at", "queue", "queue_since"),)

    number: int = field(int, N_("Number"), ..., exported=True, reads_as="internal")
    assignee: str | None = field(Id, N_("Assigned to"), control="person", exported=True)
    priority: str = field(Priority, N_("Priority"), "normal", by_people=True, control="choice", exported=True, choices=PRIORITIES)
    placed: dict[str, Any] | None = group(Placement, N_("Placed on a search"), nullable=True)
    dismissed: dict[str, Any] | None = group(Dismissal, N_("Dismissed"), nullable=True)
    queue: str = field(TipQueue, N_("Next step"), "look", choices=QUEUES, reads_as="internal")
    queue_since: str = field(Time, N_("Waiting since"), ..., reads_as="internal")
    # Never part of a state:
    # search that it was placed on; accounts that may not see the search do not see the tip
    placed_on: str | None = Field(default=None, index=True)
