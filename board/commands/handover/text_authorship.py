"""Authorship of the texts of a handover. A text from an earlier handover counts as not written until somebody changes it, or
confirms it by writing it again."""

from collections.abc import Mapping
from typing import Any

from board.engine.event_writer import EventWriter
from models.declared import declared_of
from models.entity import Entity, State
from models.handover import Briefing, Handover, TextMark

CONFIRMED = "handover.confirmed"
Authorship = dict[str, Any]  # TextMark by field


def _carried_over(model: type[Entity]) -> tuple[str, ...]:
    """Return the fields that carry over to the next handover: all fields that people write, except references to people and
    alarms."""
    written = {name: declared.spec for name, declared in declared_of(model).items() if declared.by_people}
    return tuple(name for name, spec in written.items() if spec.control != "person" and spec.reads_as != "internal")


OF_SEARCH, OF_DESK = _carried_over(Briefing), _carried_over(Handover)


def update_authorship(
    authorship: Authorship, before: State, after: State, patch: State, writer: EventWriter, number: int
) -> Authorship:
    """Return the authorship after a merge patch for handover `number`."""
    marks = {path: mark for path, mark in authorship.items() if after[path]}
    for path in patch.keys() & {*OF_SEARCH, *OF_DESK}:
        if after[path] and after[path] != before[path]:
            marks[path] = TextMark(handover=number, by=writer.account_id, at=writer.now).model_dump()
        elif after[path] and not is_current(marks, path, number):
            without_author = TextMark(handover=number).model_dump()
            confirmation = {"handover": number, "confirmed_by": writer.account_id, "confirmed_at": writer.now}
            marks[path] = without_author | marks.get(path, {}) | confirmation
    return marks


def is_current(marks: Mapping[str, Any] | None, path: str, number: int) -> bool:
    """Return whether somebody wrote or confirmed a text for handover `number`."""
    return bool((marks or {}).get(path, {}).get("handover") == number)


def is_confirmation(before: State, after: State) -> bool:
    """Return whether a change leaves all texts unchanged."""
    return all(before[name] == after[name] for name in before)
