"""Items of a timeline: one for each fact that has, or could have, a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from board.engine.event import JournalEvent
from models.entity import State
from models.handover import Handover
from models.note import Note
from models.place import Place
from models.search import Search
from models.sighting import Sighting

Lane = Literal["sightings", "contacts", "phone_bank", "places", "decisions", "appeals", "handovers"]
LANES: tuple[Lane, ...] = get_args(Lane)
Sureness = Literal["at", "during", "unknown"]
APPEALS: Lane = "appeals"
DECISIONS_LANE: Lane = "decisions"
LAST_SEEN = "last_seen"  # kind of the item for the moment since which the child is missing
FOUND = "found"  # kind of the item for the moment at which the child was found
LANE_OF_NOTE: Mapping[str, Lane] = {"contact": "contacts", "phone": "phone_bank", "bank": "phone_bank", "decision": "decisions"}
APPEAL_SET = "search.appeal_set"
DECISIONS = ("search.opened", "search.status_set", "search.worrying_set", "search.goal_set", APPEAL_SET)


class When(NamedTuple):
    """Time of a fact. `at`: at `start`. `during`: from `start` to `end`. `unknown`: neither is set, and it happened
    before it became known.

    `during` without `end` has not ended, or its end is not known.
    """

    sureness: Sureness
    start: str | None = None
    end: str | None = None


class EntityState(NamedTuple):
    """Entity at a moment. `seq`: seq of the last event that changed it."""

    kind: str
    id: str
    seq: int
    state: State


class Creation(NamedTuple):
    """Time and account of the event that created an entity."""

    at: str
    account: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """Fact on a timeline.

    `id`: id of its entity, or a name and a number, such as `event-93`. `when`: when it happened. `known_at`: when it became known
    to the team. `account`: who recorded it. `card`: card to open. `seq`: event to show in the history, None if it is on another
    board. `before`: the state before `event`, None if there was none.
    """

    id: str
    lane: Lane
    kind: str
    when: When
    known_at: str
    state: State
    account: str | None = None
    card: str | None = None
    seq: int | None = None
    event: JournalEvent | None = None
    before: State | None = None

    @property
    def happened(self) -> tuple[bool, str, str, str]:
        """Sort key by when it happened; unknown times are last, in the order in which they became known."""
        start = self.when.start or self.when.end
        return start is None, start or "", self.known_at, self.id

    @property
    def became_known(self) -> tuple[str, str]:
        """Sort key by when it became known."""
        return self.known_at, self.id


def of_entity(entity: EntityState, creation: Creation | None) -> Item | None:
    """Return the item of an entity of the board; None if it is not on the timeline."""
    if entity.kind == Note.KIND:
        return _of_note(entity, creation)
    compose = {Sighting.KIND: _of_sighting, Place.KIND: _of_place}.get(entity.kind)
    return None if compose is None or entity.state["withdrawn"] else compose(entity, creation)


def _of_sighting(entity: EntityState, creation: Creation | None) -> Item:
    id, state = entity.id, entity.state
    when = When("at", state["seen_at"]) if state["seen_at"] else When("unknown")
    received_at = state["received_at"] or (creation.at if creation else state["queue_since"])
    return Item(id, "sightings", entity.kind, when, received_at, state, creation and creation.account, id, entity.seq)


def _of_note(entity: EntityState, creation: Creation | None) -> Item | None:
    id, state = entity.id, entity.state
    lane = LANE_OF_NOTE.get(state["category"])
    if lane is None:
        return None
    when, known_at = When("at", state["happened_at"]), creation.at if creation else state["happened_at"]
    return Item(id, lane, entity.kind, when, known_at, state, creation and creation.account, state["card"], entity.seq)


def _of_place(entity: EntityState, creation: Creation | None) -> Item:
    id, state = entity.id, entity.state
    times = [at for at in (state["searched_from"], state["searched_until"]) if at]
    known_at = creation.at if creation else max(times, default="")
    return Item(id, "places", entity.kind, _period(times), known_at, state, creation and creation.account, id, entity.seq)


def _period(times: Sequence[str]) -> When:
    """Return the period between two times in any order; a moment if there is only one time."""
    if not times:
        return When("unknown")
    start, end = min(times), max(times)
    return When("during", start, end) if start < end else When("at", start)


def last_seen(search: State, opening: Creation | None) -> Item:
    """Return the item for the moment since which the child is missing."""
    known_at, account = search["opened_at"], opening and opening.account
    return Item(LAST_SEEN, "sightings", LAST_SEEN, When("at", search["missing_since"]), known_at, search, account)


def found(search: State, decisions: Sequence[JournalEvent]) -> Item | None:
    """Return the item for the moment at which the child was found; None if it was not. It became known with the
    decision since which the search has this status."""
    outcome = search["outcome"]
    if search["status"] != "found" or not outcome or not outcome.get("found_at"):
        return None
    since = next((number for number, event in enumerate(decisions) if _has_found_since(decisions[number:])), None)
    event = decisions[since] if since is not None else None
    known_at = event.at if event is not None else outcome["found_at"]
    account, seq = (event.account, event.seq) if event is not None else (None, None)
    return Item(FOUND, "sightings", FOUND, When("at", outcome["found_at"]), known_at, search, account, seq=seq)


def _has_found_since(events: Sequence[JournalEvent]) -> bool:
    return all(event.payload()["state"]["status"] == "found" for event in events)


def of_decisions(events: Sequence[JournalEvent]) -> Iterator[Item]:
    """Yield the items of decisions about the search, from their events in order."""
    replaced_at = {former.seq: later.at for former, later in pairwise(event for event in events if event.type == APPEAL_SET)}
    before: State | None = None
    for event in events:
        state = event.payload()["state"]
        yield _of_decision(event, state, before, replaced_at.get(event.seq))
        before = state


def _of_decision(event: JournalEvent, state: State, before: State | None, replaced_at: str | None) -> Item:
    id, seq = f"event-{event.seq}", event.seq
    if event.type == APPEAL_SET:
        when, lane = _appeal_time(event, state, replaced_at), APPEALS
    else:
        when, lane = When("at", event.at), DECISIONS_LANE
    return Item(id, lane, Search.KIND, when, event.at, state, event.account, seq=seq, event=event, before=before)


def _appeal_time(event: JournalEvent, state: State, replaced_at: str | None) -> When:
    """Return the period of an appeal, which ends with the next appeal at the latest; a moment if it has no end."""
    appeal = state["appeal"]
    start, end = appeal.get("from") or event.at, appeal.get("until")
    if end and replaced_at:
        end = min(end, replaced_at)
    return When("during", start, end) if end and start < end else When("at", start)


def of_handovers(events: Sequence[JournalEvent]) -> Iterator[Item]:
    """Yield the items of handovers that included the search: their signatures and acceptances."""
    for event in events:
        state = event.payload()["state"]
        id = f"accepted-{state['number']}" if event.kind == Handover.KIND else f"handover-{state['handover']}"
        yield Item(id, "handovers", event.kind, When("at", event.at), event.at, state, event.account)
