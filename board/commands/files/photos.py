"""Photo of a search: one of its pictures. Displays get it while the appeal to the public runs."""

from collections.abc import Mapping

from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.entity import State
from models.fields import Data, Id
from models.file import File
from models.search import Search

PUBLIC_LEVELS = ("public", "child_alert")  # levels of the appeal at which everybody may see the photo


class SetPhoto(Data):
    """Set the photo of a search.

    `file`: a picture of this search that is not withdrawn; null: no photo.
    """

    NULLABLE = ("file",)

    file: Id | None


def set_photo(writer: EventWriter, data: SetPhoto) -> None:
    """Set the photo of a search, or take it off."""
    row = writer.find(Search, writer.board.id, "search")
    if data.file is not None:
        file = writer.find(File, data.file, "file")
        if file.withdrawn is not None:
            raise invalid("file", N_("This file was withdrawn."))
        if not file.picture:
            raise invalid("file", N_("This file is not a picture."))
    writer.update(row, "search.photo_set", {"photo": data.file})


def take_off(writer: EventWriter, file: str) -> None:
    """Take a file off as the photo, because nobody may see it any more."""
    row = writer.find(Search, writer.board.id, "search")
    if row.photo == file:
        writer.update(row, "search.photo_set", {"photo": None}, conflicts=False)


def derive(before: State, after: State, now: str) -> State:
    """Return the photo that displays may show."""
    is_public = after["status"] == "open" and after["appeal"]["level"] in PUBLIC_LEVELS
    return {"public_photo": after["photo"] if is_public else None}


def dangling(writer: EventWriter, values: State) -> Mapping[str, str]:
    """Return a sentence where an undo would bring back a photo that was withdrawn."""
    file = unit_of_work.get(writer.session, File, values["photo"]) if values.get("photo") is not None else None
    return {"photo": N_("This file was withdrawn.")} if file is not None and file.withdrawn is not None else {}
