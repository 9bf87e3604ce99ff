"""Queues of sightings. Each sighting stands in exactly one at each moment, as its state says; nobody puts it there.

`look`: nobody who may act has opened it. `judge`: it is neither settled nor assured. `pass_on`: credible, and the police do not
have it. `answered`: all others. The scripts read RULES too, for states of earlier versions and commands that are not sent yet.
"""

from board.engine.conditions import IS_SET, Condition, holds
from models.entity import State
from models.sighting import ASSURED, SETTLED, Grade, Queue

FIELDS = ("queue", "queue_since")
# What waits for a grade: what is set aside, as a duplicate for example, needs none.
_FIRST_GRADE: Condition = {f"grade.{part}": (value,) for part, value in Grade().model_dump().items()}
UNGRADED: Condition = {**_FIRST_GRADE, "!assessment": SETTLED}
# the first whose condition holds
RULES: tuple[tuple[Queue, Condition], ...] = (
    ("answered", {"!withdrawn": IS_SET}),
    ("answered", {"assessment": SETTLED}),
    ("answered", {"assessment": ASSURED, "!passed_on": IS_SET}),
    ("pass_on", {"assessment": ASSURED}),
    ("judge", {"!looked_at": IS_SET}),
    ("look", _FIRST_GRADE),
    ("judge", {}),
)


def queue_of(state: State) -> Queue:
    """Return the queue of a sighting, also of a state that an earlier version wrote."""
    return next(queue for queue, condition in RULES if holds(condition, state))


def derive(before: State, after: State, now: str) -> State:
    """Return the queue after a change, and since when it is that one. An undo that brings back the former queue brings back
    since when it was, too: a mistake makes nothing younger."""
    queue = queue_of(after)
    if queue == before.get("queue"):
        return {"queue": queue, "queue_since": before["queue_since"]}
    restored = after.get("queue") == queue and after.get("queue_since") is not None
    return {"queue": queue, "queue_since": after["queue_since"] if restored else now}
