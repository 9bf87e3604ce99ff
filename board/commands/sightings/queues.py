"""Queues of sightings. Each sighting stands in exactly one at each moment, as its state says; nobody puts it there.

`look`: nobody who may act has opened it. `judge`: it is neither settled nor assured. `pass_on`: credible, and the police do not
have it. `answered`: all others. `static/js/core/rules/queues.js` has the same rule, for states of earlier versions.
"""

from board.i18n import N_, P_
from models.entity import State
from models.sighting import ASSURED, SETTLED, Grade, Queue

FIELDS = ("queue", "queue_since")
LABELS = {
    "look": N_("to look at"),
    "judge": N_("looked at, to assess"),
    "pass_on": N_("to pass on"),
    "answered": P_("of a sighting", "answered"),
}
_UNGRADED = Grade().model_dump()


def queue_of(state: State) -> Queue:
    """Return the queue of a sighting, also of a state that an earlier version wrote."""
    if state["withdrawn"] or state["assessment"] in SETTLED:
        return "answered"
    if state["assessment"] in ASSURED:
        return "answered" if state.get("passed_on") else "pass_on"
    return "judge" if state.get("looked_at") or state["grade"] != _UNGRADED else "look"


def derive(before: State, after: State, now: str) -> State:
    """Return the queue after a change, and since when it is that one. An undo that brings back the former queue brings back
    since when it was, too: a mistake makes nothing younger."""
    queue = queue_of(after)
    if queue == before.get("queue"):
        return {"queue": queue, "queue_since": before["queue_since"]}
    restored = after.get("queue") == queue and after.get("queue_since") is not None
    return {"queue": queue, "queue_since": after["queue_since"] if restored else now}
