"""Distributions: the recipients of a material, and the requests to take it down."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField

from models.declared import field, group, part
from models.entity import Entity, partial_index
from models.fields import Data, Id, ShortText, Time, Title
from models.material import LANGUAGES, Language, Withdrawal
from models.texts import N_

Way = Literal["email", "paper", "by_hand", "social_media", "portal", "press", "other"]
WAYS = {
    "email": N_("E-mail"), "paper": N_("Paper, by post"), "by_hand": N_("By hand"), "social_media": N_("Social media"),
    "portal": N_("Website or portal"), "press": N_("Press"), "other": N_("Other"),
}  # fmt: skip
Copies = Annotated[int, PydanticField(ge=1, le=1_000_000)]


class TakeDown(Data):
    """Request to a recipient to take down a material.

    `due`: time by which the recipient must be asked.
    `done_at`: time at which the recipient was asked.
    `done_by`: account that recorded it.
    """

    due: Annotated[Time, part(N_("Due"), reads_as="time")]
    done_at: Annotated[Time | None, part(N_("Asked to take it down at"), reads_as="time")] = None
    done_by: Annotated[Id | None, part(N_("Asked by"), control="person")] = None
    note: Annotated[ShortText | None, part(N_("Note on the take-down"), personal=True, prose=True)] = None


class Distribution(Entity, table=True):
    """Material given to a recipient. *0.4.0*

    `take_down`: null while the material may still be shown.
    `by`: account that recorded it.
    """

    KIND: ClassVar[str] = "distribution"
    __table_args__ = (partial_index("distribution_due", "due", where="due IS NOT NULL"),)

    material: str = field(Id, N_("Material"), ..., reads_as="material")
    recipient: str = field(Title, N_("Recipient"), ..., by_people=True, control="text", required=True, personal=True, prose=True)
    way: str = field(Way, N_("Method"), ..., by_people=True, control="choice", required=True, choices=WAYS)
    language: str = field(Language, N_("Language"), ..., by_people=True, control="choice", required=True, choices=LANGUAGES)
    copies: int | None = field(Copies, N_("Copies"), by_people=True, control="number")
    at: str = field(Time, N_("Given at"), ..., by_people=True, control="time", past=True)
    by: str = field(Id, N_("Given by"), ..., control="person")
    take_down: dict[str, Any] | None = group(TakeDown, N_("Take-down"), nullable=True)
    withdrawn: dict[str, Any] | None = group(Withdrawal, N_("Withdrawn"), nullable=True)
    # Never part of a state:
    due: str | None = None  # due time of a take-down that is not done
