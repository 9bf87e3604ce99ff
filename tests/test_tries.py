"""Tries are counted in a moving window; whoever floods it fills no memory, and clears nobody's count."""

from board.tries import WINDOW_S, Tries


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_as_many_as_are_allowed_in_any_window() -> None:
    tries = Tries(clock=(clock := Clock()))
    for _ in range(3):
        assert tries.take({("a",): 3})
        clock.now += 1
    assert not tries.take({("a",): 3})
    assert tries.take({("b",): 3})
    clock.now += WINDOW_S - 3.5  # the first of them is half a second from being over
    assert not tries.take({("a",): 3})
    clock.now += 1
    assert tries.take({("a",): 3})
    assert not tries.take({("a",): 3})


def test_what_is_refused_by_one_key_counts_under_none() -> None:
    tries = Tries(clock=Clock())
    assert tries.take({("a",): 1})
    assert not tries.take({("b",): 1, ("a",): 1})
    assert len(tries) == 1
    assert tries.take({("b",): 1})


def test_a_cleared_key_begins_anew_and_no_other() -> None:
    tries = Tries(clock=Clock())
    assert tries.take({("a",): 1, ("b",): 1})
    tries.clear(("a",))
    tries.clear(("never seen",))
    assert tries.take({("a",): 1})
    assert not tries.take({("b",): 1})


def test_there_are_never_more_keys_than_it_can_hold() -> None:
    tries, most = Tries(at_most=100, clock=Clock()), 0
    for number in range(10_000):
        assert tries.take({(str(number),): 1})
        most = max(most, len(tries))
    assert 50 <= most <= 100


def test_a_flood_clears_nobodys_count() -> None:
    tries = Tries(at_most=100, clock=(clock := Clock()))
    for _ in range(2):
        assert tries.take({("a",): 2})
    for number in range(10_000):
        clock.now += 0.001
        assert tries.take({(str(number),): 2})
    assert not tries.take({("a",): 2})
    assert tries.take({("0",): 2})  # while of the flood itself the oldest are forgotten


def test_what_is_over_is_forgotten_before_what_is_not() -> None:
    tries = Tries(at_most=100, clock=(clock := Clock()))
    for number in range(60):
        for _ in range(5):
            tries.take({(f"old {number}",): 5})
    clock.now += WINDOW_S
    for number in range(41):
        assert tries.take({(f"new {number}",): 1})
    assert len(tries) == 41
    assert not any(tries.take({(f"new {number}",): 1}) for number in range(41))
