"""Events as lines of a history on paper: "14:02:11 · Bob graded Sighting 7 from F6 to B2. Reason: she knows her"."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from board import labels
from board.config import sentences
from board.documents.content import Line, Piece, datetime_text, time_text
from board.documents.event_text import describe, fill
from board.documents.field_values import FieldValues, plain
from board.documents.shown_changes import UNKNOWN, Change
from board.exports.tables import UNDISCLOSED
from models.times import parse_utc

CLOCK_TOLERANCE = timedelta(minutes=1)  # smaller differences between journal and clock do not show on paper
END_MARKS = (".", "!", "?", "…")


def event_line(event: Mapping[str, Any], before: Any, board: str, values: FieldValues) -> Line:
    """Return the time of an event, its sentence and reason, and the changes that the sentence does not mention. For a new entity,
    list its fields, because paper has no link to it."""
    sentence, filled, rest = describe(event, before, board, values, lists_changes=True)
    line: Line = [" · ".join([time_text(event["at"], values.reads), *_notes(event, values), ""])]
    line += _with_reason(sentence, event, values)
    for number, change in enumerate(rest):
        line += _change(change, event, values, number > 0 and _is_next_item(rest[number - 1], change))
    private = () if "set" in filled else event.get("private") or ()
    return line + [f" · {_label(path, event, values)} {values.translate(UNDISCLOSED)}" for path in private]


def _with_reason(sentence: Line, event: Mapping[str, Any], values: FieldValues) -> Line:
    if not event.get("reason"):
        return sentence
    frame = values.translate(sentences.BECAUSE)
    if plain(sentence).rstrip().endswith(END_MARKS):
        frame = frame.replace("{told}.", "{told}")
    return fill(frame, {"told": sentence, "reason": values.typed(event["reason"], _author(event))})


def _change(change: Change, event: Mapping[str, Any], values: FieldValues, is_next: bool) -> Line:
    """Return " · Place: Gent → Brugge", without the former value if it is unknown or empty; " · Late entry" for a flag; "; quay"
    for the next item of a list. The author of a former value is unknown."""
    path, old, new = change
    former = None if old is UNKNOWN else values.value(path, old, event["kind"])
    value = values.value(path, new, event["kind"], _author(event)) or None
    if new is True and former is None and value == values.translate(sentences.YES):
        return [f" · {labels.field(path, values.translate, event['kind'])}"]
    return [
        values.translate(sentences.SEPARATOR) if is_next else f" · {_label(path, event, values)} ",
        *_turn(former, value, values),
    ]


def _turn(former: Piece | None, value: Piece | None, values: FieldValues) -> Line:
    """Return "Gent → Brugge", "Brugge" or "removed (was: Gent)", as on screens (static/js/format/field_change.js)."""
    if value is not None:
        return [value] if former is None else [former, " → ", value]
    if former is None:
        return [values.translate(sentences.REMOVED)]
    return fill(values.translate(sentences.REMOVED_VALUE), {"value": former})


def _is_next_item(before: Change, change: Change) -> bool:
    """Return whether both changes are about items of a checklist, which share one label."""
    return all(each.path.startswith("checklist.") for each in (before, change))


def _notes(event: Mapping[str, Any], values: FieldValues) -> Iterator[str]:
    """Yield the time by the clock, if the journal was ahead of it, and the API token that was used."""
    clock, token = event.get("clock"), ((event.get("actor") or {}).get("token") or {}).get("name")
    if clock is not None and parse_utc(event["at"]) - parse_utc(clock) >= CLOCK_TOLERANCE:
        yield values.translate(sentences.CLOCK_TIME).format(at=datetime_text(clock, values.reads))
    if token:
        yield values.translate(sentences.BY_TOKEN).format(name=token)


def _author(event: Mapping[str, Any]) -> str | None:
    return (event.get("actor") or {}).get("id")


def _label(path: str, event: Mapping[str, Any], values: FieldValues) -> str:
    return labels.with_colon(labels.field(path, values.translate, event["kind"]), values.translate)
