"""Unusual reads: most seeded misuses of a month are found, with at most one false alarm a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from board.audit.log.unusual import Facts, Read, find_unusual
from board.config.unusual_reads import UnusualReads, load_unusual_reads
from models.db.errors import ConfigurationError
from tests.support.read_month import DAYS, Month, month

RULES = load_unusual_reads()
NEAR = timedelta(hours=12)


def found_and_false(made: Month) -> tuple[set[str], int]:
    """Return the misuses that were found, and the number of other findings."""
    found, false_alarms = set[str](), 0
    for finding in find_unusual(made.reads, made.facts, RULES):
        matches = {
            what
            for what, (account, at) in made.misuses.items()
            if account == finding.account and finding.start - NEAR <= at <= finding.end + NEAR
        }
        found |= matches
        false_alarms += not matches
    return found, false_alarms


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_seeded_misuses_are_found_with_few_false_alarms(seed: int) -> None:
    made = month(seed)
    assert len(made.reads) > 30_000
    assert len(made.misuses) == 10
    found, false_alarms = found_and_false(made)
    assert len(found) >= 9, made.misuses.keys() - found
    assert false_alarms <= DAYS


def reads(count: int, minutes: float, *, on_duty: bool = True, hour: int = 12, type: str = "") -> list[Read]:
    """Return one read of each of these searches, at these intervals."""
    start = datetime(2026, 11, 10, hour, tzinfo=UTC)
    times = [(start + timedelta(minutes=minutes * number)).isoformat() for number in range(count)]
    return [Read.of("a", f"s{number}", at, on_duty, type) for number, at in enumerate(times)]


def rules_of(made: list[Read], **facts: object) -> list[str]:
    return [finding.rule for finding in find_unusual(made, Facts(**facts), RULES)]  # type: ignore[arg-type]


def test_many_searches_count_within_the_time_and_off_the_team() -> None:
    assert rules_of(reads(15, 0.5)) == ["many_searches"]
    assert rules_of(reads(14, 0.5)) == []
    assert rules_of(reads(15, 2)) == []
    assert rules_of(reads(15, 0.5), teams={f"s{number}": frozenset("a") for number in range(2)}) == []
    same = [read._replace(board="s") for read in reads(15, 0.5)]
    assert rules_of(same) == []


def test_administrators_have_lower_limits() -> None:
    assert rules_of(reads(8, 0.5)) == []
    assert rules_of(reads(8, 0.5), roles={"a": "admin"}) == ["many_searches"]


def test_night_counts_only_off_duty() -> None:
    assert rules_of(reads(3, 10, hour=1, on_duty=False)) == ["at_night"]
    assert rules_of(reads(3, 10, hour=1)) == []
    assert rules_of(reads(3, 10, hour=12, on_duty=False)) == []


def test_downloads_off_the_team_are_unusual() -> None:
    assert rules_of(reads(3, 1, type="export.read")) == ["taken_away"]
    assert rules_of(reads(3, 1, type="photo.read")) == []


def test_closed_search_with_a_listed_name_is_unusual() -> None:
    facts = {"last_names": {"s0": "de backer"}, "colleagues": frozenset({"de backer"})}
    assert rules_of(reads(1, 1), **facts) == ["listed_names"]
    assert rules_of(reads(1, 1), **facts, teams={"s0": frozenset("a")}) == []
    assert rules_of(reads(1, 1), last_names={"s0": "peeters"}) == []


def test_reads_of_one_evening_are_one_finding() -> None:
    (finding,) = find_unusual(reads(60, 0.5), Facts(), RULES)
    assert (len(finding.boards), finding.reads) == (60, 60)
    two = reads(15, 0.5, hour=9) + reads(15, 0.5, hour=14)
    assert len(find_unusual(two, Facts(), RULES)) == 2


def test_rules_of_an_installation_replace_those_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "unusual_reads.toml"
    file.write_text("[many_searches]\nreads = 2\nadministrators = 1\nminutes = 5\n")
    own = load_unusual_reads(str(tmp_path))
    assert [finding.rule for finding in find_unusual(reads(2, 1, hour=1, on_duty=False), Facts(), own)] == ["many_searches"]
    assert find_unusual(reads(60, 0.1), Facts(), UnusualReads()) == []
    file.write_text("[many_searches]\nreads = 0\nadministrators = 1\nminutes = 5\n")
    with pytest.raises(ConfigurationError, match="many_searches"):
        load_unusual_reads(str(tmp_path))
