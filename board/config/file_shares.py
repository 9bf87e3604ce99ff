"""Shares of the space for photos and files, in a data file. An installation can replace it with its own under FILES_PATH."""

from typing import Annotated

from pydantic import Field

from board.config import data_files
from models.fields import Data

FILE = "shares.toml"
MB = 1_000_000  # bytes
MAX_MB = 1_000_000_000  # a petabyte: sums of bytes fit into 64 bits

Megabytes = Annotated[int, Field(ge=1, le=MAX_MB)]


class FileShares(Data):
    """Shares of the space for photos and files.

    - `account_day_mb`, `account_day_files`: megabytes and uploads per account in 24 hours.
    - `search_mb`: megabytes per search.
    - `search_account_percent`: part of a search's space that one account can use.
    - `installation_mb`: megabytes of the installation.
    - `warn_percent`: part of a share at which a warning is shown.
    - `withdrawn_days`: days from a file's withdrawal to the removal of its bytes.
    """

    account_day_mb: Megabytes
    account_day_files: Annotated[int, Field(ge=1, le=100_000)]
    search_mb: Megabytes
    search_account_percent: Annotated[int, Field(ge=1, le=100)]
    installation_mb: Megabytes
    warn_percent: Annotated[int, Field(ge=1, le=100)]
    withdrawn_days: Annotated[int, Field(ge=0, le=36_500)]


class _Sections(Data):
    model_config = Data.model_config | {"extra": "ignore"}  # other sections have separate loaders

    files: FileShares


def _load(folder: str | None) -> FileShares:
    return data_files.read(FILE, _Sections, folder).files


load_file_shares = data_files.loader(_load)
