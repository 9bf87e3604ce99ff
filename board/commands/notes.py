"""Notes: the log of a search. Notes never change: a correction is a new note that refers to the old one."""

from typing import Literal

from board.commands import cards
from board.engine.event_writer import EventWriter
from board.fields import Data, Id, RequiredLongText, Time
from models.ids import new_id
from models.note import Note


class Add(Data):
    text: RequiredLongText
    category: Literal["comment", "decision", "contact"] = "comment"
    card: Id | None = None
    happened_at: Time | None = None
    corrects: Id | None = None


def add(writer: EventWriter, data: Add) -> None:
    """Add a note to a board or one of its cards. `happened_at` is when it happened, not when it was recorded."""
    if data.card is not None:
        cards.find(writer, data.card)
    if data.corrects is not None:
        writer.find(Note, data.corrects, "corrects")
    values = data.model_dump() | {"happened_at": data.happened_at or writer.now}
    writer.create(Note(id=new_id(), board=writer.board.id, **values), "note.added")
