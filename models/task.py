"""Tasks: what somebody is to do, by when, and the result."""

from typing import Any, ClassVar

from sqlalchemy import Index, false
from sqlmodel import Field

from models.entity import json_column
from models.searchable import Searchable


class Task(Searchable, table=True):
    KIND: ClassVar[str] = "task"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "column", "rank", "title", "instruction", "assignee", "due", "priority", "checklist", "result",
        "sighting", "withdrawn", "take_down",
    )  # fmt: skip

    __table_args__ = (Index("task_in_column", "column", "rank"),)

    number: int
    column: str
    rank: str
    title: str
    instruction: str | None = None
    assignee: str | None = None
    due: str | None = None
    priority: str = "normal"
    checklist: dict[str, Any] = json_column()
    result: str | None = None
    sighting: str | None = None
    withdrawn: bool = False
    take_down: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # made when the child was found

    def searchable_texts(self) -> dict[str, str | None]:
        items = {f"checklist.{key}.text": item.get("text") for key, item in self.checklist.items()}
        return {"title": self.title, "instruction": self.instruction, "result": self.result, **items}
