"""Section of a handover report on one search, as plain data for the page, the file and the PDF."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from board.commands.searches.suggested_criteria import open_criteria, suggested, undecided
from board.commands.sightings import queues
from board.commands.sightings.sightings import raises_alarms
from board.engine import kinds
from board.engine.conditions import holds, value_at
from board.engine.event import JournalEvent
from board.handover.report_types import (
    CardOfFile,
    EventResult,
    LastConfirmed,
    News,
    NewsOfReader,
    Pinned,
    ReadMark,
    ReportedCard,
    ReportedEvent,
    ReportedFile,
    ReportedSearch,
    ReportedTasks,
    Restated,
    SearchReport,
    TogetherChild,
)
from board.handover.reported_alarms import reported_alarms
from board.handover.reported_calls import reported_calls
from board.history.state_at import BoardState, EntityAt
from board.reach.reported import Contradicting
from models.column import IN_PROGRESS
from models.contact import Contact
from models.entity import State
from models.search import CHILD_FIELDS
from models.sighting import ASSURED, QUEUES
from models.times import format_utc, parse_utc

SHIFT_LENGTH = timedelta(hours=8)  # period for due tasks, because teams work in three shifts a day
MAX_ITEMS = 100  # items of one kind per search; `left_out` counts the rest

Position = dict[str, Any]  # epoch, seq, head


class ReportScope(NamedTuple):
    """Scope of a report: handover, shift, time, the position of each search, and the seq of `operations` (`desk`).

    A `live` report is current, and does not include an ended handover. In a signed one, `at` is the time of the signature.
    """

    handover: State | None
    shift: State | None
    at: str
    positions: dict[str, Position]
    desk: int
    live: bool

    @property
    def about(self) -> State | None:
        """Handover that the report is about; None if there is none."""
        return self.handover if self.number else None

    @property
    def number(self) -> int:
        """Number of the handover that the report is about; 0 if there is none."""
        ended = self.live and self.handover is not None and self.handover["ended_at"] is not None
        return 0 if self.handover is None or ended else self.handover["number"]

    @property
    def successor(self) -> str | None:
        """Account that takes over the searches; without a handover, the holder of the shift."""
        if self.about is not None:
            incoming: str | None = self.about["incoming"]
            return incoming
        return self.shift["holder"] if self.shift is not None else None


class ReportData(NamedTuple):
    """Input of the sections."""

    scope: ReportScope
    positions: dict[str, Position]  # of the searches in the report
    heads: dict[str, Position]  # current positions
    entities: BoardState
    alarms: dict[str, dict[str, list[EntityAt]]]  # with their subjects, of boards whose alarms are from a later position
    shift_starts: dict[str, int]  # seq at which the shift began, by board
    seen: dict[str, int]  # last seq that the account has seen, by board
    events: dict[str, list[JournalEvent]]  # significant events up to the position
    later: dict[str, int]  # number of significant events after the position, by board
    unread: frozenset[str]
    reads: dict[str, dict[str, ReadMark]]  # read position of each account for this handover, by board
    read_counts: dict[str, int]  # number of events of the handover itself after the position, by board
    restatements: dict[str, dict[str, Restated]]  # summary by each account for this handover, by board
    cards_of_files: dict[str, CardOfFile]  # cards that have files, by id
    unread_by: dict[str, str]  # account that accepted the handover without reading the search, by board


def next_shift_end(at: str) -> str:
    """Return the end of a shift that begins at a time."""
    return format_utc(parse_utc(at) + SHIFT_LENGTH)


def section(data: ReportData, id: str, entities: Mapping[str, list[EntityAt]], contradicting: Contradicting) -> SearchReport:
    """Return the section of one search. `entities`: entities of its board, by kind."""
    at, head, events = data.positions[id], data.heads[id], data.events.get(id, [])
    briefing = next((each.state for each in entities.get("briefing", ())), None)
    ungraded, tasks, others, left_out = _cards(data, id, entities)
    waiting = _waiting(entities.get("sighting", ()))
    search = data.entities["search"][id].state
    outside = _outside(data.scope.successor, search)
    return {
        "board": id,
        "epoch": at["epoch"],
        "seq": at["seq"],
        "head": at["head"],
        "search": _search(search),
        "outside": outside,
        "together": _together(data, search),
        "last_confirmed": _last_sighting(entities.get("sighting", ()), ("confirmed",)),
        "last_credible": _last_sighting(entities.get("sighting", ()), ASSURED),
        "since": {"from": "shift", **_news(data, id, events, data.shift_starts.get(id, 0))},
        "alarms": reported_alarms(data.scope.about, outside, briefing, data.alarms.get(id, entities)),
        "ungraded": ungraded,
        "unanswered": {
            "look": len(waiting["look"]),
            "judge": len(waiting["judge"]),
            "pass_on": len(waiting["pass_on"]),
            "wakes": sum(wake.state["queue"] == "look" for wake in entities.get("wake", ())),
        },
        "to_look_at": _listed("sighting", waiting["look"]),
        "to_assess": _listed("sighting", waiting["judge"]),
        "to_pass_on": _listed("sighting", waiting["pass_on"]),
        "contradictions": contradicting(search["missing_since"], _states(entities.get("sighting", ()))),
        "tasks": tasks,
        "calls": reported_calls(entities.get(Contact.KIND, ()), next_shift_end(data.scope.at)),
        "cards": others,
        "left_out": left_out,
        "files": _files(data, entities.get("file", ())),
        "briefing": briefing,
        "pinned": _pinned(data.entities, (briefing or {}).get("pinned", ())),
        "after": {
            "seq": head["seq"],
            "events": head["seq"] - at["seq"] - data.read_counts.get(id, 0),
            "significant": data.later.get(id, 0),
        },
        "reads": data.reads.get(id, {}),
        "restatements": data.restatements.get(id, {}),
        "unread_by": data.unread_by.get(id),
        "reader": _reader(data, id, events),
    }


def _search(state: State) -> ReportedSearch:
    return {
        "reference": state["reference"], "kind": state["kind"], "status": state["status"], "lead": state["lead"],
        "missing_since": state["missing_since"], "worrying": state["worrying"], "access": state["access"],
        "appeal": state["appeal"],
        # states of earlier versions lack these
        "worrying_decided_by": state.get("worrying_decided_by"),
        "outcome": state.get("outcome"), "status_reason": state.get("status_reason"), "acknowledge": state.get("acknowledge"),
        "last_seen": state["last_seen"], "goal": state.get("goal"),
        "details": state.get("details"), "earlier": state.get("earlier"),
        "suggested": suggested(state), "undecided": undecided(state), "photo": state.get("photo"),
        "open_criteria": open_criteria(state),
        "person": {name: state["person"].get(name) for name in CHILD_FIELDS},
    }  # fmt: skip


def _together(data: ReportData, search: State) -> list[TogetherChild]:
    """Return the children who disappeared together with this one and whose searches the reader sees."""
    ids = [id for id, link in (search.get("links") or {}).items() if link["how"] == "together" and id in data.positions]
    people = {id: data.entities["search"][id].state["person"] for id in ids if id in data.entities["search"]}
    return [{"board": id, "first_name": person["first_name"], "age": person["age"]} for id, person in people.items()]


def _outside(successor: str | None, search: State) -> str | None:
    """Return the account that takes over the search but may not see it. Only readers who see the search get this."""
    return successor if successor is not None and search["access"] == "members" and successor not in search["members"] else None


def _last_sighting(sightings: Iterable[EntityAt], assessments: Collection[str]) -> LastConfirmed | None:
    """Return the most recently seen sighting with one of these assessments."""
    assured = [each for each in sightings if each.state["assessment"] in assessments and not each.state["withdrawn"]]
    last = max(assured, key=lambda each: (each.state["seen_at"] or "", each.state["number"]), default=None)
    if last is None:
        return None
    state = last.state
    return {
        "id": last.id, "number": state["number"], "seen_at": state["seen_at"], "received_at": state["received_at"],
        "place": state["place"],
    }  # fmt: skip


def _states(entities: Iterable[EntityAt]) -> dict[str, State]:
    return {entity.id: entity.state for entity in entities}


def _reader(data: ReportData, id: str, events: Iterable[JournalEvent]) -> NewsOfReader:
    """Return the part that differs by reader: unseen events, and whether the reader must read the search."""
    seen = data.seen.get(id)
    news = _news(data, id, events, data.shift_starts.get(id, 0) if seen is None else seen)
    return {**news, "from": "shift" if seen is None else "seen", "unread": id in data.unread}


def _news(data: ReportData, id: str, events: Iterable[JournalEvent], start: int) -> News:
    """Return the events after a seq, up to the position of the report."""
    found = [event for event in events if event.seq > start]
    significant = [_event(event, data.entities) for event in found[-MAX_ITEMS:]]
    return {"seq": start, "events": max(0, data.positions[id]["seq"] - start), "significant": significant}


def _event(event: JournalEvent, entities: BoardState) -> ReportedEvent:
    state = event.payload().get("state") or {}
    current = entities[event.kind].get(event.entity) if kinds.named(event.kind).is_card else None
    result = _result(event.type, state)
    shown: ReportedEvent = {
        "seq": event.seq, "at": event.at, "type": event.type, "kind": event.kind, "id": event.entity,
        "author": event.account, "result": result,
    }  # fmt: skip
    if current is not None and (latest := _result(event.type, current.state)) != result:
        shown["now"] = latest
    if state.get("number") is not None:
        shown["number"] = state["number"]
    return shown


def _result(type: str, state: State) -> EventResult | None:
    path = kinds.event_specs()[type].result
    if path and state.get("withdrawn"):
        return {"path": "withdrawn", "value": True}
    return {"path": path, "value": value_at(state, path)} if path else None


def _cards(
    data: ReportData, id: str, entities: Mapping[str, list[EntityAt]]
) -> tuple[list[ReportedCard], ReportedTasks, dict[str, list[ReportedCard]], int]:
    """Return the ungraded sightings, the tasks, the unfinished cards of other kinds by kind, and the number of cards left out.

    Tasks are done in this shift, overdue, due in the next shift, or undated and pressing. Cards are ordered by number.
    """
    now, shift_end, shift_starts = data.scope.at, next_shift_end(data.scope.at), data.shift_starts.get(id, 0)
    roles = {each.id: each.state["role"] for each in entities.get("column", ())}
    done = {id for id, role in roles.items() if role == "done"}
    cards = {kind.name: [each for each in entities.get(kind.name, ()) if not each.state["withdrawn"]] for kind in kinds.cards()}
    sightings, tasks = cards.pop("sighting"), cards.pop("task")
    to_do = [each for each in tasks if each.state["column"] not in done]
    undone = [each for each in to_do if each.state["due"]]
    others = {kind: [each for each in of_kind if each.state["column"] not in done] for kind, of_kind in cards.items()}
    named = {
        "done": [each for each in tasks if each.state["column"] in done and each.seq > shift_starts],
        "overdue": [each for each in undone if each.state["due"] < now],
        "due": [each for each in undone if now <= each.state["due"] < shift_end],
        "undated": [each for each in to_do if not each.state["due"] and _is_pressing(each.state, roles)],
    }
    ungraded = [each for each in sightings if holds(queues.UNGRADED, each.state) and _waits_here(each)]
    left_out = sum(max(0, len(each) - MAX_ITEMS) for each in (ungraded, *named.values(), *others.values()))
    tasks_of: ReportedTasks = {
        "done": _listed("task", named["done"]),
        "overdue": _listed("task", named["overdue"]),
        "due": _listed("task", named["due"]),
        "undated": _listed("task", named["undated"]),
    }
    listed = {kind: _listed(kind, each) for kind, each in others.items() if each}
    return _listed("sighting", ungraded), tasks_of, listed, left_out


def _is_pressing(task: State, roles: Mapping[str, str]) -> bool:
    return task["priority"] == "urgent" or roles.get(task["column"]) in IN_PROGRESS


def _files(data: ReportData, files: Iterable[EntityAt]) -> list[ReportedFile]:
    """Return the files that were added since the shift began and are not withdrawn, the oldest first."""
    since = data.scope.shift["since"] if data.scope.shift is not None else ""
    found = [each for each in files if each.state["withdrawn"] is None and each.state["added_at"] >= since]
    return [
        {
            "id": each.id, "seq": each.seq, "name": each.state["name"], "caption": each.state["caption"],
            "picture": each.state["picture"], "card": data.cards_of_files.get(each.state["card"]), "note": each.state["note"],
            "added_by": each.state["added_by"], "added_at": each.state["added_at"],
        }
        for each in sorted(found, key=lambda each: (each.state["added_at"], each.id))
    ]  # fmt: skip


def _waiting(sightings: Iterable[EntityAt]) -> dict[str, list[EntityAt]]:
    """Return the sightings that wait on this search, by queue. A sighting of two children waits on one of their searches. The
    queue is computed here, because states of earlier versions lack it."""
    found: dict[str, list[EntityAt]] = {queue: [] for queue in QUEUES}
    for each in filter(_waits_here, sightings):
        found[queues.queue_of(each.state)].append(each)
    return found


def _waits_here(sighting: EntityAt) -> bool:
    return raises_alarms(sighting.state)


def _listed(kind: str, cards: Iterable[EntityAt]) -> list[ReportedCard]:
    by_number = sorted(cards, key=lambda each: int(each.state["number"]))
    return [_card(kind, each) for each in by_number[:MAX_ITEMS]]


def _card(kind: str, entity: EntityAt) -> ReportedCard:
    state = entity.state
    return {
        "kind": kind, "id": entity.id, "seq": entity.seq, "number": state["number"],
        "title": state[kinds.named(kind).title_field], "assignee": state["assignee"], "priority": state["priority"],
        "due": state.get("due"), "at": state.get("seen_at") or state.get("received_at"), "seen_at": state.get("seen_at"),
        "place": value_at(state, "place.text"), "grade": _grade(state),
    }  # fmt: skip


def _grade(state: State) -> str | None:
    """Return the grade of a sighting, such as "B2"; None if nobody has graded it, and for other kinds of cards."""
    grade = state.get("grade")
    return None if grade is None or holds(queues.DEFAULT_GRADE, state) else f"{grade['source']}{grade['content']}"


def _pinned(entities: BoardState, ids: Iterable[str]) -> list[Pinned]:
    """Return the pinned cards and notes in order, without erased ones."""
    done = {id for id, column in entities["column"].items() if column.state["role"] == "done"}
    return [_pin(kind, each, done) for id in ids for kind, by_id in entities.items() if (each := by_id.get(id)) is not None]


def _pin(kind: str, entity: EntityAt, done_columns: Collection[str]) -> Pinned:
    """Return a pinned card, or a note with its category and card."""
    state = entity.state
    if kind != "note":
        is_done = state["column"] in done_columns
        result = state.get("result") if is_done else None
        return {**_card(kind, entity), "category": None, "card": None, "done": is_done, "result": result}
    return {
        "kind": "note", "id": entity.id, "seq": entity.seq, "number": None, "title": state["text"], "assignee": None,
        "priority": None, "due": None, "at": state["happened_at"], "seen_at": None, "place": None, "grade": None,
        "category": state["category"], "card": state["card"], "done": False, "result": None,
    }  # fmt: skip
