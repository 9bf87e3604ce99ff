"""Erasures of searches and their parts: who asked, who agreed, and the step that comes next. The row stays, and names nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.entity import json_column, partial_index
from models.times import format_utc

OPEN = "ended_at IS NULL"
ASKED, DONE = "asked", "done"
SEARCH = "search"
STUCK = timedelta(hours=1)  # a search of 100,000 events takes minutes


class Erasure(SQLModel, table=True):
    """Erasure of the search `board`, or of a part of it: the entity `entity` of the kind `kind`.

    `parts`: board, kind and id of everything that is erased with the entity, when the erasure began.
    `access`: of the search when the erasure began, because members-only searches stay secret; empty before.
    `asked_by`, `agreed_by`: accounts, or the operating system's
    users with a prefix. `step`: `asked` until a second person agrees, then the next step of the run, at last `done`. `position`:
    event of the audit journal up to which it was searched. `counts`: rows by group when the run began. `report`: how the database
    removed the remains.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index("erasures_by_time", "asked_at"),
        Index("erasures_of_board", "board"),
        partial_index("erasures_open", "step", where=OPEN),
    )

    id: str = Field(primary_key=True)
    board: str
    kind: str = Field(default=SEARCH, sa_column_kwargs={"server_default": SEARCH})
    entity: str = Field(default="", sa_column_kwargs={"server_default": ""})
    access: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reason: str
    asked_by: str
    asked_at: str
    agreed_by: str | None = None
    agreed_at: str | None = None
    step: str = ASKED
    position: int = 0
    parts: list[list[str]] | None = json_column(list[list[str]], nullable=True)
    counts: dict[str, Any] = json_column(dict[str, int])
    report: dict[str, Any] | None = json_column(dict[str, Any], nullable=True)
    ended_at: str | None = None

    def is_stuck(self, now: datetime) -> bool:
        """Return whether two people agreed to it long ago, and it has not ended."""
        is_open = self.step != ASKED and self.ended_at is None
        return is_open and self.agreed_at is not None and self.agreed_at < format_utc(now - STUCK)
