"""Sentences of events for paper: "Bob graded Sighting 7 from F6 to B2".

`board/config/event_sentences.py` declares them, and `static/js/format/event_text.js` composes them in the same way for screens.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from board.commands.sightings import queues
from board.config.event_sentences import BEFORE_CHANGES, CREATIONS, NULLABLE, SENTENCES, SHORT, Sentence, Text, Variant
from board.documents.content import Line, Piece
from board.documents.event_values import READERS, Facts, is_card
from board.documents.field_values import FieldValues, fields_of_name, plain
from board.documents.shown_changes import UNKNOWN, Change, all_changes, shown_changes
from board.engine import kinds
from board.engine.conditions import holds, value_at
from board.i18n import suit_dates, translations

_RESTATEMENT = re.compile(r"restatements\.([^.]+)\.")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_INITIAL: tuple[Any, ...] = ([], "", "unknown", "none", "unassessed")  # values that, like False, are omitted for new entities


class Description(NamedTuple):
    """Sentence of an event, its values by placeholder, and the changes that it does not mention; for a creation, the initial
    values that it does not mention."""

    sentence: Line
    values: dict[str, Piece | Line]
    rest: list[Change]


def is_creation(type: str) -> bool:
    """Return whether events of this type create their entity, so that there are no former values."""
    return type.rpartition(".")[2] in CREATIONS


def describe(event: Mapping[str, Any], before: Any, board: str, values: FieldValues, lists_changes: bool = False) -> Description:
    """Describe an event of a board, as in the contract. `before`: the state of its entity, None if there was none, or UNKNOWN.
    `lists_changes`: the page lists the changes after the sentence, which then does not name their fields."""
    it, sentence = facts_of(event, before, board, values), sentence_of(event)
    (text, when, named), (_, slots, said) = variant_of(sentence, it), sentence
    covered = said if named is None else named
    if lists_changes and isinstance(text, str):
        text = BEFORE_CHANGES.get(text, text)
    translated = _translated(text, it, slots)
    filled = {name: _slot(it, name, slots) or "" for name in _PLACEHOLDER.findall(translated)}
    if is_creation(event["type"]):  # a variant for one value of a field implies that value
        covered = [
            *_shown_fields(it, slots, filled),
            *(path.removeprefix("state.") for path in when if path.startswith("state.")),
        ]
    line = fill(suit_dates(translated, filled), filled)
    return Description(line, filled, [each for each in it.shown if not _covers(covered, each.path)])


def fill(text: str, values: Mapping[str, Piece | Line]) -> Line:
    """Return a text with its placeholders filled."""
    line: Line = []
    for at, part in enumerate(_PLACEHOLDER.split(text)):
        piece = values[part] if at % 2 else part
        line += piece if isinstance(piece, list) else [piece]
    return line


def variant_of(sentence: Sentence, it: Facts) -> Variant:
    """Return the first variant that fits an event; otherwise the last."""
    variants, slots, _ = sentence
    fitting = (each for each in variants if holds(each.when, it.known) and _can_fill(it, each.text, slots))
    return next(fitting, variants[-1])


def sentence_of(event: Mapping[str, Any]) -> Sentence:
    """Return the declared sentence of an event."""
    type = event["type"]
    if event.get("erased") or "undoes" in event:
        return SENTENCES["erased" if event.get("erased") else "undone"]
    is_addition = type.endswith(".added") and is_card(type.partition(".")[0])
    is_update = type.endswith(".updated")
    return SENTENCES.get(type) or SENTENCES["added" if is_addition else "updated" if is_update else "otherwise"]


def facts_of(event: Mapping[str, Any], before: Any, board: str, values: FieldValues) -> Facts:
    """Return the facts about an event that its sentence may state."""
    kind, state, author = event["kind"], event.get("state"), (event.get("actor") or {}).get("id")
    begins = is_creation(event["type"])
    changes = _first_values(event) if begins else all_changes(event, before)
    former = None if before is UNKNOWN else before
    known = {
        "event": event, "kind": kind, "board": board, "before": former, "state": state,
        "latest": former if state is None else state, "known": before is not UNKNOWN, "count": len(changes),
        "mine": False,  # paper is for more than one reader
        "own": author is not None and author in map(partial(value_at, state), ("assignee", "account", "taken_by")),
        "restatement": _restatement(changes, state), "again": any(change.path == "round" for change in changes),
        "shortened": _is_shortened(former, state),
    }  # fmt: skip
    it = Facts(event, kind, author, changes, [], known, values)
    it.shown.extend(shown_changes(changes, kind, UNKNOWN if begins else before, state, it.field))
    known["change"] = _only_change(it)
    return it


def _is_shortened(before: Any, state: Any) -> bool:
    """Return whether the promise of an alarm ends earlier than before."""
    former, until = value_at(before, "until"), value_at(state, "until")
    return former is not None and until is not None and until < former


def _first_values(event: Mapping[str, Any]) -> list[Change]:
    """Return the values that an event added: texts first, and otherwise in the order of the declaration. Omits the default grade,
    which nobody chose."""
    kind, state = kinds.find(event["kind"]), event.get("state")
    declared = [spec.path for spec in kind.fields] if kind is not None else []

    def place(change: Change) -> tuple[bool, int]:
        return not kinds.is_prose(change.path), declared.index(change.path) if change.path in declared else len(declared)

    def is_set(change: Change) -> bool:
        is_grade = change.path.startswith("grade.") and holds(queues.DEFAULT_GRADE, state)
        return change.new is not False and change.new not in _INITIAL and not is_grade

    return sorted(filter(is_set, all_changes(event, UNKNOWN)), key=place)


def _restatement(changes: list[Change], state: Any) -> dict[str, Any] | None:
    by = next((found[1] for change in changes if (found := _RESTATEMENT.match(change.path))), None)
    return {"by": by, **(value_at(state, f"restatements.{by}") or {})} if by else None


def _only_change(it: Facts) -> dict[str, Any] | None:
    """Return the only change of an event, if it is about an item of a checklist or a field with short values; otherwise None."""
    if len(it.shown) != 1:
        return None
    path, old, new = it.shown[0]
    way = _way_of_item(it, old, new) if path.startswith("checklist.") else None
    if way:
        return {"way": way, "item": (new or old)["text"]}
    texts = {} if old is UNKNOWN else {"from": it.former.field(path, old), "to": it.field(path, new)}
    return {"path": path, **texts} if texts and all(len(plain(text or "")) <= SHORT for text in texts.values()) else None


def _way_of_item(it: Facts, old: Any, new: Any) -> str | None:
    if new and all(change.path.endswith(".done") for change in it.changes):
        return "ticked" if new["done"] else "unticked"
    if old is UNKNOWN or not (old or new):
        return None
    return "added" if old is None else "removed" if new is None else None


def _covers(said: Sequence[str], path: str) -> bool:
    return any(each in ("*", path) or path.startswith(f"{each}.") for each in said)


def _translated(text: Text, it: Facts, slots: Mapping[str, str]) -> str:
    if isinstance(text, str):
        return it.values.translate(text)
    return translations(it.values.reads).ungettext(*text, int(plain(_slot(it, "count", slots) or "0")))


def _shown_fields(it: Facts, slots: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """Yield the fields whose values these placeholders show."""
    for name in names:
        reader, _, path = slots.get(name, name).partition(" ")
        root, _, field = path.partition(".")
        if reader == "title" and it.kind != "column":
            yield kinds.named(it.kind).title_field
        elif reader in ("what", "event") or path in ("state", "latest"):
            yield from fields_of_name(it.kind, it.known["latest"] or {})
        elif root in ("state", "latest") and reader != "child":  # shows only a short name
            yield field


def _can_fill(it: Facts, text: Text, slots: Mapping[str, str]) -> bool:
    return all(_slot(it, name, slots) is not None for name in placeholders(text))


@cache
def placeholders(text: Text) -> list[str]:
    """Return the names of the placeholders of a text."""
    return _PLACEHOLDER.findall(text if isinstance(text, str) else text[0])


def _slot(it: Facts, name: str, slots: Mapping[str, str]) -> Piece | Line | None:
    """Return the value of a placeholder, by its slot, such as "person state.holder"; None if it has no value."""
    reader, _, path = slots.get(name, name).partition(" ")
    root, _, field = path.partition(".")
    value = _found(it, path) if path else None
    is_there = not path or value is not None or reader in NULLABLE
    return READERS[reader](it.former if root in ("was", "before") else it, value, field) if is_there else None


def _found(it: Facts, path: str) -> Any:
    root, _, field = path.partition(".")
    if root not in ("was", "now"):
        return value_at(it.known, path)
    change = next((change for change in it.changes if change.path == field), None)
    value = change and (change.old if root == "was" else change.new)
    return None if value is UNKNOWN else value
