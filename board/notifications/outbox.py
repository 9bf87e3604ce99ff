"""Outbox of notifications: a step of an alarm puts them here in its own transaction, and they are sent after it."""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session

from models.ids import new_id

Way = Literal["email", "webhook"]
WEBHOOK = ("",)  # in place of accounts: the webhook of the installation

_ADD = text(
    "INSERT INTO notification (id, board, alarm, step, way, account, created_at, next_try_at, tries, failed) "
    "VALUES (:id, :board, :alarm, :step, :way, :account, :now, :now, 0, '') ON CONFLICT (alarm, step, way, account) DO NOTHING"
)


def add(session: Session, *, board: str, alarm: str, step: int, way: Way, accounts: Iterable[str], now: str) -> None:
    """Add the notifications of a step of an alarm, due at once; those that are there already are left as they are."""
    named = {"board": board, "alarm": alarm, "step": step, "way": way, "now": now}
    rows = [named | {"id": new_id(), "account": account} for account in accounts]
    if rows:
        session.connection().execute(_ADD, rows)
