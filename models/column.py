"""Columns of a search's board."""

from typing import ClassVar, Literal

from models.declared import field
from models.entity import CountedEntity
from models.fields import Title
from models.texts import N_

Role = Literal["inbox", "todo", "doing", "waiting", "done"]
ROLES = {"inbox": N_("New"), "todo": N_("To do"), "doing": N_("Doing"), "waiting": N_("Waiting"), "done": N_("Done")}
IN_PROGRESS = ("doing", "waiting")  # roles


class Column(CountedEntity, table=True):
    """Column of a search's board.

    `title`: null if it is named after its role.
    `rank`: columns are sorted by (`rank`, id).
    """

    KIND: ClassVar[str] = "column"

    title: str | None = field(Title, N_("Title"), by_people=True, control="text", personal=True)
    role: str = field(Role, N_("Role"), ..., by_people=True, control="choice", required=True, display="room", choices=ROLES)
    rank: str = field(str, N_("Position in the column"), ..., display="room", reads_as="internal")
