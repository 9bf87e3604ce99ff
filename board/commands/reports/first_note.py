"""Note with the answers of a report that a search has no field for. It never contains the name or contact of the caller."""

from collections.abc import Iterator

from board import labels
from board.config import sentences
from board.i18n import gettext_for
from models.entity import State

MAX_NOTE = 4_000  # characters of a note
_ANSWERS = (  # answer and the text about it; a text has no answer
    ("siblings", None), ("caller_role", None), ("caller_place", None), ("last_seen_by", None),
    ("belongings.phone", "belongings.phone_note"), ("belongings.money", "belongings.money_note"),
    ("belongings.medication", None), ("belongings.company", "belongings.company_note"), ("police_told", None),
)  # fmt: skip
_TEXTS = ("circumstances", "may_go")


def texts(report: State, language: str) -> Iterator[str]:
    """Yield the texts of the notes: one with the short answers, and one for each long text."""
    translate = gettext_for(language)
    head = translate(sentences.REPORT).format(number=report["number"])
    lines = [line for paths in _ANSWERS if (line := _line(report, paths, translate))]
    if lines:
        yield "\n".join([head, *lines])[:MAX_NOTE]
    for path in _TEXTS:
        if report[path]:
            yield f"{head}\n{labels.with_colon(_label(path, translate), translate)}\n{report[path]}"[:MAX_NOTE]


def _line(report: State, paths: tuple[str, str | None], translate: labels.Translate) -> str | None:
    """Return "Money or bank card: No · left it at home"; None if nothing was answered."""
    values = [_value(report, path, translate) for path in paths if path is not None]
    text = " · ".join(value for value in values if value)
    return f"{labels.with_colon(_label(paths[0], translate), translate)} {text}" if text else None


def _value(report: State, path: str, translate: labels.Translate) -> str | None:
    group, _, name = path.partition(".")
    value = (report[group] or {}).get(name) if name else report[group]
    if isinstance(value, list):
        return "; ".join(value)
    return None if value is None else labels.value(path, "report", value, translate) or str(value)


def _label(path: str, translate: labels.Translate) -> str:
    return labels.field(path, translate, "report")
