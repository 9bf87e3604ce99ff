"""Rights of roles, in a data file. An installation can replace the file with its own under FILES_PATH."""

from functools import partial
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

from board.config import data_files
from models.fields import Data

FILE = "roles.toml"
Right = Literal["export", "contacts", "report", "displays", "alarm_data"]
RIGHTS: tuple[Right, ...] = get_args(Right)
FOR_VIEWERS: tuple[Right, ...] = ("export",)  # a viewer can lose these rights, and gets no other


def _checked_viewer(rights: list[Right]) -> list[Right]:
    if any(right not in FOR_VIEWERS for right in rights):
        raise ValueError("a viewer can have no right except " + ", ".join(FOR_VIEWERS))
    return rights


class Roles(Data):
    """Rights of each role. `board/config/data/roles.toml` explains them."""

    viewer: Annotated[list[Right], AfterValidator(_checked_viewer)]
    investigator: list[Right]
    coordinator: list[Right]
    admin: list[Right]

    def allows(self, role: str, right: Right) -> bool:
        """Return whether accounts with this role have the right. A display has none."""
        return right in getattr(self, role, ())


load_roles = data_files.loader(partial(data_files.read, FILE, Roles))
