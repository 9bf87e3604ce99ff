"""Display filter: displays receive only the fields that the declarations of kinds allow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session

from board.commands.searches.suggested_criteria import undecided
from board.engine import kinds
from models.accounts import Account
from models.db.tables import columns_of
from models.display import PROFILES
from models.entity import State
from models.search import Search
from realtime.wire import protocol

CLOSED_FIELDS = ("kind", "status")  # fields of a search that is found or closed: nothing about the person
ACCOUNT_FIELDS = {"lead": "lead_name", "holder": "holder_name"}  # names replace the accounts
PUBLIC_APPEALS = ("posters", "public", "child_alert")  # levels at which the appeal is already public

_P, _S = columns_of(Account), columns_of(Search)
_NAMES = select(_P.id, _P.name)
_STATUS = select(_S.id, _S.status_at, _S.status).where(_S.status_at.is_not(None))
FactsRead = tuple[dict[str, str], dict[str, tuple[str, str]]]


@dataclass(slots=True)
class DisplayFacts:
    """Facts that the filter needs, but no state contains: names of accounts, and each search's status with its time. They are
    read with each view of a board, and updated from shown events. `wanted`: set by the first display of this process. `version`:
    changes with the names, which no event contains."""

    wanted: bool = False
    version: int = 0
    names: dict[str, str] = field(default_factory=dict)
    _status: dict[str, tuple[str, str]] = field(default_factory=dict)  # time and status

    def read(self, session: Session) -> FactsRead | None:
        if not self.wanted:
            return None
        connection = session.connection()
        names = {row.id: row.name for row in connection.execute(_NAMES)}
        return names, {row.id: (row.status_at, row.status) for row in connection.execute(_STATUS)}

    def apply(self, read: FactsRead | None) -> None:
        if read is not None:
            self.version += read[0] != self.names
            self.names = read[0]
            for search, (at, status) in read[1].items():
                self.learn_status(search, at, status)

    def learn_status(self, search: str, at: str, status: str) -> None:
        """Record a status. The newest status counts. At equal times, the last recorded one counts, because many events have the
        same time after a clock was set back."""
        if at >= self._status.get(search, ("", ""))[0]:
            self._status[search] = (at, status)

    def ended_at(self, search: str) -> str | None:
        """Return the time since which a search is not open; None if it is open."""
        at, status = self._status.get(search, ("", "open"))
        return at if status != "open" else None


def filter_event(wire: bytes, board: str, profile: str, facts: DisplayFacts) -> bytes:
    """Return an event of a board for displays with this profile: without author and reason."""
    event = orjson.loads(wire)
    kind, id, type, state = event["kind"], event["id"], event["type"], event.get("state")
    if not _is_shown(kind) or event.get("erased"):
        return protocol.hidden(event["seq"])
    if type == "search.status_set" and state is not None:
        facts.learn_status(id, event["at"], state["status"])
    if kind == "search" and state is not None and state["status"] == "open" and facts.ended_at(id) is not None:
        return protocol.hidden(event["seq"])  # the search has ended: displays that catch up do not get its former state
    masked = _masked(kind, id, state, board, profile, facts) if state is not None else None
    if masked is None and state is not None:
        return protocol.hidden(event["seq"])
    fields = _fields(kind, state, board, profile, facts) if state is not None else ()
    changes = [ACCOUNT_FIELDS.get(path, path) for path in event["changes"] if path in fields]
    if type == "search.status_set" and state is not None and state["status"] != "open":
        changes.append("status_at")
    shown = {name: event[name] for name in ("seq", "at", "clock", "type", "kind", "id") if name in event}
    return orjson.dumps(shown | {"state": masked, "changes": sorted(changes)})


def filter_entities(encoded: Iterable[bytes], board: str, profile: str, facts: DisplayFacts) -> Iterator[bytes]:
    """Yield the entities of a snapshot that a display may get, filtered."""
    for each in encoded:
        entity = orjson.loads(each)
        kind, id = entity["kind"], entity["id"]
        state = _masked(kind, id, entity["state"], board, profile, facts) if _is_shown(kind) else None
        if state is not None:
            yield orjson.dumps({"kind": kind, "id": id, "seq": entity["seq"], "state": state})


def filter_shift(shift: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return name, start and number of the shift."""
    return {name: shift[name] for name in ("name", "since", "number")} if shift is not None else None


def filter_duties(duties: Iterable[Mapping[str, Any]], holder: str | None) -> list[dict[str, Any]]:
    """Return the first names of people on duty, the holder of the shift first."""
    ordered = sorted(duties, key=lambda duty: duty["account"] != holder)
    return [{"name": duty["name"].partition(" ")[0]} for duty in ordered]


def _together(state: State) -> list[str]:
    """Return the searches of the children who disappeared together with this one, if displays also see them."""
    return [id for id, link in (state.get("links") or {}).items() if link["how"] == "together" and link["on_walls"]]


def _fields(kind: str, state: State, board: str, profile: str, facts: DisplayFacts) -> tuple[str, ...]:
    if kind == "search" and state["status"] != "open":
        return CLOSED_FIELDS
    inner = profile == PROFILES[1] and facts.ended_at(board) is None
    return kinds.named(kind).display_fields["inner_room" if inner else "room"]


def _is_shown(kind: str) -> bool:
    """Return whether displays receive any field of a kind."""
    found = kinds.find(kind)
    return found is not None and bool(found.display_fields["inner_room"])


def _masked(kind: str, id: str, state: State, board: str, profile: str, facts: DisplayFacts) -> State | None:
    """Return the part of a state that a display may get; None if there is none."""
    if kind == "note" and state["category"] != "decision":
        return None
    masked: State = {}
    for path in _fields(kind, state, board, profile, facts):
        group, _, name = path.partition(".")
        if name and state.get(group) is None:
            masked[group] = None
        elif name:
            masked.setdefault(group, {})[name] = state[group].get(name)  # states of earlier versions lack later fields
        elif group in ACCOUNT_FIELDS:
            masked[ACCOUNT_FIELDS[group]] = facts.names.get(state[group])
        else:
            masked[group] = state[group]
    if kind == "search" and state["status"] != "open":
        return masked | {"status_at": facts.ended_at(id)}
    if kind == "search":
        masked |= {"together": together} if (together := _together(state)) else {}
        masked["undecided"] = undecided(state)  # for order and mark on displays; reveals no criterion, and is in no `changes`
    if kind == "search" and state["appeal"]["level"] not in PUBLIC_APPEALS:
        masked["appeal"] = {"level": None, "until": None}
    return masked
