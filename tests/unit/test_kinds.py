"""Declarations of kinds: one that contradicts itself is refused, in a sentence that names it."""

from dataclasses import replace
from typing import Any

import pytest

from board.commands import registry
from board.engine import kinds
from board.engine.kinds import EventSpec, FieldSpec, MisdeclaredKind
from tests.support.vehicle_kind import KIND


def test_kind_is_there_as_long_as_it_is_registered() -> None:
    with registry.card_kind(KIND):
        assert KIND in kinds.cards()
        assert "vehicle.update" in registry.TABLE
    assert KIND not in kinds.every()
    assert not [name for name in registry.TABLE if name.startswith("vehicle.")]


def field(path: str, /, **changes: Any) -> tuple[FieldSpec, ...]:
    """Return the fields of the kind with one of them changed."""
    return tuple(replace(spec, **changes) if spec.path == path else spec for spec in KIND.fields)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fields": field("plate", display="room")}, "'plate' is personal data, but shown on displays."),
        ({"fields": (*KIND.fields, FieldSpec("wheels", "Make"))}, "its model has no field 'wheels'."),
        ({"fields": KIND.fields[1:]}, "the field 'number' of its state is not declared."),
        ({"fields": field("make", label="Brand")}, "the label 'Brand' has no translation into 'de'."),
        ({"fields": field("make", control="card", refers_to="boat")}, "'make' refers to the kind 'boat', which is not declared."),
        ({"fields": field("make", control="people")}, "'make' is a list of people, which a card's form does not support."),
        ({"fields": field("make", control="choice")}, "'make' is a choice without choices."),
        (
            {"events": {**KIND.events, "card.moved": EventSpec("Vehicle changed")}},
            "another kind declares the event 'card.moved' differently.",
        ),
        ({"title_field": "name"}, "a card needs a title field in its state"),
        ({"forms": {"first": ("wheels",)}}, "a form contains 'wheels', which has no control."),
        ({"model": kinds.named("sighting").model}, "another kind has this name."),
    ],
)
def test_declaration_that_contradicts_itself_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MisdeclaredKind) as refused, kinds.registered(replace(KIND, **changes)):
        pass
    assert sentence in str(refused.value)
    assert KIND not in kinds.every()
