"""SQL conditions for a card, tip or wake that somebody has: by a promise or, if no alarm about it is open, as its assignee.

Red on a screen means that something is late and that nobody has it, so every count of red entries uses these conditions.
"""

from typing import Any

from sqlalchemy import and_, or_, select

from models.alarm import Alarm
from models.db.tables import columns_of

QUEUE_LATE = "queue_late"  # occasion of the alarm about all late sightings of a search

_ALARM = columns_of(Alarm)
_IS_ALIVE = _ALARM.ended_at.is_(None)


def is_held(card: Any) -> Any:
    """Return the condition that somebody has a sighting, tip or wake. `card`: its columns. An assignee does not count while an
    alarm about it is open."""
    of_search = _exists(card, _ALARM.entity == card.board, _ALARM.occasion == QUEUE_LATE, _ALARM.taken_by.is_not(None))
    return and_(~_has_open(card), or_(card.assignee.is_not(None), _has_taken(card), of_search))


def is_promised(card: Any) -> Any:
    """Return the condition that somebody has promised to deal with a card. `card`: its columns."""
    return and_(~_has_open(card), _has_taken(card))


def _has_open(card: Any) -> Any:
    return _exists(card, _ALARM.entity == card.id, _ALARM.taken_by.is_(None))


def _has_taken(card: Any) -> Any:
    return _exists(card, _ALARM.entity == card.id, _ALARM.taken_by.is_not(None))


def _exists(card: Any, *conditions: Any) -> Any:
    return select(_ALARM.id).where(_IS_ALIVE, *conditions).correlate(card.id.table).exists()
