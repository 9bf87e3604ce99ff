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
    """Source of a sighting. A sealed one is disclosed to coordinators and to the person who recorded it."""

    kind: Literal["named", "anonymous", "unknown"] = "unknown"
    sealed: bool = False


class Grade(Data):
    """Admiralty code: source and content are graded apart; F and 6 mean "cannot be judged"."""

    source: Literal["A", "B", "C", "D", "E", "F"] = "F"
    content: int = PydanticField(default=6, ge=1, le=6)


class LookedAt(Data):
    """First look by somebody who may act.

    `by`: the account.
    `at`: when.
    """

    by: Id
    at: Time


class PassedOn(Data):
    """Report of a sighting to the police.

    `to`: which police.
    `reference`: their reference.
    `by`: the account.
    """

    to: Title
    at: Time
    reference: ShortText | None = None
    by: Id


class FromTip(Data):
    """Tip that a sighting was before it was placed on the search."""

    id: Id
    number: int


class Sighting(Card, table=True):
    """Sighting of a child. Name and contact of its source are in no state and no event; see *Sources*.

    `column`: cards are sorted in a column by (`rank`, id).
    `late`: recorded over 30 minutes after it was received.
    `channel`: `unknown` if none was given.
    `grade.source`: reliability of the source, from `A` to `F` (cannot be judged).
    `grade.content`: reliability of the content, from 1 to 6 (cannot be judged).
    `source_kept`: true once a name or a contact of the source was given, else null.
    `queue`: see *Queues*. *0.4.0*
    `queue_since`: time of the event by which it came into the queue. *0.4.0*
    `looked_at`: null: nobody has looked at it. *0.4.0*
    `passed_on`: null: it was not passed on to the police. *0.4.0*
    `from_tip`: the tip that it was before it was placed here, else null. *0.4.0*
    """

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
    queue: str = Field(default="look", sa_column_kwargs={"server_default": "look"})  # both by sightings/queues.py
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
