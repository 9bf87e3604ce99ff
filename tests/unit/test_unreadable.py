"""Columns that cannot be decrypted: a write empties none of them, and may give them a new value."""

from typing import Any

import pytest

from board.engine.repositories.entities import Entities
from board.errors import Refused
from models import confidential
from models.sighting import Sighting


def sighting(*unreadable: str) -> Sighting:
    row = Sighting(id="s", board="b", description="a boy")  # type: ignore[call-arg]
    row.__dict__[confidential.UNREADABLE] = frozenset(unreadable)
    return row


@pytest.mark.parametrize("values", [{"source_name": None}, {"source_name": None, "description": "a girl"}])
def test_unreadable_column_is_not_emptied(values: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="unavailable"):
        Entities(None).set_position(sighting("source_name"), values)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{"source_name": "Ann"}, {"source_contact": None}, {"description": "a girl"}])
def test_other_columns_and_new_values_are_written(values: dict[str, Any]) -> None:
    row = sighting("source_name")
    Entities(None).set_position(row, values)  # type: ignore[arg-type]
    assert {name: getattr(row, name) for name in values} == values


def test_column_with_a_new_value_is_readable() -> None:
    row, entities = sighting("source_name"), Entities(None)  # type: ignore[arg-type]
    entities.set_position(row, {"source_name": "Ann"})
    assert confidential.unreadable(row) == frozenset()
