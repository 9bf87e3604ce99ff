"""Notes: entries in the log of a search or one of its cards. A correction is a new note that refers to the old one."""

from typing import Any, ClassVar, Literal

from models.contact import Call
from models.declared import field, group
from models.entity import CountedEntity, partial_index
from models.fields import Id, RequiredLongText, Time
from models.searchable import Searchable
from models.texts import N_, P_

Category = Literal["comment", "decision", "contact", "phone", "bank"]
CATEGORIES = {
    "comment": N_("Comment"), "decision": N_("Decision"), "contact": N_("Contact"), "phone": P_("of a note", "Phone"),
    "bank": P_("of a note", "Bank"),
}  # fmt: skip


class Note(Searchable, CountedEntity, table=True):
    """Entry in the log of a search, one of its cards, or `operations`. A correction is a new note.

    `category`: `phone` and `bank` are traces of the child's telephone and cards. *0.4.0*
    `card`: card that it is about.
    `corrects`: note that it corrects.
    `please_answer`: whether the mentioned people must answer; null if not. *0.4.0*
    `call`: the call with a contact that it is about (`contact.log`), otherwise null. *0.4.0*
    """

    KIND: ClassVar[str] = "note"
    __table_args__ = (partial_index("note_correction", "corrects", where="corrects IS NOT NULL"),)

    text: str = field(
        RequiredLongText, N_("Text"), ..., by_people=True, control="long", required=True, searched=True, personal=True, prose=True
    )
    category: str = field(
        Category, N_("Category"), "comment", by_people=True, control="choice", required=True, display="room", choices=CATEGORIES
    )
    card: str | None = field(Id, N_("Card"), by_people=True, control="card", index=True)
    happened_at: str = field(
        Time, N_("Happened at"), ..., by_people=True, state_type=Time, control="time", past=True, display="room"
    )
    corrects: str | None = field(Id, N_("Correction of"), by_people=True, reads_as="note")
    please_answer: bool | None = field(bool, N_("Answer needed"), by_people=True, control="flag")
    call: dict[str, Any] | None = group(Call, N_("Call"), nullable=True)
