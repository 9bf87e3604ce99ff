"""Net change between two states of a board.

Fields that changed and were changed back are not a net change, and are reported separately. Derived fields are left out. Pure
functions; static/js/replay/state_diff.js has the same rules for the browser.
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
    """Fields of an event that a diff needs. `state`: None if the entity was removed."""

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
    """Net change of one entity. `fields`: (path, from, to) of each different leaf, None if unset."""

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
    """Return the states after these events, which directly follow `before`."""
    after = dict(before)
    for event in paced(events):
        if event.state is None:
            after.pop(event.key, None)
        else:
            after[event.key] = EntityState(event.seq, event.state)
    return after


def diff(before: States, after: States, removed_at: Mapping[Key, int] | None = None) -> list[Change]:
    """Return the net changes, ordered by last change. `removed_at`: seqs at which entities were removed."""
    changes = [
        change
        for key in paced(before.keys() | after.keys())
        if (change := _change(key, before.get(key), after.get(key), (removed_at or {}).get(key, 0)))
    ]
    return sorted(changes, key=lambda change: (change.seq, change.key))


def _change(key: Key, before: EntityState | None, after: EntityState | None, removed_at: int) -> Change | None:
    old, new = flatten(before.state) if before else {}, flatten(after.state) if after else {}
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path) and not _is_derived(key, path))
    if not paths and bool(before) == bool(after):
        return None
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    number = (new or old).get("number")
    fields = tuple((path, old.get(path), new.get(path)) for path in paths)
    return Change(key, after.seq if after else removed_at, number, kind, fields)


def reverted(net: Iterable[Change], events: Iterable[Event]) -> list[RevertedFields]:
    """Return the fields that these events changed and changed back, ordered by last change."""
    differs = {change.key: {path for path, _, _ in change.fields} for change in net}
    paths: dict[Key, set[str]] = {}
    last: dict[Key, Event] = {}
    numbers: dict[Key, int | None] = {}
    for event in events:
        paths.setdefault(event.key, set()).update(event.changes)
        last[event.key] = event
        numbers[event.key] = (event.state or {}).get("number", numbers.get(event.key))
    candidates = [
        RevertedFields(
            key, last[key].seq, numbers[key],
            tuple(sorted(path for path in paths[key] - differs.get(key, set()) if not _is_derived(key, path))),
        )
        for key in paths
    ]  # fmt: skip
    return sorted(
        (candidate for candidate in candidates if candidate.paths), key=lambda candidate: (candidate.seq, candidate.key)
    )


def _is_derived(key: Key, path: str) -> bool:
    kind = kinds.find(key[0])
    return kind is not None and kind.is_derived(path)


def by_others(
    changes: Iterable[Change], reverted_fields: Iterable[RevertedFields], events: Iterable[Event], account: str | None
) -> tuple[list[Change], list[RevertedFields]]:
    """Return the parts of the net changes, and of the reverted fields, that accounts other than `account` caused."""
    if account is None:
        return list(changes), list(reverted_fields)
    others_paths: dict[Key, set[str]] = {}
    first_changed_by: dict[Key, str | None] = {}  # account that first changed an entity
    for event in events:
        first_changed_by.setdefault(event.key, event.account)
        if event.account != account:
            others_paths.setdefault(event.key, set()).update(event.changes)
    others_changes = [
        _without_own(change, others_paths[change.key], first_changed_by[change.key] == account)
        for change in changes
        if change.key in others_paths
    ]
    others_reverted = [
        replace(fields, paths=paths)
        for fields in reverted_fields
        if (paths := tuple(path for path in fields.paths if path in others_paths.get(fields.key, ())))
    ]
    return [change for change in others_changes if change.fields or change.change != "changed"], others_reverted


def _without_own(change: Change, others_paths: set[str], is_own: bool) -> Change:
    """Return a change without the fields that only the account itself changed. Its own additions are not news."""
    if change.change == "removed" or (change.change == "added" and not is_own):
        return change
    return replace(change, change="changed", fields=tuple(field for field in change.fields if field[0] in others_paths))
