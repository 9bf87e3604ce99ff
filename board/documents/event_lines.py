"""Events as lines of a history on paper: "14:02:11 · Bob graded Sighting 7 from F6 to B2. Reason: she knows her"."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from board import labels
from board.config import sentences
from board.documents.content import Line, datetime_text, time_text
from board.documents.event_text import describe
from board.documents.field_values import FieldValues, plain
from board.documents.shown_changes import UNKNOWN
from board.exports.tables import UNDISCLOSED
from models.times import parse_utc

CLOCK_TOLERANCE = timedelta(minutes=1)  # smaller differences between journal and clock do not show on paper
END_MARKS = (".", "!", "?", "…")


def event_line(event: Mapping[str, Any], before: Any, board: str, values: FieldValues) -> Line:
    """Return the time of an event, its sentence and reason, and what the sentence does not mention: changes, or the fields of
    a new entity, as paper has no link to it."""
    sentence, told, rest = describe(event, before, board, values)
    line = [" · ".join([time_text(event["at"], values.reads), *_notes(event, values), ""]), *sentence]
    if event.get("reason"):
        between = values.translate(sentences.BECAUSE).partition("{told}")[2].partition("{reason}")[0]
        has_end = "".join(map(plain, sentence)).rstrip().endswith(END_MARKS)
        line += [between.removeprefix(".") if has_end else between, values.typed(event["reason"], _author(event))]
    for path, old, new in rest:
        shown = [values.value(path, each, event["kind"], _author(event)) for each in (old, new) if each is not UNKNOWN]
        texts = [values.translate(sentences.EMPTY) if text is None else text for text in shown]
        line += [f" · {_label(path, event, values)} ", *texts[:1], *(piece for text in texts[1:] for piece in (" → ", text))]
    private = () if "set" in told else event.get("private") or ()
    return line + [f" · {_label(path, event, values)} {values.translate(UNDISCLOSED)}" for path in private]


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
