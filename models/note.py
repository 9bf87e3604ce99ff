"""Notes: entries in the log of a search or one of its cards. A correction is a new note that refers to the old one."""

from typing import ClassVar

from sqlmodel import Field

from models.entity import CountedEntity
from models.searchable import Searchable


class Note(Searchable, CountedEntity, table=True):
    """Entry in the log of a search, one of its cards, or `operations`. A correction is a new note.

    `card`: card that it is about.
    `corrects`: note that it corrects.
    `please_answer`: whether the mentioned people must answer; null if not. *0.4.0*
    """

    KIND: ClassVar[str] = "note"
    STATE: ClassVar[tuple[str, ...]] = ("text", "category", "card", "happened_at", "corrects", "please_answer")

    text: str
    category: str = "comment"
    card: str | None = Field(default=None, index=True)
    happened_at: str
    corrects: str | None = None
    please_answer: bool | None = None
