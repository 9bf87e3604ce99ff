"""Gaps of a timeline: since when, and until when, it is not known where the child was."""

from typing import Any

from board.timeline.gaps import Gap, gaps
from board.timeline.items import EntityState, Item, last_seen, of_entity

MISSING = "2026-11-30T02:50:00.000Z"
SEARCH: dict[str, Any] = {"missing_since": MISSING, "opened_at": "2026-11-30T03:20:00.000Z", "last_seen": None}
NOW = "2026-11-30T09:22:00.000Z"


def at(clock: str) -> str:
    return f"2026-11-30T{clock}:00.000Z"


def sighting(clock: str | None, assessment: str = "credible") -> Item:
    seen_at = at(clock) if clock else None
    state = {"withdrawn": False, "seen_at": seen_at, "received_at": NOW, "assessment": assessment, "queue_since": NOW}
    item = of_entity(EntityState("sighting", f"s-{clock}-{assessment}", 1, state), None)
    assert item is not None
    return item


def found(*sightings: Item, ends_at: str | None = None, now: str = NOW) -> list[Gap]:
    return gaps([last_seen(SEARCH, None), *sightings], ends_at, now)


def test_a_search_without_sightings_has_one_gap_until_now() -> None:
    assert found() == [Gap(MISSING, None, True)]


def test_a_credible_sighting_divides_the_gap() -> None:
    assert found(sighting("05:05")) == [Gap(MISSING, at("05:05"), True), Gap(at("05:05"), None, True)]


def test_a_sighting_that_nobody_confirmed_makes_nothing_sure() -> None:
    gap, last = found(sighting("05:05"), sighting("07:31", "unassessed"))
    assert (gap.is_empty, last.is_empty) == (True, False)


def test_sightings_of_other_children_fill_no_gap() -> None:
    for assessment in ("not_the_child", "duplicate", "unverifiable"):
        assert found(sighting("05:05", assessment)) == [Gap(MISSING, None, True)]


def test_short_periods_are_no_gaps() -> None:
    assert [gap.start for gap in found(sighting("03:19"), sighting("03:48"))] == [at("03:48")]
    assert [gap.start for gap in found(sighting("03:20"), sighting("03:48"))] == [MISSING, at("03:48")]


def test_sightings_before_the_child_was_missing_begin_no_gap() -> None:
    assert found(sighting("01:00", "confirmed")) == [Gap(MISSING, None, True)]


def test_unknown_times_begin_no_gap() -> None:
    assert found(sighting(None, "confirmed")) == [Gap(MISSING, None, True)]


def test_the_last_gap_ends_with_the_search() -> None:
    assert found(sighting("05:05"), ends_at=at("06:00")) == [Gap(MISSING, at("05:05"), True), Gap(at("05:05"), at("06:00"), True)]
    assert found(ends_at=at("02:00")) == [], "a wrong time of the end is before the beginning"


def test_ten_thousand_sightings_are_read_once_each() -> None:
    many = [sighting(f"{4 + number // 60:02}:{number % 60:02}", "unassessed") for number in range(300)] * 34
    assert found(*many, sighting("09:00")) == [Gap(MISSING, at("09:00"), False), Gap(at("09:00"), None, True)]
