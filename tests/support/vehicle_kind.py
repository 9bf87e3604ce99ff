"""Kind of card that only tests have: a vehicle, declared as an installation would declare a kind of its own."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import Session

from board import i18n
from board.commands.cards import cards
from board.commands.shared_fields import place_fields
from board.engine.kinds import EventSpec, FieldSpec, Kind
from models.card import Card, Priority
from models.entity import json_column
from models.fields import Data, LocationWithRadius, ShortText, Title


class Vehicle(Card, table=True):
    metadata = MetaData()  # beside the tables of the program, which migrations make
    KIND: ClassVar[str] = "vehicle"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "column", "rank", "plate", "make", "colour", "seen_with", "place", "assignee", "priority", "withdrawn",
    )  # fmt: skip
    plate: str
    make: str | None = None
    colour: str | None = None
    seen_with: str | None = None
    place: dict[str, Any] | None = json_column(LocationWithRadius, nullable=True)


class Fields(Data):
    plate: Title
    make: ShortText | None = None
    colour: ShortText | None = None
    seen_with: ShortText | None = None
    place: LocationWithRadius | None = None
    priority: Priority = "normal"


TEXTS = ("Vehicle", "Vehicles", "Plate", "Make", "Colour", "Seen with", "Vehicle added", "Vehicle changed")
KIND = Kind(
    model=Vehicle, title="Vehicle", plural="Vehicles", title_field="plate", first_column="inbox", data=Fields,
    fields=(
        cards.NUMBER, cards.COLUMN, cards.RANK,
        FieldSpec("plate", "Plate", control="text", required=True, searched=True, exported=True, personal=True),
        FieldSpec("make", "Make", control="text", searched=True, exported=True),
        FieldSpec("colour", "Colour", control="text", exported=True),
        FieldSpec("seen_with", "Seen with", control="text", searched=True, exported=True, personal=True),
        *place_fields("place", personal=True), cards.ASSIGNEE, cards.PRIORITY, cards.WITHDRAWN,
    ),
    events={"vehicle.added": EventSpec("Vehicle added", "vehicle.add"),
            "vehicle.updated": EventSpec("Vehicle changed", "vehicle.update", undoable=True), **cards.EVENTS},
    undo=cards.UNDO,
    translations={language: {text: f"{text} ({language})" for text in TEXTS} for language in i18n.languages()[1:]},
)  # fmt: skip


def create_table(session: Session) -> None:
    """Create the table of vehicles."""
    Vehicle.metadata.create_all(session.connection())
