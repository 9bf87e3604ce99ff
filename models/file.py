"""Files of a search: photos, and what else was attached to it, to a card, or to a note. The bytes are in the file store."""

from typing import Any, ClassVar

from models.entity import Entity, json_column
from models.fields import Data, Id, Time


class Withdrawn(Data):
    """Withdrawal of a file: nobody can fetch it any more. `reason` is null where attaching it was undone."""

    reason: str | None = None
    at: Time
    by: Id


class File(Entity, table=True):
    """File of a search; of a card or a note where one is named. `picture` tells that it has a thumbnail and a view."""

    KIND: ClassVar[str] = "file"
    STATE: ClassVar[tuple[str, ...]] = (
        "card", "note", "name", "caption", "media_type", "size", "width", "height", "picture", "sha256", "taken_at", "added_by",
        "added_at", "withdrawn",
    )  # fmt: skip

    card: str | None = None
    note: str | None = None
    name: str
    caption: str | None = None
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    picture: bool = False
    sha256: str
    taken_at: str | None = None
    added_by: str
    added_at: str
    withdrawn: dict[str, Any] | None = json_column(Withdrawn, nullable=True)
