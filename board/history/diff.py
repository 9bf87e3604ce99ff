"""Net change between two states of a board.

Fields that changed and were changed back are no net change, and are reported separately. Fields that follow from others are left
out. Pure functions;
static/js/replay/state_diff.js has the same rules for the browser.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, NotRequired

from typing_extensions import TypedDict

from board.engine import kinds
from models.db.read_pacing import paced
from models.entity import State, flatten
from realtime.wire.wire_types import Count, Id

Key = tuple[str, str]  # kind, id
Kind = Literal["added", "changed", "removed"]


class EntityState(NamedTuple):
    """State of an entity at a moment, and the seq of the event that set it."""

    seq: int
    state: State


class Event(NamedTuple):
    """Fields of an event that matter here. `state` is None if the entity was removed."""

    seq: int
    key: Key
    state: State | None
    changes: Collection[str]
    account: str | None = None


States = Mapping[Key, EntityState]


# Entity, and the seq of its last event; `number` of a card.
Touched = TypedDict("Touched", {"kind": str, "id": Id, "seq": Count, "number": NotRequired[Count]})
ChangedField = TypedDict("ChangedField", {"path": str, "from": Any, "to": Any})
NetChange = TypedDict("NetChange", {
    "kind": str, "id": Id, "seq": Count, "number": NotRequired[Count], "change": Kind, "fields": list[ChangedField],
})  # fmt: skip
Reverted = TypedDict("Reverted", {"kind": str, "id": Id, "seq": Count, "number": NotRequired[Count], "fields": list[str]})


@dataclass(frozen=True, slots=True)
class Change:
    """Net change of one entity: `fields` has (path, from, to) for each leaf that differs, None where it is unset."""

    key: Key
    seq: int  # of the last event that changed it
    number: int | None
    change: Kind
    fields: tuple[tuple[str, Any, Any], ...]

    def to_json(self) -> NetChange:
        """Return the change in the contract's format."""
        fields: list[ChangedField] = [{"path": path, "from": before, "to": after} for path, before, after in self.fields]
        return {**_named(self.key, self.seq, self.number), "change": self.change, "fields": fields}


@dataclass(frozen=True, slots=True)
class RevertedFields:
    """Fields of one entity that changed and were changed back; all its fields if it was added and removed."""

    key: Key
    seq: int
    number: int | None
    paths: tuple[str, ...]

    def to_json(self) -> Reverted:
        """Return the fields in the contract's format."""
        return {**_named(self.key, self.seq, self.number), "fields": list(self.paths)}


def _named(key: Key, seq: int, number: int | None) -> Touched:
    touched: Touched = {"kind": key[0], "id": key[1], "seq": seq}
    if number is not None:
        touched["number"] = number
    return touched


def apply_events(before: States, events: Iterable[Event]) -> dict[Key, EntityState]:
    """Return the states after these events, which follow `before` directly."""
    after = dict(before)
    for each in paced(events):
        if each.state is None:
            after.pop(each.key, None)
        else:
            after[each.key] = EntityState(each.seq, each.state)
    return after


def diff(before: States, after: States, removed_at: Mapping[Key, int] | None = None) -> list[Change]:
    """Return the net changes, ordered by last change. `removed_at` has the seq at which an entity was removed."""
    found = [
        change
        for key in paced(before.keys() | after.keys())
        if (change := _change(key, before.get(key), after.get(key), (removed_at or {}).get(key, 0)))
    ]
    return sorted(found, key=lambda change: (change.seq, change.key))


def _change(key: Key, before: EntityState | None, after: EntityState | None, removed_at: int) -> Change | None:
    old, new = flatten(before.state) if before else {}, flatten(after.state) if after else {}
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path) and not _is_derived(key, path))
    if not paths and bool(before) == bool(after):
        return None
    what: Kind = "added" if before is None else "removed" if after is None else "changed"
    number = (new or old).get("number")
    fields = tuple((path, old.get(path), new.get(path)) for path in paths)
    return Change(key, after.seq if after else removed_at, number, what, fields)


def reverted(net: Iterable[Change], events: Iterable[Event]) -> list[RevertedFields]:
    """Return what these events changed and changed back, ordered by last change."""
    differs = {change.key: {path for path, _, _ in change.fields} for change in net}
    paths: dict[Key, set[str]] = {}
    last: dict[Key, Event] = {}
    numbers: dict[Key, int | None] = {}
    for each in events:
        paths.setdefault(each.key, set()).update(each.changes)
        last[each.key] = each
        numbers[each.key] = (each.state or {}).get("number", numbers.get(each.key))
    found = [
        RevertedFields(
            key, last[key].seq, numbers[key],
            tuple(sorted(path for path in paths[key] - differs.get(key, set()) if not _is_derived(key, path))),
        )
        for key in paths
    ]  # fmt: skip
    return sorted((each for each in found if each.paths), key=lambda each: (each.seq, each.key))


def _is_derived(key: Key, path: str) -> bool:
    kind = kinds.find(key[0])
    return kind is not None and kind.is_derived(path)


def by_others(
    changes: Iterable[Change], reverted_fields: Iterable[RevertedFields], events: Iterable[Event], but: str | None
) -> tuple[list[Change], list[RevertedFields]]:
    """Return the parts of the net changes, and of the reverted fields, that accounts other than `but` caused."""
    if but is None:
        return list(changes), list(reverted_fields)
    others_paths: dict[Key, set[str]] = {}
    first_changed_by: dict[Key, str | None] = {}  # account that first changed an entity
    for each in events:
        first_changed_by.setdefault(each.key, each.account)
        if each.account != but:
            others_paths.setdefault(each.key, set()).update(each.changes)
    others_changes = [
        _without_own(change, others_paths[change.key], first_changed_by[change.key] == but)
        for change in changes
        if change.key in others_paths
    ]
    others_reverted = [
        replace(each, paths=paths)
        for each in reverted_fields
        if (paths := tuple(path for path in each.paths if path in others_paths.get(each.key, ())))
    ]
    return [change for change in others_changes if change.fields or change.change != "changed"], others_reverted


def _without_own(change: Change, others_paths: set[str], is_own: bool) -> Change:
    """Return a change without the fields that only the account itself changed. It knows what it added."""
    if change.change == "removed" or (change.change == "added" and not is_own):
        return change
    return replace(change, change="changed", fields=tuple(each for each in change.fields if each[0] in others_paths))
