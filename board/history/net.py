"""The net change between two moments of a board: what differs between its states. What changed and is back as it was is no net
change, and is told apart. Pure: states in, differences out; static/js/replay/state_diff.js has the same rules for the browser."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from models.db.read_pacing import paced
from models.entity import State, flatten

Key = tuple[str, str]  # kind, id


class EntityState(NamedTuple):
    """An entity at a moment: its state, and the seq of the event that made it so."""

    seq: int
    state: State


class Event(NamedTuple):
    """As much of an event as counts here. `state` is None where the entity was removed."""

    seq: int
    key: Key
    state: State | None
    changes: Collection[str]
    account: str | None = None


Stands = Mapping[Key, EntityState]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one entity: `fields` has (path, from, to) for each leaf that differs, null where it is unset."""

    key: Key
    seq: int  # of the event that changed it last
    number: int | None
    change: str  # added, changed, removed
    fields: tuple[tuple[str, Any, Any], ...]

    def wire(self) -> dict[str, Any]:
        """As the contract has it."""
        told = [{"path": path, "from": before, "to": after} for path, before, after in self.fields]
        return _named(self.key, self.seq, self.number) | {"change": self.change, "fields": told}


@dataclass(frozen=True, slots=True)
class RevertedFields:
    """Fields of one entity that changed and are as they were; all that it had, where it came and went."""

    key: Key
    seq: int
    number: int | None
    paths: tuple[str, ...]

    def wire(self) -> dict[str, Any]:
        """As the contract has it."""
        return _named(self.key, self.seq, self.number) | {"fields": list(self.paths)}


def _named(key: Key, seq: int, number: int | None) -> dict[str, Any]:
    named = {"kind": key[0], "id": key[1], "seq": seq}
    return named if number is None else named | {"number": number}


def apply_events(before: Stands, events: Iterable[Event]) -> dict[Key, EntityState]:
    """The board after these events, which follow on what it was before."""
    after = dict(before)
    for each in paced(events):
        if each.state is None:
            after.pop(each.key, None)
        else:
            after[each.key] = EntityState(each.seq, each.state)
    return after


def diff(before: Stands, after: Stands, removed_at: Mapping[Key, int] | None = None) -> list[Change]:
    """What differs, in the order in which it was changed last. `removed_at` knows when what is no more was removed."""
    found = [
        change
        for key in paced(before.keys() | after.keys())
        if (change := _change(key, before.get(key), after.get(key), (removed_at or {}).get(key, 0)))
    ]
    return sorted(found, key=lambda change: (change.seq, change.key))


def _change(key: Key, before: EntityState | None, after: EntityState | None, removed_at: int) -> Change | None:
    old, new = flatten(before.state) if before else {}, flatten(after.state) if after else {}
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    if not paths and bool(before) == bool(after):
        return None
    what = "added" if before is None else "removed" if after is None else "changed"
    number = (new or old).get("number")
    fields = tuple((path, old.get(path), new.get(path)) for path in paths)
    return Change(key, after.seq if after else removed_at, number, what, fields)


def reverted(net: Iterable[Change], events: Iterable[Event]) -> list[RevertedFields]:
    """What these events changed that is no net change, in the order in which it was changed last."""
    differs = {change.key: {path for path, _, _ in change.fields} for change in net}
    paths: dict[Key, set[str]] = {}
    last: dict[Key, Event] = {}
    numbers: dict[Key, int | None] = {}
    for each in events:
        paths.setdefault(each.key, set()).update(each.changes)
        last[each.key] = each
        numbers[each.key] = (each.state or {}).get("number", numbers.get(each.key))
    found = [
        RevertedFields(key, last[key].seq, numbers[key], tuple(sorted(paths[key] - differs.get(key, set())))) for key in paths
    ]
    return sorted((each for each in found if each.paths), key=lambda each: (each.seq, each.key))


def of_others(
    changes: Iterable[Change], back: Iterable[RevertedFields], events: Iterable[Event], but: str | None
) -> tuple[list[Change], list[RevertedFields]]:
    """What of a net change, and of what is back, others than one account have brought about."""
    if but is None:
        return list(changes), list(back)
    theirs: dict[Key, set[str]] = {}
    began: dict[Key, str | None] = {}  # by whom an entity was first changed
    for each in events:
        began.setdefault(each.key, each.account)
        if each.account != but:
            theirs.setdefault(each.key, set()).update(each.changes)
    kept = [_without_own(change, theirs[change.key], began[change.key] == but) for change in changes if change.key in theirs]
    left = [
        replace(each, paths=paths)
        for each in back
        if (paths := tuple(path for path in each.paths if path in theirs.get(each.key, ())))
    ]
    return [change for change in kept if change.fields or change.change != "changed"], left


def _without_own(change: Change, theirs: set[str], is_own: bool) -> Change:
    """A change without the fields that only the account itself changed; what it added itself is known to it."""
    if change.change == "removed" or (change.change == "added" and not is_own):
        return change
    return replace(change, change="changed", fields=tuple(each for each in change.fields if each[0] in theirs))
