"""Rules exist once: conditions are data; what both sides calculate is tested with one table of cases, here and in tests/js."""

import json
from pathlib import Path
from typing import Any

import pytest

from board import labels
from board.commands.sightings import queues
from board.config import sentences
from board.engine import conditions, kinds
from board.engine.merge_patch import merge_patch
from board.web import declarations

TESTS = Path(__file__).parents[1]
CASES: dict[str, Any] = json.loads((TESTS / "rule_cases.json").read_text())
COPY = TESTS / "js" / "declarations.json"  # of rules and sentences, for the tests of scripts


@pytest.mark.parametrize(("condition", "state", "is_met"), CASES["conditions"])
def test_a_condition_holds_of_the_states_that_have_its_values(condition: Any, state: Any, is_met: bool) -> None:
    assert conditions.holds(condition, state) is is_met


@pytest.mark.parametrize(("state", "queue"), CASES["queues"])
def test_each_sighting_is_in_one_queue(state: Any, queue: str) -> None:
    assert queues.queue_of(state) == queue


@pytest.mark.parametrize(("type", "state", "is_significant"), CASES["significant"])
def test_significance_follows_from_type_and_state(type: str, state: Any, is_significant: bool) -> None:
    spec = kinds.event_specs().get(type)
    condition = spec.significant if spec else None
    assert (condition is not None and conditions.holds(condition, state)) is is_significant


@pytest.mark.parametrize(("state", "patch", "merged"), CASES["patches"])
def test_a_patch_merges_into_groups_and_replaces_the_rest(state: Any, patch: Any, merged: Any) -> None:
    assert merge_patch(state, patch) == merged


def test_every_declared_rule_has_cases() -> None:
    assert {queue for _, queue in CASES["queues"]} == {queue for queue, _ in queues.RULES}
    significant = {type for type, spec in kinds.event_specs().items() if spec.significant is not None}
    assert {type for type, _, is_significant in CASES["significant"] if is_significant} == significant


def test_the_tests_of_scripts_use_the_declarations() -> None:
    assert json.loads(COPY.read_text()) == json.loads(written()), "run python -m tests.unit.test_rules"


def written() -> str:
    declared = {
        "rules": declarations.rules(),
        "sentences": declarations.shared_sentences(),
        "plurals": sentences.plurals_for_scripts(),
        "agreeing": labels.AGREEING,
    }
    return f"{json.dumps(declared, indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    COPY.write_text(written())
