"""Files of a search: photos and other files attached to the search, a card or a note. The bytes are in the file store."""

from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.declared import field, group, part
from models.entity import Entity, partial_index
from models.fields import Data, Id, ShortText, Time
from models.texts import N_


class FileWithdrawal(Data):
    """Withdrawal of a file, which nobody can fetch any longer.

    `reason`: null if the file was withdrawn by undoing its `file.attach`.
    """

    reason: Annotated[str | None, part(N_("Reason"), personal=True, prose=True)] = None
    at: Annotated[Time, part(N_("Withdrawn at"), reads_as="time")]
    by: Annotated[Id, part(N_("Withdrawn by"), reads_as="person")]


class RemovalProposal(Data):
    """Proposal to remove the bytes of a withdrawn file, which another account must confirm."""

    reason: Annotated[str, part(N_("Reason"), personal=True, prose=True)]
    at: Annotated[Time, part(N_("Removal proposed at"), reads_as="time")]
    by: Annotated[Id, part(N_("Removal proposed by"), reads_as="person")]


class Removal(Data):
    """Removal of a file's bytes.

    `by`: account that confirmed it; null if the server removed them.
    """

    at: Annotated[Time, part(N_("Removed at"), reads_as="time")]
    by: Annotated[Id | None, part(N_("Removal confirmed by"), reads_as="person")] = None


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

    __table_args__ = (
        partial_index("file_withdrawn", "id", where="withdrawn IS NOT NULL AND stored > 0"),
        partial_index("file_of_card", "card", where="card IS NOT NULL"),
        partial_index("file_of_note", "note", where="note IS NOT NULL"),
    )

    KIND: ClassVar[str] = "file"

    card: str | None = field(Id, N_("Card"), by_people=True, control="card")
    note: str | None = field(Id, N_("Note"), reads_as="note")
    name: str = field(str, N_("File name"), ..., personal=True)
    caption: str | None = field(ShortText, N_("Caption"), by_people=True, control="text", personal=True, prose=True)
    media_type: str = field(str, N_("Media type"), ..., reads_as="internal")
    size: int = field(int, N_("Size in bytes"), ..., reads_as="internal")
    width: int | None = field(int, N_("Width in pixels"), reads_as="internal")
    height: int | None = field(int, N_("Height in pixels"), reads_as="internal")
    picture: bool = field(bool, N_("Picture"), False, reads_as="internal")
    sha256: str = field(str, N_("SHA-256"), ..., reads_as="internal")
    taken_at: str | None = field(Time, N_("Photo taken at"), by_people=True, control="time", past=True, personal=True)
    added_by: str = field(Id, N_("Attached by"), ..., reads_as="internal")
    added_at: str = field(Time, N_("Attached at"), ..., reads_as="internal")
    withdrawn: dict[str, Any] | None = group(FileWithdrawal, N_("Withdrawal of the file"), nullable=True)
    removal: dict[str, Any] | None = group(RemovalProposal, N_("Proposed removal of the file"), nullable=True)
    removed: dict[str, Any] | None = group(Removal, N_("Removal of the file"), nullable=True)
    # Never part of a state:
    # bytes of the original, the thumbnail and the view; 0 after their removal
    stored: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
