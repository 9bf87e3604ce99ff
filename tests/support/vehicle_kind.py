"""Kind of card that only tests have: a vehicle, declared as an installation would declare its own kind."""

from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import Session

from board import i18n
from board.commands.cards import cards
from models.card import Card, CardKind
from models.declared import PLACE, field, group, private
from models.fields import LocationWithRadius, ShortText, Title
from models.occasion import Occasion


class Vehicle(Card, table=True):
    metadata = MetaData()  # beside the tables of the program, which migrations make
    KIND: ClassVar[str] = "vehicle"
    DECLARED = CardKind(
        "Vehicle", "Vehicles", "Vehicle added", "Vehicle changed",
        occasions={
            "vehicle_urgent": Occasion(
                "Urgent vehicle", "Urgent vehicle {number}", holds={"priority": ("urgent",), "withdrawn": (False,)}
            ),
        },
    )  # fmt: skip

    plate: str = field(
        Title, "Plate", ..., by_people=True, control="text", required=True, searched=True, exported=True, personal=True
    )
    make: str | None = field(ShortText, "Make", by_people=True, control="text", searched=True, exported=True)
    colour: str | None = field(ShortText, "Colour", by_people=True, control="text", exported=True)
    seen_with: str | None = private(ShortText, "Seen with", by_people=True, control="text", searched=True)
    place: dict[str, Any] | None = group(LocationWithRadius, "Place", nullable=True, by_people=True, parts=PLACE)


TEXTS = (
    "Vehicle", "Vehicles", "Plate", "Make", "Colour", "Seen with", "Vehicle added", "Vehicle changed", "Urgent vehicle",
    "Urgent vehicle {number}",
)  # fmt: skip
KIND = replace(
    cards.kind_of(Vehicle, Vehicle.DECLARED),
    translations={language: {text: f"{text} ({language})" for text in TEXTS} for language in i18n.languages()[1:]},
)


def create_table(session: Session) -> None:
    """Create the table of vehicles."""
    Vehicle.metadata.create_all(session.connection())
