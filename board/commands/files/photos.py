"""Photo of a search: one of its pictures. Displays show it during an appeal to the public."""

from collections.abc import Mapping

from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.entity import State
from models.fields import Data, Id
from models.file import File
from models.search import Search

PUBLIC_LEVELS = ("public", "child_alert")  # levels of the appeal at which displays may show the photo


class SetPhoto(Data):
    """Set the photo of a search.

    `file`: a picture of this search that is not withdrawn; null removes the photo.
    """

    NULLABLE = ("file",)

    file: Id | None


def set_photo(writer: EventWriter, data: SetPhoto) -> None:
    """Set or remove the photo of a search."""
    row = writer.find(Search, writer.board.id, "search")
    if data.file is not None:
        file = writer.find(File, data.file, "file")
        if file.withdrawn is not None:
            raise invalid("file", N_("This file was withdrawn."))
        if not file.picture:
            raise invalid("file", N_("This file is not a picture."))
    writer.update(row, "search.photo_set", {"photo": data.file})


def take_off(writer: EventWriter, file: str) -> None:
    """Remove a withdrawn file as the photo of its search."""
    row = writer.find(Search, writer.board.id, "search")
    if row.photo == file:
        writer.update(row, "search.photo_set", {"photo": None}, conflicts=False)


def derive(before: State, after: State, now: str) -> State:
    """Return the field with the photo that displays may show."""
    is_public = after["status"] == "open" and after["appeal"]["level"] in PUBLIC_LEVELS
    return {"public_photo": after["photo"] if is_public else None}


def dangling(writer: EventWriter, values: State) -> Mapping[str, str]:
    """Return a sentence for the photo, if an undo would restore a withdrawn one."""
    file = unit_of_work.get(writer.session, File, values["photo"]) if values.get("photo") is not None else None
    return {"photo": N_("This file was withdrawn.")} if file is not None and file.withdrawn is not None else {}
