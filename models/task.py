"""Tasks: an instruction, a due time, and a result."""

from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints
from sqlalchemy import Index, false

from models.card import Card, Priority
from models.declared import PLACE, field, group, part, written
from models.entity import partial_index
from models.fields import Data, Id, LocationWithRadius, LongText, Name, Time, Title
from models.texts import N_, P_


class ChecklistItem(Data):
    """Checklist item. Without a rank it is added at the end."""

    text: Annotated[Name, part(N_("Checklist"), searched=True, personal=True)]
    done: bool = False
    rank: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")] | None, part(N_("Checklist"), reads_as="internal")
    ] = None


class Task(Card, table=True):
    """Task with an instruction, a due time and a result.

    `checklist`: by keys of `[a-z0-9]{1,16}`.
    `place`: where it is to be done. *0.4.0*
    `sighting`: sighting that it is about.
    `take_down`: whether it was added when the child was found, to take down the appeal or to be done before closing.
    """

    KIND: ClassVar[str] = "task"
    __table_args__ = (
        Index("task_in_column", "column", "rank"),
        partial_index("task_urgent", "due", where="priority = 'urgent' AND NOT withdrawn"),
        partial_index("task_of_sighting", "sighting", where="sighting IS NOT NULL"),
    )

    title: str = field(
        Title, N_("Title"), ..., by_people=True, control="text", required=True, searched=True, exported=True,
        display="inner_room", prose=True,
    )  # fmt: skip
    # words that agree with `task`, which is feminine in French
    priority: str = field(
        Priority, N_("Priority"), "normal", by_people=True, control="choice", exported=True, display="room",
        choices={"low": P_("of a task", "low"), "normal": P_("of a task", "normal"), "urgent": P_("of a task", "urgent")},
    )  # fmt: skip
    instruction: str | None = written(LongText, N_("Instruction"), control="long")
    due: str | None = field(Time, N_("Due"), by_people=True, control="time", exported=True, display="room")
    place: dict[str, Any] | None = group(LocationWithRadius, N_("Place"), nullable=True, by_people=True, parts=PLACE)
    checklist: dict[str, Any] = group(dict[str, ChecklistItem], N_("Checklist"), by_people=True, exported=True, personal=True)
    result: str | None = written(LongText, N_("Result"), control="long")
    sighting: str | None = field(Id, N_("Sighting"), by_people=True, control="card", refers_to="sighting", exported=True)
    take_down: bool = field(bool, N_("Follow-up task"), False, exported=True, sa_column_kwargs={"server_default": false()})
