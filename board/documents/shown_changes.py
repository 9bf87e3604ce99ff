"""Changes of an entity as shown to people: without internal fields, and with related fields as one change. Screens show the same
(static/js/format/shown_changes.js)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from board.engine import kinds
from board.engine.conditions import value_at
from models.entity import State

GROUP = re.compile(r"(?:checklist|criteria|earlier)\.\w+")  # an item, an answer with its basis, an earlier disappearance
_POINT = re.compile(r"([\w.]+)\.(?:lat|lon)")


class _Unknown:
    """Type of `UNKNOWN`."""


UNKNOWN = _Unknown()  # an unknown state or value


class Change(NamedTuple):
    """Values of a field before (or UNKNOWN) and after an event."""

    path: str
    old: Any
    new: Any


def all_changes(event: Mapping[str, Any], before: State | _Unknown | None) -> list[Change]:
    """Return the changes of an event, except changes that repeat its reason, its time or its author."""
    changes = []
    for path in event.get("changes") or ():
        new = value_at(event.get("state"), path)
        changes.append(Change(path, UNKNOWN if before is UNKNOWN else value_at(before, path), new))
    return [change for change in changes if not _repeats(change, event)]


def shown_changes(changes: Iterable[Change], kind: str, before: Any, state: Any, text: Callable[[str, Any], Any]) -> list[Change]:
    """Return the changes to show. Omits changes whose text stays the same."""
    declared = kinds.find(kind)
    told = [change for change in changes if declared is None or declared.reading_of(change.path) != "internal"]

    def is_shown(change: Change) -> bool:
        old = None if change.old is UNKNOWN else text(change.path, change.old)
        return bool(old != text(change.path, change.new))

    return [change for change in _grouped(told, before, state) if is_shown(change)]


def _grouped(changes: list[Change], before: Any, state: Any) -> Iterable[Change]:
    """Combine the changes of one checklist item, one answer, one earlier disappearance, or one place."""
    places = [point[1] for change in changes if (point := _POINT.fullmatch(change.path))]
    found: dict[str, Change] = {}
    for change in changes:
        group = GROUP.match(change.path)
        path = group[0] if group else next((place for place in places if change.path.startswith(f"{place}.")), None)
        of_group = path and Change(path, UNKNOWN if before is UNKNOWN else value_at(before, path), value_at(state, path))
        found[path or change.path] = of_group or change
    return found.values()


def _repeats(change: Change, event: Mapping[str, Any]) -> bool:
    actor = event.get("actor") or {}
    repeated = change.new in (event.get("reason"), event["at"]) or (change.path.endswith("by") and change.new == actor.get("id"))
    return change.new is not None and repeated
