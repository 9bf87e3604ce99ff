"""Labels: each code that people are shown has one, and it stands in one place."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from board import labels
from board.commands import schemas
from board.dev.js_messages import javascript
from board.engine import kinds
from board.paths import STATIC

# Texts of the scripts that are no labels, but the same words: names of pages, buttons, headings, states of a step.
SAME_WORDS = {"Position", "Searches"}


def english(text: str) -> str:
    return text


def leaves(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Yield each field of a state with its codes."""
    for part in (schema, *schema.get("anyOf", ())):
        for name, field in part.get("properties", {}).items():
            yield from leaves(field, f"{path}.{name}" if path else name)
        if path and "properties" not in part:
            yield path, [*part.get("enum", ()), *([part["const"]] if "const" in part else ())]


@pytest.mark.parametrize("kind", kinds.every(), ids=lambda kind: kind.name)
def test_every_kind_field_and_code_has_a_label(kind: Any) -> None:
    assert kind.name in labels.KINDS
    found = list(leaves(schemas.state(kind)))
    assert found
    assert {path for path, _ in found if labels.field(path, english, kind.name) == path.replace("_", " ")} == set()
    unnamed = [(path, code) for path, codes in found for code in codes if labels.value(path, kind.name, code, english) is None]
    assert unnamed == []


def test_every_event_has_both_labels() -> None:
    assert {type for type in labels.EVENTS if type.split(".")[1] not in labels.DONE} == set()


def test_label_of_a_field_is_that_of_its_longest_known_part() -> None:
    paths = (
        "grade.source", "checklist.k1.done", "criteria.under_13.answer", "criteria.new.answer", "earlier.k1", "earlier",
        "not_known",
    )  # fmt: skip
    named = [labels.field(path, english) for path in paths]
    assert named == [
        "Source grade", "Checklist", "Younger than 13", "Criteria", "Earlier disappearance", "Earlier disappearances",
        "not known",
    ]  # fmt: skip


def test_label_of_a_value_depends_on_the_kind() -> None:
    given = [
        ("role", "column", "inbox"),
        ("role", "account", "admin"),
        ("worrying", "search", None),
        ("assessment", "briefing", "credible"),
    ]
    assert [labels.value(*each, english) for each in given] == ["New", "Administrator", "Not decided", None]


def test_no_label_stands_in_the_scripts() -> None:
    tables = labels.tables()
    texts = {text for table in (*tables.pop("values").values(), *tables.values()) for text in table.values()}
    scripts = sorted((STATIC / "js").rglob("*.js"))
    said = {
        each.name: {text for _, name, text, _ in javascript(BytesIO(each.read_bytes()), {}, [], {}) if name == "t"}
        for each in scripts
    }
    assert texts & set().union(*said.values()) >= SAME_WORDS, "no longer said"
    assert {name: again for name, them in said.items() if (again := them & texts - SAME_WORDS)} == {}
