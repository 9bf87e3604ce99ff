"""Notifications of alarms that leave the board by e-mail or a webhook: written with the step that asks, sent afterwards."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.entity import partial_index


class Notification(SQLModel, table=True):
    """Notification of a step of an alarm. `account` is who gets an e-mail, and empty for the webhook. `next_try_at` is null once
    it was sent or given up; `failed` is the code of the last failure. A sender has it until `claimed_until`. `poison` counts the
    processes that ended while they composed it."""

    __table_args__ = (
        Index("notification_once", "alarm", "step", "way", "account", unique=True),
        partial_index("notification_next", "next_try_at", where="next_try_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    board: str
    alarm: str
    step: int
    way: str
    account: str = ""
    created_at: str
    next_try_at: str | None = None
    tries: int = 0
    claimed_until: str | None = None
    sent_at: str | None = None
    failed: str = ""
    poison: int = 0
