"""Files of a search: photos and other files attached to the search, a card or a note. The bytes are in the file store."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.entity import Entity, json_column, partial_index
from models.fields import Data, Id, Time


class FileWithdrawal(Data):
    """Withdrawal of a file, which nobody can fetch any longer.

    `reason`: null if the file was withdrawn by undoing its `file.attach`.
    """

    reason: str | None = None
    at: Time
    by: Id


class RemovalProposal(Data):
    """Proposal to remove the bytes of a withdrawn file, which another account must confirm."""

    reason: str
    at: Time
    by: Id


class Removal(Data):
    """Removal of a file's bytes.

    `by`: account that confirmed it; null if the server removed them.
    """

    at: Time
    by: Id | None = None


INSTALLATION = "installation"


class FileUsage(SQLModel, table=True):
    """Bytes that all files and uploads use, in the row INSTALLATION. An upload counts with its full size."""

    __tablename__ = "file_usages"

    name: str = Field(primary_key=True)
    bytes: int = Field(sa_type=BigInteger)


class File(Entity, table=True):
    """File of a search, and of one of its cards or notes if it has one. *0.4.0*

    `card`: card that it belongs to. A file has a card, a note, or neither.
    `note`: note that it belongs to.
    `name`: without folders, control characters and characters that change the direction of text.
    `media_type`: detected from the content.
    `size`: in bytes.
    `width`: width of an upright picture.
    `height`: height of an upright picture.
    `picture`: whether it has a thumbnail and a view.
    `sha256`: digest of the original, in hex.
    `taken_at`: time stated by people.
    `removal`: proposal to remove its bytes.
    `removed`: null while the bytes are on the disk.
    """

    __table_args__ = (partial_index("file_withdrawn", "id", where="withdrawn IS NOT NULL AND stored > 0"),)

    KIND: ClassVar[str] = "file"
    STATE: ClassVar[tuple[str, ...]] = (
        "card", "note", "name", "caption", "media_type", "size", "width", "height", "picture", "sha256", "taken_at", "added_by",
        "added_at", "withdrawn", "removal", "removed",
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
    withdrawn: dict[str, Any] | None = json_column(FileWithdrawal, nullable=True)
    removal: dict[str, Any] | None = json_column(RemovalProposal, nullable=True)
    removed: dict[str, Any] | None = json_column(Removal, nullable=True)
    # bytes of the original, the thumbnail and the view; 0 after their removal
    stored: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
