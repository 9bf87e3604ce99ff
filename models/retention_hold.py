"""Retention holds: a search is kept for a reason after its retention has ended."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class RetentionHold(SQLModel, table=True):
    """Hold of the search `board` until the time `until`. `account`: who placed it, None for the command line.

    `reason`: as typed.
    """

    __tablename__ = "retention_holds"
    __table_args__ = (Index("retention_holds_of_board", "board", "id"), Index("retention_holds_until", "until"))

    id: str = Field(primary_key=True)
    board: str
    account: str | None = None
    reason: str
    at: str
    until: str
