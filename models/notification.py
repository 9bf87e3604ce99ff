"""Notifications by e-mail or webhook, written in the transaction of their cause and sent after it: a step of an alarm, or a use
of the account for emergencies (then `board` is the audit board, and `alarm` names the cause)."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.entity import partial_index


class Notification(SQLModel, table=True):
    """Notification of a step of an alarm.

    `account`: recipient of an e-mail, or key of a webhook. `next_try_at`: None once it was sent or cancelled. `failed`: code of
    the last failure. `claimed_until`: end of a sender's claim. `poison`: number of processes that composing it has killed.
    """

    __table_args__ = (
        Index("notification_once", "alarm", "step", "round", "way", "account", unique=True),
        partial_index("notification_next", "next_try_at", where="next_try_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    board: str
    alarm: str
    step: int
    round: int = 0
    way: str
    account: str = ""
    created_at: str
    next_try_at: str | None = None
    tries: int = 0
    claimed_until: str | None = None
    sent_at: str | None = None
    failed: str = ""
    poison: int = 0
