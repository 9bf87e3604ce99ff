"""Sightings: what somebody saw, who reports it, and how reliable it is."""

from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.entity import json_column
from models.searchable import Searchable


class Sighting(Searchable, table=True):
    KIND: ClassVar[str] = "sighting"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "column", "rank", "description", "seen_at", "received_at", "late", "channel", "source", "place",
        "direction", "clothing", "company", "grade", "assessment", "duplicate_of", "assignee", "priority", "withdrawn",
        "source_kept",
    )  # fmt: skip

    __table_args__ = (Index("sighting_in_column", "column", "rank"),)

    number: int
    column: str
    rank: str
    description: str
    seen_at: str | None = None
    received_at: str | None = None
    late: bool = False
    channel: str = "unknown"
    source: dict[str, Any] = json_column()
    place: dict[str, Any] | None = json_column(nullable=True)
    direction: str | None = None
    clothing: str | None = None
    company: str | None = None
    grade: dict[str, Any] = json_column()
    assessment: str = "unassessed"
    duplicate_of: str | None = None
    assignee: str | None = None
    priority: str = "normal"
    withdrawn: bool = False
    source_kept: bool | None = None  # true once a name or a contact was given, also if it was removed
    # Never part of a state:
    recorded_at: str
    taken_by: str
    source_name: str | None = None
    source_contact: str | None = None

    def searchable_texts(self) -> dict[str, str | None]:
        return {
            "description": self.description,
            "clothing": self.clothing,
            "company": self.company,
            "direction": self.direction,
            "place.text": (self.place or {}).get("text"),
        }


class EarlierSource(SQLModel, table=True):
    """Name and contact of a source until the event `seq` replaced them. Beside the journal, so that each row can be erased by
    itself."""

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sighting: str = Field(index=True)
    source_name: str | None = None
    source_contact: str | None = None
