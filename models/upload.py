"""Uploads: files that are sent to the server in parts, until they are attached to a search."""

from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.entity import json_column, partial_index
from models.fields import Data


class UploadResult(Data):
    """Facts about the content of a complete upload. `found`: facts in the metadata of a picture."""

    media_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None
    picture: bool = False
    found: dict[str, Any] = Field(default_factory=dict)


class Upload(SQLModel, table=True):
    """Upload by an account for a board.

    `size`: of the complete file. `offset`: stored bytes. `parts`: number of stored objects. `state`: `receiving`, `ready`,
    `attached`, or `dropped` while its stored bytes are deleted. `file`: id of the stored files, and later of the file.
    `previews`: bytes of its pictures. `poison`: number of processes that it has killed.
    """

    __table_args__ = (
        Index("upload_account", "account", "touched_at"),
        Index("upload_board", "board"),
        Index("upload_created", "created_at"),
        partial_index("upload_of_file", "file", where="file IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    board: str
    account: str
    name: str
    size: int
    offset: int = 0
    parts: int = 0
    state: str = "receiving"
    file: str | None = None
    poison: int = 0
    result: dict[str, Any] | None = json_column(UploadResult, nullable=True)
    created_at: str
    touched_at: str
    previews: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class UploadPart(SQLModel, table=True):
    """Stored part of an upload: `size` bytes from `offset` on, in the named object."""

    __tablename__ = "upload_part"

    upload: str = Field(primary_key=True)
    offset: int = Field(primary_key=True)
    size: int
    object: str
