"""Tasks: what somebody is to do, by when, and the result."""

from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints
from sqlalchemy import Index, false
from sqlmodel import Field

from models.card import Card
from models.entity import json_column, partial_index
from models.fields import Data, Name


class ChecklistItem(Data):
    """Checklist item. Without a rank it goes after the others."""

    text: Name
    done: bool = False
    rank: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")] | None = None


class Task(Card, table=True):
    """Task: what somebody must do, by when, and the result.

    `checklist`: by keys of `[a-z0-9]{1,16}`.
    `sighting`: the sighting that it is about.
    `take_down`: made when the child was found, to take the appeal down.
    """

    KIND: ClassVar[str] = "task"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "column", "rank", "title", "instruction", "assignee", "due", "priority", "checklist", "result",
        "sighting", "withdrawn", "take_down",
    )  # fmt: skip

    __table_args__ = (
        Index("task_in_column", "column", "rank"),
        partial_index("task_urgent", "due", where="priority = 'urgent' AND NOT withdrawn"),
    )

    title: str
    instruction: str | None = None
    due: str | None = None
    checklist: dict[str, Any] = json_column(dict[str, ChecklistItem])
    result: str | None = None
    sighting: str | None = None
    take_down: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # made when the child was found
