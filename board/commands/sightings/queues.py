"""Queues of sightings. At any time, a sighting is in exactly one queue, which follows from its state.

- `look`: nobody has looked at it (`first_look.py`) or graded it.
- `judge`: assessment not settled, credible or confirmed yet.
- `pass_on`: credible or confirmed, but not passed on to the police.
- `answered`: all other sightings.

The scripts read RULES too, for states of earlier versions and for unsent commands.
"""

from board.engine.conditions import IS_SET, Condition, holds
from models.entity import State
from models.sighting import ASSURED, SETTLED, Grade, Queue

FIELDS = ("queue", "queue_since")
DEFAULT_GRADE: Condition = {f"grade.{part}": (value,) for part, value in Grade().model_dump().items()}
# sightings that need a grade; those that were set aside, for example as duplicates, need none
UNGRADED: Condition = {**DEFAULT_GRADE, "!assessment": SETTLED}
# the first rule whose condition holds applies
RULES: tuple[tuple[Queue, Condition], ...] = (
    ("answered", {"!withdrawn": IS_SET}),
    ("answered", {"assessment": SETTLED}),
    ("answered", {"assessment": ASSURED, "!passed_on": IS_SET}),
    ("pass_on", {"assessment": ASSURED}),
    ("judge", {"!looked_at": IS_SET}),
    ("look", DEFAULT_GRADE),
    ("judge", {}),
)


def queue_of(state: State) -> Queue:
    """Return the queue of a sighting, even for a state that an earlier version wrote."""
    return next(queue for queue, condition in RULES if holds(condition, state))


def derive(before: State, after: State, now: str) -> State:
    """Return the queue after a change, and its start time. An undo that restores the former queue also restores its start time,
    so that a mistake does not reset the waiting time."""
    queue = queue_of(after)
    if queue == before.get("queue"):
        return {"queue": queue, "queue_since": before["queue_since"]}
    is_restored = after.get("queue") == queue and after.get("queue_since") is not None
    return {"queue": queue, "queue_since": after["queue_since"] if is_restored else now}
