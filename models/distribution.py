"""Distributions: the recipients of a material, and the requests to take it down."""

from typing import Any, ClassVar, Literal

from models.entity import Entity, json_column, partial_index
from models.fields import Data, Id, ShortText, Time
from models.material import Withdrawal

Way = Literal["email", "paper", "by_hand", "social_media", "portal", "press", "other"]


class TakeDown(Data):
    """Request to a recipient to take down a material.

    `due`: time by which the recipient must be asked.
    `done_at`: time at which the recipient was asked.
    `done_by`: account that recorded it.
    """

    due: Time
    done_at: Time | None = None
    done_by: Id | None = None
    note: ShortText | None = None


class Distribution(Entity, table=True):
    """Material given to a recipient. *0.4.0*

    `take_down`: null while the material may still be shown.
    `by`: account that recorded it.
    """

    KIND: ClassVar[str] = "distribution"
    STATE: ClassVar[tuple[str, ...]] = (
        "material", "recipient", "way", "language", "copies", "at", "by", "take_down", "withdrawn",
    )  # fmt: skip

    __table_args__ = (partial_index("distribution_due", "due", where="due IS NOT NULL"),)

    material: str
    recipient: str
    way: str
    language: str
    copies: int | None = None
    at: str
    by: str
    take_down: dict[str, Any] | None = json_column(TakeDown, nullable=True)
    withdrawn: dict[str, Any] | None = json_column(Withdrawal, nullable=True)
    # Never part of a state:
    due: str | None = None  # due time of a take-down that is not done
