"""What the report of a handover tells of one search: plain, so that a page, a file and paper can be made of it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from board.commands.suggested_criteria import suggested, undecided
from board.engine.event import JournalEvent
from board.history.state_at import UNGRADED, BoardState, EntityAt
from models.entity import State
from models.times import format_utc, parse_utc

NEXT_SHIFT = timedelta(hours=8)  # what falls due in it is told: desks work in three shifts a day
MOST = 100  # of a kind on one search; `left_out` counts the others

Position = dict[str, Any]  # epoch, seq, head


class ReportScope(NamedTuple):
    """What a report is of: the handover and shift, the moment, and where each search stands in it. Live, it is composed now,
    and no handover that has ended is part of it; else as it was signed."""

    handover: State | None
    shift: State | None
    at: str
    positions: dict[str, Position]
    live: bool

    @property
    def number(self) -> int:
        """The handover that the report is of; 0 where it is of none."""
        ended = self.live and self.handover is not None and self.handover["ended_at"] is not None
        return 0 if self.handover is None or ended else self.handover["number"]

    @property
    def taker(self) -> str | None:
        """Who is expected to answer for what the report tells; who does, where nothing is handed over."""
        if self.number:
            return self.handover["incoming"] if self.handover is not None else None
        return self.shift["holder"] if self.shift is not None else None


class ReportData(NamedTuple):
    """All that sections are made of."""

    frame: ReportScope
    positions: dict[str, Position]  # of those that are told
    heads: dict[str, Position]  # now
    stood: BoardState
    began: dict[str, int]  # by board: the seq at which the shift began
    seen: dict[str, int]  # by board: up to which seq the account has seen it
    events: dict[str, list[JournalEvent]]  # significant ones
    unread: frozenset[str]
    reads: dict[str, State]  # by board: up to where each account has read it, for this handover
    marks: dict[str, int]  # by board: how many events since the position only say that somebody has read it


def next_shift_end(at: str) -> str:
    """When the next shift ends, as seen from a moment."""
    return format_utc(parse_utc(at) + NEXT_SHIFT)


def section(told: ReportData, id: str, stood: Mapping[str, list[EntityAt]]) -> State:
    """Of one search; `stood` is what stood on its board, by kind."""
    at, head, events = told.positions[id], told.heads[id], told.events.get(id, [])
    briefing = next((each.state for each in stood.get("briefing", ())), None)
    ungraded, tasks, left_out = _cards(told, id, stood)
    return {
        "board": id,
        **at,
        "search": _search(told.stood["search"][id].state),
        "outside": _outside(told.frame.taker, told.stood["search"][id].state),
        "last_confirmed": _last_confirmed(stood.get("sighting", ())),
        "since": _since(told, id, events, told.began.get(id, 0)),
        "ungraded": ungraded,
        "tasks": tasks,
        "left_out": left_out,
        "briefing": briefing,
        "pinned": _pinned(told.stood, (briefing or {}).get("pinned", ())),
        "after": {
            "seq": head["seq"],
            "events": head["seq"] - at["seq"] - told.marks.get(id, 0),
            "significant": sum(said.seq > at["seq"] for said in events),
        },
        "reads": told.reads.get(id, {}),
        "reader": _reader(told, id, events),
    }


def _search(state: State) -> State:
    person = {name: state["person"].get(name) for name in ("first_name", "last_name", "age")}
    names = ("reference", "kind", "status", "missing_since", "worrying", "lead", "access", "appeal")
    ended = {
        name: state.get(name) for name in ("outcome", "status_reason", "acknowledge")
    }  # states of earlier versions have not all
    asked = {"suggested": suggested(state), "undecided": undecided(state)}
    return {name: state[name] for name in names} | ended | asked | {"person": person}


def _outside(taker: str | None, search: State) -> str | None:
    """Who should answer for a search, where they may not see it: it is told to those who may."""
    return taker if taker is not None and search["access"] == "members" and taker not in search["members"] else None


def _last_confirmed(sightings: Iterable[EntityAt]) -> State | None:
    confirmed = [each for each in sightings if each.state["assessment"] == "confirmed" and not each.state["withdrawn"]]
    last = max(confirmed, key=lambda each: (each.state["seen_at"] or "", each.state["number"]), default=None)
    told = ("number", "seen_at", "received_at", "place")
    return {"id": last.id} | {name: last.state[name] for name in told} if last is not None else None


def _reader(told: ReportData, id: str, events: Iterable[JournalEvent]) -> State:
    """What is the reader's alone: what they have not seen, and whether they have to read it. All else is the same for all."""
    seen = told.seen.get(id)
    new = _since(told, id, events, told.began.get(id, 0) if seen is None else seen)
    return new | {"from": "shift" if seen is None else "seen", "unread": id in told.unread}


def _since(told: ReportData, id: str, events: Iterable[JournalEvent], start: int) -> State:
    """What has happened after a seq, as far as the report goes."""
    until = told.positions[id]["seq"]
    found = [said for said in events if start < said.seq <= until]
    return {
        "seq": start,
        "from": "shift",
        "events": max(0, until - start),
        "significant": [_event(said) for said in found[-MOST:]],
    }


def _event(said: JournalEvent) -> State:
    number = (said.payload().get("state") or {}).get("number")
    event = {"seq": said.seq, "at": said.at, "type": said.type, "kind": said.kind, "id": said.entity}
    return event | ({"number": number} if number is not None else {})


def _cards(told: ReportData, id: str, stood: Mapping[str, list[EntityAt]]) -> tuple[list[State], dict[str, list[State]], int]:
    """Sightings that nobody has graded; tasks that were done in this shift, are overdue, or fall due in the next; by number.
    How many there was no room for."""
    now, soon, began = told.frame.at, next_shift_end(told.frame.at), told.began.get(id, 0)
    done = {each.id for each in stood.get("column", ()) if each.state["role"] == "done"}
    tasks = [each for each in stood.get("task", ()) if not each.state["withdrawn"]]
    undone = [each for each in tasks if each.state["column"] not in done and each.state["due"]]
    found = {
        "ungraded": [each for each in stood.get("sighting", ()) if not each.state["withdrawn"] and _ungraded(each.state)],
        "done": [each for each in tasks if each.state["column"] in done and each.seq > began],
        "overdue": [each for each in undone if each.state["due"] < now],
        "due": [each for each in undone if now <= each.state["due"] < soon],
    }
    cards = {name: [_card(each) for each in sorted(those, key=_number)[:MOST]] for name, those in found.items()}
    return cards.pop("ungraded"), cards, sum(max(0, len(those) - MOST) for those in found.values())


def _ungraded(state: State) -> bool:
    return bool(state["grade"] == UNGRADED)


def _number(stood: EntityAt) -> int:
    number: int = stood.state["number"]
    return number


def _card(stood: EntityAt) -> State:
    state = stood.state
    sighting = "description" in state
    return {
        "kind": "sighting" if sighting else "task",
        "id": stood.id,
        "seq": stood.seq,
        "number": state["number"],
        "title": state["description"] if sighting else state["title"],
        "assignee": state["assignee"],
        "priority": state["priority"],
        "due": state.get("due"),
        "at": (state["seen_at"] or state["received_at"]) if sighting else None,
        "seen_at": state["seen_at"] if sighting else None,
    }


def _pinned(stood: BoardState, ids: Iterable[str]) -> list[State]:
    """Cards and notes in the order in which they were pinned; what was erased since is left out."""
    found = (stood["sighting"].get(id) or stood["task"].get(id) or stood["note"].get(id) for id in ids)
    return [_pin(each) for each in found if each is not None]


def _pin(stood: EntityAt) -> State:
    """A card; or a note, with its category, and the card that it is on."""
    if "text" not in stood.state:
        return _card(stood) | {"category": None, "card": None}
    state = stood.state
    told = {"kind": "note", "id": stood.id, "seq": stood.seq, "number": None, "title": state["text"], "assignee": None}
    more = {"priority": None, "due": None, "at": state["happened_at"], "seen_at": None}
    return told | more | {"category": state["category"], "card": state["card"]}
