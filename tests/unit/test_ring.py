"""Rings: what they keep, for how long, and how much all of them together."""

import pytest

from realtime.channels import ring
from realtime.channels.ring import EVENT_BYTES, Ring, RingBudget
from realtime.source import EventRecord, Subject

SUBJECT = Subject("note", "n", "note.added")


def events(first: int, last: int, size: int = 100, group: object = None) -> list[EventRecord]:
    return [EventRecord(seq, b"x" * size, group, SUBJECT) for seq in range(first, last + 1)]


def seqs(records: list[EventRecord] | None) -> list[int] | None:
    return None if records is None else [record.seq for record in records]


@pytest.fixture
def budget() -> RingBudget:
    return RingBudget()


def test_events_after_a_position_are_there_or_said_to_be_gone(budget: RingBudget) -> None:
    kept = Ring(budget)
    assert kept.after(0, 9) is None
    kept.extend(events(5, 9))
    assert seqs(kept.after(6, 8)) == [7, 8]
    assert seqs(kept.after(4, 9)) == [5, 6, 7, 8, 9]
    assert kept.after(3, 9) is None
    assert seqs(kept.after(9, 9)) == []
    assert kept.after(10, 10) is None  # of a ring that ends before the position


def test_events_that_arrived_before_the_last_but_one_ageing_are_dropped(budget: RingBudget) -> None:
    kept = Ring(budget)
    kept.extend(events(1, 3))
    budget.age()
    assert seqs(kept.after(0, 3)) == [1, 2, 3]
    kept.extend(events(4, 5))
    budget.age()
    assert kept.after(2, 5) is None
    assert seqs(kept.after(3, 5)) == [4, 5]
    budget.age()
    assert budget.held_bytes == kept.held_bytes == 0
    kept.extend(events(6, 6))
    assert seqs(kept.after(5, 6)) == [6]


def test_a_ring_of_another_epoch_ages_anew(budget: RingBudget) -> None:
    kept = Ring(budget)
    kept.extend(events(100, 103))
    budget.age()
    kept.clear()
    kept.extend(events(1, 3))
    budget.age()
    assert seqs(kept.after(0, 3)) == [1, 2, 3]


def test_the_largest_ring_gives_back_its_oldest_events_first(budget: RingBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "MIN_RELEASED_BYTES", 1)
    small, large = Ring(budget), Ring(budget)
    small.extend(events(1, 10))
    large.extend(events(1, 100))
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", 60 * (100 + EVENT_BYTES))
    budget.enforce()
    assert budget.held_bytes == small.held_bytes + large.held_bytes <= ring.MAX_KEPT_BYTES
    assert seqs(small.after(0, 10)) == list(range(1, 11))
    assert large.after(40, 100) is None
    assert seqs(large.after(60, 100)) == list(range(61, 101))


def test_an_event_larger_than_the_bound_is_not_kept(budget: RingBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", 1_000)
    kept = Ring(budget)
    kept.extend(events(1, 1, 2_000))
    budget.enforce()
    assert budget.held_bytes == 0


def test_a_run_ends_before_its_limit_but_not_within_a_command(budget: RingBudget) -> None:
    kept = Ring(budget)
    kept.extend([*events(1, 3), *events(4, 9, group="a"), *events(10, 12)])
    assert seqs(kept.first_after(0, 12, 250)) == [1, 2]
    assert seqs(kept.first_after(2, 12, 250)) == [3, *range(4, 10)]
    assert seqs(kept.first_after(9, 11, 10_000)) == [10, 11]
    assert seqs(kept.first_after(0, 12, 1)) == [1]  # at least one
    assert kept.first_after(13, 14, 250) is None


def test_aligned_runs_from_different_positions_soon_end_alike(budget: RingBudget) -> None:
    kept = Ring(budget)
    kept.extend(events(1, 500))

    def ends(seq: int) -> set[int]:
        found = set()
        while seq < 500:
            run = kept.first_after(seq, 500, 1_700, aligned=True)
            assert run
            assert sum(len(each.wire) for each in run) <= 1_700
            seq = run[-1].seq
            found.add(seq)
        return found

    first, *others = (ends(seq) for seq in range(0, 30, 3))
    assert len(first) < 40
    for other in others:
        assert {seq for seq in other if seq > 64} == {seq for seq in first if seq > 64}


def test_events_until_a_position_are_dropped(budget: RingBudget) -> None:
    kept = Ring(budget)
    kept.drop_until(3)
    kept.extend(events(3, 6))
    kept.drop_until(1)
    assert seqs(kept.after(2, 6)) == [3, 4, 5, 6]
    kept.drop_until(4)
    assert (kept.after(3, 6), seqs(kept.after(4, 6))) == (None, [5, 6])
    kept.drop_until(9)
    assert budget.held_bytes == kept.held_bytes == 0
