"""State of the outbox: how many notifications wait, and which were given up."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from board.notifications import claims

_WAITING = text("SELECT way, count(*) AS count FROM notification WHERE next_try_at IS NOT NULL GROUP BY way")
_LATE = text("SELECT way, count(*) AS count FROM notification WHERE next_try_at IS NOT NULL AND created_at <= :late GROUP BY way")
_ENDED = text(
    "SELECT way, failed, count(*) AS count FROM notification "
    "WHERE next_try_at IS NULL AND sent_at IS NULL AND created_at > :since GROUP BY way, failed"
)


class OutboxState(NamedTuple):
    """Notifications that have waited for long, and how many were given up, by their way and the code of the last failure."""

    late: int
    given_up: Counter[str]


def waiting(session: Session, ways: Collection[str]) -> dict[str, int]:
    """Return how many notifications wait, by their way, of those ways that are set."""
    return {row.way: row[1] for row in session.connection().execute(_WAITING) if row.way in ways}


def state(session: Session, late: str, since: str, ways: Collection[str]) -> OutboxState:
    """Return the state of the outbox: what was made before `late` and waits for one of these ways, and what was made after
    `since` and given up."""
    connection = session.connection()
    ended = connection.execute(_ENDED, {"since": since})
    given_up = Counter({f"{row.way}: {row.failed}": row[2] for row in ended if row.failed not in claims.FOR_A_REASON})
    waits = connection.execute(_LATE, {"late": late})
    return OutboxState(sum(row[1] for row in waits if row.way in ways), given_up)
