"""Hostile accounts, a stranger, a Redis writer and a file writer harm nobody: four honest people lose nothing meanwhile."""

import re
from dataclasses import replace

import pytest

from tests.support.readme_blocks import document
from tests.tools.attack.attackers import ATTACKERS
from tests.tools.attack.command import broken_promises, plan_of, rows, slow_answers
from tests.tools.faults.run import Outcome, run

SLOW_MINUTES = 30.0


def attempts_of(outcome: Outcome, attacker: str) -> dict[str, dict[str, int]]:
    assert outcome.assault is not None
    return dict(outcome.assault.tallies[attacker]["answers"])


def test_threat_model_names_each_attacker() -> None:
    table = document("explanation/threat-model").partition("## Attack test")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.M) == list(ATTACKERS)


@pytest.mark.slow
@pytest.mark.alone
async def test_attackers_harm_nobody() -> None:
    """All attackers at once, for a minute. `board attack` alone says how quick honest answers are."""
    outcome = await run(plan_of(1.0, ()))
    assert not broken_promises(outcome), "\n".join(rows(outcome))
    assert outcome.figures.commands["ok"] > 100
    for attacker in ATTACKERS:  # each one did attack
        assert attempts_of(outcome, attacker), attacker


@pytest.mark.slow
@pytest.mark.alone
async def test_attackers_slow_nobody_down_in_half_an_hour() -> None:
    outcome = await run(plan_of(SLOW_MINUTES, ()))
    assert not broken_promises(outcome) + slow_answers(outcome), "\n".join(rows(outcome))


@pytest.mark.slow
@pytest.mark.alone
async def test_attackers_harm_nobody_while_everything_fails() -> None:
    plan = replace(plan_of(SLOW_MINUTES, (), workers=3), given=None, readers=20, guests=4, boards=12, uploaders=2)
    outcome = await run(plan)
    assert not broken_promises(outcome), "\n".join(rows(outcome))
