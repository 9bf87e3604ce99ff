"""Ranks: there is always one between two, in order and short; those of the package used before are the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from board.commands.cards import ranks

A_LIST = st.lists(st.integers(0, 10_000), max_size=120)


@given(A_LIST)
def test_a_rank_lies_between_its_neighbours_wherever_it_is_put(places: list[int]) -> None:
    row: list[str] = []
    for place in places:
        at = place % (len(row) + 1)
        low, high = (row[at - 1] if at else None), (row[at] if at < len(row) else None)
        rank = ranks.between(low, high)
        assert (low or "") < rank < (high or "~")
        row.insert(at, rank)
    assert row == sorted(set(row))


@given(A_LIST, st.integers(0, 60))
def test_several_ranks_are_in_order_and_between(places: list[int], count: int) -> None:
    row = ranks.several_between(None, None, len(places))
    for low, high in [(None, None), *pairwise(row[:4])]:
        made = ranks.several_between(low, high, count)
        assert len(made) == count
        assert [low or "", *made, high or "~"] == sorted({low or "", *made, high or "~"})


@pytest.mark.parametrize(
    ("low", "high", "rank"),
    [  # made by fractional-indexing 0.1.3: databases contain such
        (None, None, "a0"), (None, "a0", "Zz"), (None, "Zz", "Zy"), ("a0", None, "a1"), ("a1", None, "a2"), ("a0", "a1", "a0V"),
        ("a1", "a2", "a1V"), ("a0V", "a1", "a0l"), ("Zz", "a0", "ZzV"), ("Zz", "a1", "a0"), (None, "Y00", "Xzzz"),
        ("bzz", None, "c000"), ("az", None, "b00"), ("a0", "a0V", "a0G"), ("a0", "a0G", "a08"), ("b125", "b129", "b127"),
        ("a0", "a1V", "a1"), ("Zz", "a01", "a0"), (None, "a0V", "a0"), (None, "b999", "b99"), (None, "A" + "0" * 26 + "1", None),
        ("z" * 26 + "y", None, "z" * 27), ("z" * 27, None, "z" * 27 + "V"),
    ],
)  # fmt: skip
def test_ranks_are_those_that_databases_hold_already(low: str | None, high: str | None, rank: str | None) -> None:
    made = ranks.between(low, high)
    assert made == rank or (rank is None and ranks.SMALLEST < made < str(high))


def test_several_ranks_are_those_that_databases_hold_already() -> None:
    assert ranks.several_between(None, None, 5) == ["a0", "a1", "a2", "a3", "a4"]
    assert ranks.several_between("a0", "a1", 5) == ["a08", "a0G", "a0V", "a0d", "a0l"]
    assert ranks.several_between(None, "a0", 3) == ["Zx", "Zy", "Zz"]


@pytest.mark.parametrize(
    ("low", "high"), [("a1", "a0"), ("a0", "a0"), ("a00", None), ("", "a0"), ("!", "a0"), ("b1", None), (ranks.SMALLEST, None)]
)
def test_invalid_or_unordered_ranks_are_refused(low: str | None, high: str | None) -> None:
    with pytest.raises(ValueError, match=r"is not a rank|cannot begin with|is not below"):
        ranks.between(low, high)


def test_ranks_stay_short_at_the_ends() -> None:
    rank = "a0"
    for _ in range(5_000):
        rank = ranks.between(rank, None)
    assert len(rank) <= 4
