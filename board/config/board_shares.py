"""Shares of a board, in a data file: the entities that one account or token can add, the coordinators' reserve, and the entities
that leave a full board. An installation can replace the file with its own under FILES_PATH."""

from typing import Annotated

from pydantic import Field

from board.config import data_files
from models.fields import Data

FILE = "shares.toml"
MAX_RESERVE = 500  # entities: half of the space above a board's limit; the rest is for status changes and openings
MAX_DAYS = 3_650

Share = Annotated[int, Field(ge=10, le=10_000)]
Days = Annotated[int, Field(ge=0, le=MAX_DAYS)]


class LeaveAfterDays(Data):
    """Days without a change after which entities leave a board that is nearly full; 0 for never."""

    withdrawn: Days = 7
    set_aside: Days = 30
    done: Days = 30
    notes: Days = 90


class BoardShares(Data):
    """Shares of a board, in entities."""

    account: Share
    token: Share
    searches: Annotated[int, Field(ge=10, le=10_000)]
    warn_at: Annotated[float, Field(gt=0, le=1, strict=False)]
    reserve: Annotated[int, Field(ge=0, le=MAX_RESERVE)]
    reserve_account: Annotated[int, Field(ge=0, le=MAX_RESERVE)]
    leave_after_days: LeaveAfterDays = LeaveAfterDays()

    def warns_at(self, limit: int) -> int:
        """Return the number of entities in a share at which its owner is warned."""
        return int(limit * self.warn_at)


class SharesFile(Data):
    model_config = Data.model_config | {"extra": "ignore"}  # other sections have separate loaders

    board: BoardShares


def _load(folder: str | None) -> BoardShares:
    return data_files.read(FILE, SharesFile, folder).board


load_board_shares = data_files.loader(_load)
