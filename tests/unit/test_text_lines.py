"""Texts that people fill in have one line or several, and every field says which."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import AfterValidator, BaseModel, StringConstraints
from typing_extensions import get_type_hints, is_typeddict

from board.api import routes
from board.commands.registry import TABLE
from board.engine import kinds
from models import fields
from models.text_lines import multi_line, single_line

ONE_LINE, LINES, CODE = "one line", "lines", "code"

PARTS = ["\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u202e", "\u202a", "\u2066", "\u2069", "\u2028", "\u2029", "\ud800"]


@pytest.mark.parametrize("part", PARTS)
def test_no_text_keeps_a_character_that_deceives(part: str) -> None:
    for clean in (single_line, multi_line):
        assert clean(f"a{part}b") in ("ab", "a b", "a\nb", "a[2Jb")


def test_line_has_no_line_end_and_no_space_around_it() -> None:
    assert single_line(" 2026\r\n0412\t \u2028x\n") == "2026 0412   x"
    assert single_line("Cafe\u0301") == "Café"
    assert single_line("\u202e\n") == ""
    assert single_line("Mila 👩‍🚒 مريم") == "Mila 👩‍🚒 مريم"  # joiners and other scripts stay


def test_lines_keep_line_feeds_and_tabs_alone() -> None:
    assert multi_line("a\r\nb\rc\td\u2029e\x00") == "a\nb\nc\td\ne"
    assert multi_line(" plain ") == " plain "


def test_normalized_line_is_never_longer() -> None:
    assert len(single_line("\u0958" * 400)) == 400


# -- every field ----------------------------------------------------------------------------------------------------------

# Texts without a mark, by the last part of their path: none is free text
CODES = {
    "code": "of a screen: compared", "password": "checked as typed", "credential": "of a passkey: checked",
    "language": "one of the catalogues",
    "board": "an id, compared", "epoch": "compared", "sha256": "compared",
    "checklist": "keys: ids of items", "earlier": "keys: ids of entries", "conditions": "keys: compared",
    "grade": "a patch: see its types",
    "outcome": "a patch: see its types", "commands": "a command: see its data", "sightings": "a command: see its data",
    "reports": "a command: see its data",
}  # fmt: skip


def texts(name: str, annotation: Any, marks: tuple[Any, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield path and kind of every text in a type. The kind is "" for a text that does not say."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str:
        yield name, _kind(marks)
    elif origin is Annotated:
        yield from texts(name, arguments[0], (*arguments[1:], *marks))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field, info in annotation.model_fields.items():
            yield from texts(f"{name}.{field}", info.annotation, tuple(info.metadata))
    elif is_typeddict(annotation):
        for field, hint in get_type_hints(annotation, include_extras=True).items():
            yield from texts(f"{name}.{field}", hint)
    elif origin is not Literal:
        for argument in arguments:
            yield from texts(name, argument, () if origin is dict else marks)


def _kind(marks: tuple[Any, ...]) -> str:
    functions = {mark.func for mark in marks if isinstance(mark, AfterValidator)}
    for function, kind in ((single_line, ONE_LINE), (multi_line, LINES), (fields._time, CODE), (fields._date, CODE)):
        if function in functions:
            return kind
    limits = [mark for mark in marks if isinstance(mark, StringConstraints)]
    return CODE if any(limit.pattern or limit in get_args(fields.Id) for limit in limits) else ""


def all_texts() -> dict[str, str]:
    """Return every text of every command and of every body of a call, by its path."""
    types = [(name, type) for name, spec in TABLE.items() for type in (spec.data, *spec.patches)]
    types += [(" ".join(key), call.body) for key, call in routes.CALLS.items() if call.body is not None]
    return {path: kind for name, type in types for path, kind in texts(name, type)}


def test_every_text_that_a_person_fills_in_says_how_many_lines_it_has() -> None:
    found = all_texts()
    unmarked = {path for path, kind in found.items() if not kind and re.split(r"[./]", path)[-1] not in CODES}
    assert unmarked == set()
    assert {"search.open.reference", "search.open.person.first_name", "sighting.add.place.text", "POST /displays.name"} <= {
        path for path, kind in found.items() if kind == ONE_LINE
    }
    assert len(found) > 250


def test_a_field_of_one_line_has_a_control_of_one_line() -> None:
    kinds_of_text, wrong, tried = all_texts(), [], 0
    for kind in kinds.every():
        for field in kind.fields:
            expected = {"text": ONE_LINE, "long": LINES}.get(field.control or "")
            path = field.path.replace(".*", "")
            for command in (f"{kind.name}.{verb}" for verb in ("open", "add", "update")):
                actual = kinds_of_text.get(f"{command}.{path}")
                if expected and actual:
                    tried += 1
                    wrong += [(command, path, actual)] if actual != expected else []
    assert wrong == []
    assert tried > 50


def test_walk_finds_a_text_that_does_not_say() -> None:
    class Sloppy(BaseModel):
        title: Annotated[str, StringConstraints(max_length=200)]
        names: list[fields.Name | None]

    assert dict(texts("x", Sloppy)) == {"x.title": "", "x.names": ONE_LINE}
