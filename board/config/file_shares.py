"""Shares of the space for photos and files, kept as data. An installation may replace the file by its own, under FILES_PATH."""

from typing import Annotated

from pydantic import Field

from board.config import data_files
from models.fields import Data

FILE = "shares.toml"
MB = 1_000_000  # bytes
MAX_MB = 1_000_000_000  # a petabyte: the numbers stay within 64 bits

Megabytes = Annotated[int, Field(ge=1, le=MAX_MB)]


class FileShares(Data):
    """Shares of the space for photos and files: bytes and uploads of an account within 24 hours, bytes of a search, the part of a
    search that one account may use, and bytes of the installation. At `warn_percent` of a share a warning is given.
    `withdrawn_days` after its withdrawal the bytes of a file are removed."""

    account_day_mb: Megabytes
    account_day_files: Annotated[int, Field(ge=1, le=100_000)]
    search_mb: Megabytes
    search_account_percent: Annotated[int, Field(ge=1, le=100)]
    installation_mb: Megabytes
    warn_percent: Annotated[int, Field(ge=1, le=100)]
    withdrawn_days: Annotated[int, Field(ge=0, le=36_500)]


class _Sections(Data):
    model_config = Data.model_config | {"extra": "ignore"}  # other sections have loaders of their own

    files: FileShares


def _load(folder: str | None) -> FileShares:
    return data_files.read(FILE, _Sections, folder).files


load_file_shares = data_files.loader(_load)
