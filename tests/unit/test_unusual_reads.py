"""Unusual reads: most seeded misuses of a month are found, with at most one false alarm a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from board.audit.log.unusual import TAKEN, Facts, Read, find_unusual
from board.audit.log.unusual_facts import last_names
from board.config.unusual_reads import UnusualReads, load_unusual_reads
from models.board import AUDIT, OPERATIONS
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


@pytest.mark.parametrize("seed", range(1, 6))
def test_seeded_misuses_are_found_with_few_false_alarms(seed: int) -> None:
    made = month(seed)
    assert len(made.reads) > 30_000
    assert len(made.misuses) == 16
    found, false_alarms = found_and_false(made)
    assert len(found) >= 0.9 * len(made.misuses), made.misuses.keys() - found
    assert false_alarms <= DAYS


def read(board: str = "s", minutes: float = 0, hour: int = 12, lasts_h: float = 0, **more: Any) -> Read:
    """Return a read of `a` on a day in November."""
    at = datetime(2026, 11, 10, hour, tzinfo=UTC) + timedelta(minutes=minutes)
    values: dict[str, Any] = {"on_duty": True, "type": "snapshot.read"}
    return Read("a", board, at, at + timedelta(hours=lasts_h), **values | more)


def reads(count: int, minutes: float, **more: Any) -> list[Read]:
    """Return one read of each of these searches, at these intervals."""
    return [read(f"s{number}", minutes * number, **more) for number in range(count)]


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
    assert rules_of(reads(3, 1, type="photo.read")) == []
    assert rules_of(reads(3, 1, type="export.read"), teams={f"s{number}": frozenset("a") for number in range(3)}) == []


@pytest.mark.parametrize("type", TAKEN)
def test_each_disclosure_off_the_team_is_unusual(type: str) -> None:
    assert rules_of(reads(3, 1, type=type)) == ["taken_away"]


def test_repetitions_count_as_reads() -> None:
    assert rules_of([read(type="contact.read", times=3)]) == ["taken_away"]
    assert rules_of([read(type="contact.read", times=2)]) == []
    assert find_unusual([read(type="contact.read", times=4)], Facts(), RULES)[0].reads == 4
    assert rules_of([read(times=40)]) == [], "one search"


def test_people_on_duty_are_the_team_of_what_is_about_no_search() -> None:
    for board in ("", OPERATIONS):
        assert rules_of([read(board, type="caller.read", times=9)]) == []
        assert rules_of([read(board, type="caller.read", times=9, on_duty=False)]) == ["taken_away"]
    assert rules_of([read(AUDIT, type="export.read")], roles={"a": "admin"}) == ["taken_away"]


def test_reads_about_no_search_count_as_one_at_night() -> None:
    night: dict[str, Any] = {"hour": 1, "on_duty": False}
    rest = [read(board, number, **night) for number, board in enumerate(("", OPERATIONS, AUDIT))]
    assert rules_of(rest) == []
    assert rules_of([*rest, read("s1", 4, **night)]) == []
    (finding,) = find_unusual([*rest, read("s1", 4, **night), read("s2", 5, **night)], Facts(), RULES)
    assert (finding.rule, finding.boards) == ("at_night", {"s1", "s2"})


def test_screen_that_stays_open_into_the_night_counts() -> None:
    evening: dict[str, Any] = {"hour": 18, "on_duty": False}  # 19:00 at the desk
    assert rules_of(reads(3, 1, lasts_h=2.9, **evening)) == []
    (finding,) = find_unusual(reads(3, 1, lasts_h=4, **evening), Facts(), RULES)
    assert (finding.rule, finding.start) == ("at_night", datetime(2026, 11, 10, 21, tzinfo=UTC))
    assert rules_of(reads(3, 1, lasts_h=4, hour=18)) == [], "on duty"
    assert rules_of(reads(3, 1, lasts_h=30, hour=8, on_duty=False)) == ["at_night"]


def test_many_look_ups_are_unusual_for_anybody() -> None:
    run: dict[str, Any] = {"board": OPERATIONS, "type": "find.run", "detail": "words"}
    assert rules_of([read(times=60, **run), read(minutes=30, times=60, **run)]) == ["look_ups"]
    assert rules_of([read(times=60, **run), read(minutes=61, times=60, **run)]) == []
    assert rules_of([read(times=90, **run)], roles={"a": "admin"}) == ["look_ups"]
    assert rules_of([read(times=500, **run | {"detail": "similar"})]) == [], "the board asks for these itself"
    assert rules_of([read(times=500, **run | {"board": "s"})], teams={"s": frozenset("a")}) == []


def test_open_search_with_a_listed_name_is_unusual_off_duty() -> None:
    facts = {"last_names": {"s0": "peeters"}, "colleagues": frozenset({"peeters"})}
    assert rules_of(reads(1, 1), **facts) == []
    assert rules_of(reads(1, 1, on_duty=False), **facts) == ["listed_names"]


def test_last_name_of_a_colleague_may_have_several_words() -> None:
    assert last_names("Jan De  Backer") == {"de backer", "backer"}
    assert last_names("Prince") == {"prince"}
    assert last_names("") == set()


def test_closed_search_with_a_listed_name_is_unusual() -> None:
    facts = {"last_names": {"s0": "de backer"}, "colleagues": frozenset({"de backer"}), "closed": frozenset({"s0"})}
    assert rules_of(reads(1, 1), **facts) == ["listed_names"]
    assert rules_of(reads(1, 1), **facts, teams={"s0": frozenset("a")}) == []
    assert rules_of(reads(1, 1), **facts | {"last_names": {"s0": "peeters"}}) == []


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
