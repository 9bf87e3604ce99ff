"""Notes: entries of the log, on a search or on one of its cards. A correction is a new note that refers to the old one."""

from typing import ClassVar

from sqlmodel import Field

from models.entity import CountedEntity
from models.searchable import Searchable


class Note(Searchable, CountedEntity, table=True):
    """Entry of the log, on a search, on one of its cards, or on `operations`. A correction is a new note.

    `card`: the card that it is about.
    `corrects`: the note that it corrects.
    `please_answer`: the people mentioned in it must answer; null: nobody must. *0.4.0*
    """

    KIND: ClassVar[str] = "note"
    STATE: ClassVar[tuple[str, ...]] = ("text", "category", "card", "happened_at", "corrects", "please_answer")

    text: str
    category: str = "comment"
    card: str | None = Field(default=None, index=True)
    happened_at: str
    corrects: str | None = None
    please_answer: bool | None = None  # the people who are mentioned in it have to answer; null: nobody has
