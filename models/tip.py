"""Tips: sightings that fit no search yet, on `operations`. A tip is placed on a search, where it becomes a sighting, or it is
dismissed."""

from typing import Any, ClassVar, Literal

from sqlalchemy import Index
from sqlmodel import Field

from models.entity import CountedEntity, json_column
from models.fields import Data, Id, LocationWithRadius, LongText, Time
from models.searchable import Searchable
from models.sighting import Source

TipQueue = Literal["look", "answered"]


class Placed(Data):
    """Sighting that a tip became, with its search.

    `board`: the search.
    """

    board: Id
    sighting: Id
    number: int
    at: Time
    by: Id


class Dismissed(Data):
    """Reason for which a tip was dismissed."""

    reason: LongText
    at: Time
    by: Id


class Tip(Searchable, CountedEntity, table=True):
    """Sighting that fits no search yet. Fields that a sighting has too are those of a sighting. *0.4.0*

    `placed`: null until it is placed on a search.
    `dismissed`: null unless it is dismissed.
    `queue`: `look` until it is placed or dismissed.
    """

    KIND: ClassVar[str] = "tip"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "description", "seen_at", "received_at", "late", "channel", "source", "place", "direction", "clothing",
        "company", "assignee", "priority", "source_kept", "placed", "dismissed", "queue", "queue_since",
    )  # fmt: skip

    __table_args__ = (Index("tip_answered", "archived_at", "queue", "queue_since"),)

    number: int
    description: str
    seen_at: str | None = None
    received_at: str | None = None
    late: bool = False
    channel: str = "unknown"
    source: dict[str, Any] = json_column(Source)
    place: dict[str, Any] | None = json_column(LocationWithRadius, nullable=True)
    direction: str | None = None
    clothing: str | None = None
    company: str | None = None
    assignee: str | None = None
    priority: str = "normal"
    source_kept: bool | None = None
    placed: dict[str, Any] | None = json_column(Placed, nullable=True)
    dismissed: dict[str, Any] | None = json_column(Dismissed, nullable=True)
    queue: str = "look"
    queue_since: str
    # Never part of a state:
    # the search that it was placed on: who may not see it does not see the tip
    placed_on: str | None = Field(default=None, index=True)
    recorded_at: str
    taken_by: str
    source_name: str | None = None
    source_contact: str | None = None
