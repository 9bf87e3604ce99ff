"""Sightings: what somebody saw, who reports it, and how reliable it is."""

from typing import Any, ClassVar, Literal

from pydantic import Field as PydanticField
from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.card import Card
from models.entity import json_column
from models.fields import Data, Id, LocationWithRadius, ShortText, Time, Title

Channel = Literal["hotline", "app", "police", "field", "social_media", "other", "unknown"]
Assessment = Literal["unassessed", "credible", "confirmed", "not_the_child", "unverifiable", "duplicate"]
ASSURED = ("credible", "confirmed")
SETTLED = ("not_the_child", "unverifiable", "duplicate")
Queue = Literal["look", "judge", "pass_on", "answered"]


class Source(Data):
    """Source of a sighting. A sealed one is disclosed to coordinators and the person who took it in."""

    kind: Literal["named", "anonymous", "unknown"] = "unknown"
    sealed: bool = False


class Grade(Data):
    """Admiralty code: source and content are graded apart; F and 6 mean "cannot be judged"."""

    source: Literal["A", "B", "C", "D", "E", "F"] = "F"
    content: int = PydanticField(default=6, ge=1, le=6)


class LookedAt(Data):
    """First look of somebody who may act: the account, and when."""

    by: Id
    at: Time


class PassedOn(Data):
    """Report of a sighting to the police: to whom, when, under which reference of theirs, and by which account."""

    to: Title
    at: Time
    reference: ShortText | None = None
    by: Id


class FromTip(Data):
    """Tip that a sighting was before it was placed on the search."""

    id: Id
    number: int


class Sighting(Card, table=True):
    KIND: ClassVar[str] = "sighting"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "column", "rank", "description", "seen_at", "received_at", "late", "channel", "source", "place",
        "direction", "clothing", "company", "grade", "assessment", "duplicate_of", "assignee", "priority", "withdrawn",
        "source_kept", "queue", "queue_since", "looked_at", "passed_on",
        "from_tip",
    )  # fmt: skip

    __table_args__ = (Index("sighting_in_column", "column", "rank"), Index("sighting_in_queue", "queue", "board"))

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
    grade: dict[str, Any] = json_column(Grade)
    assessment: str = "unassessed"
    duplicate_of: str | None = None
    source_kept: bool | None = None  # true once a name or a contact was given, also if it was removed
    queue: str = Field(default="look", sa_column_kwargs={"server_default": "look"})  # these two by board/commands/queues.py
    queue_since: str | None = None
    looked_at: dict[str, Any] | None = json_column(LookedAt, nullable=True)
    passed_on: dict[str, Any] | None = json_column(PassedOn, nullable=True)
    from_tip: dict[str, Any] | None = json_column(FromTip, nullable=True)
    # Never part of a state:
    recorded_at: str
    taken_by: str
    source_name: str | None = None
    source_contact: str | None = None


class EarlierSource(SQLModel, table=True):
    """Name and contact of a source until the event `seq` replaced them. Beside the journal, so that each row can be erased by
    itself."""

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sighting: str = Field(index=True)
    source_name: str | None = None
    source_contact: str | None = None
