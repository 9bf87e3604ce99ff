"""Busy night of 40 searches and 600 events: alarms that are not a person's own stay few."""

from pathlib import Path

import pytest

from tests.support.busy_night import EVENTS, Night, replay

MOST = 12  # an hour, for one person


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
async def test_nobody_gets_over_twelve_alarms_of_others_in_an_hour(tmp_path: Path, seed: int) -> None:
    night = await replay(tmp_path, seed)
    assert night.events == EVENTS
    assert sum(night.by_rule.values()) > 50, "there is something to count"
    worst = {name: Night.most_in_an_hour(minutes) for name, minutes in night.others.items()}
    assert max(worst.values()) <= MOST, worst


def test_the_worst_hour_is_any_sixty_minutes() -> None:
    assert Night.most_in_an_hour([0, 59, 60, 61, 118]) == 4
    assert Night.most_in_an_hour([]) == 0
