"""Keys take turns: none waits for more than its share, no bound is exceeded, and no cancelled request holds up another."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from board.queues.turns import Bounds, Turns

KEYS = ("alice", "bob", "charlie", "victor")
BOUNDS = st.builds(
    Bounds,
    at_once=st.integers(1, 4),
    per_key=st.integers(1, 3),
    waiting=st.integers(0, 8),
    waiting_per_key=st.integers(0, 4),
    longest_wait_s=st.just(1.0),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(("join", "join", "join", "end", "end", "leave")), st.sampled_from(KEYS), st.integers(0, 9)),
    min_size=20,
    max_size=80,
)


@dataclass
class Model:
    """The requests that run and wait, without any order between keys."""

    turns: Turns[int]
    waiting: dict[str, list[int]] = field(default_factory=lambda: {key: [] for key in KEYS})
    running: list[str] = field(default_factory=list)
    passed: dict[str, Counter[str]] = field(default_factory=dict)  # turns of each other key since this key could have run

    def may_run(self, key: str) -> bool:
        return bool(self.waiting[key]) and self.running.count(key) < self.turns.bounds.per_key

    def start_all(self) -> None:
        while (started := self.turns.start_next()) is not None:
            key, request = started
            assert self.may_run(str(key))
            waiting = [each for each in KEYS if each != key and self.may_run(each)]
            assert request == self.waiting[str(key)].pop(0), "within a key, first come, first served"
            self.running.append(str(key))
            self.passed = {each: self.passed.get(each, Counter()) + Counter([str(key)]) for each in waiting}

    def check(self) -> None:
        bounds = self.turns.bounds
        assert self.turns.running == len(self.running) <= bounds.at_once
        assert all(self.running.count(key) <= bounds.per_key for key in KEYS)
        assert self.turns.waiting == sum(map(len, self.waiting.values())) <= bounds.waiting
        assert all(len(line) <= bounds.waiting_per_key for line in self.waiting.values())
        assert all(max(turns.values()) == 1 for turns in self.passed.values()), "a key waits for one turn of each other key"
        idle = len(self.running) < bounds.at_once
        assert not (idle and any(map(self.may_run, KEYS))), "no turn is left unused while somebody could take it"


@settings(max_examples=150, deadline=None)
@given(BOUNDS, STEPS)
def test_keys_take_turns_within_the_bounds(bounds: Bounds, steps: list[tuple[str, str, int]]) -> None:
    model = Model(Turns(bounds))
    for request, (step, key, number) in enumerate(steps):
        if step == "join":
            if model.turns.has_room(key):
                model.turns.join(key, request)
                model.waiting[key].append(request)
            else:
                assert len(model.waiting[key]) == bounds.waiting_per_key or model.turns.waiting == bounds.waiting
        elif step == "end" and model.running:
            ended = model.running.pop(number % len(model.running))
            model.turns.end(ended)
        elif step == "leave":
            line = model.waiting[key]
            left = line.pop(number % len(line)) if line else -1
            assert model.turns.leave(key, left) is (left >= 0)
            if not line:
                model.passed.pop(key, None)  # it gave its place up
        model.start_all()
        model.check()
    while model.running:
        model.turns.end(model.running.pop())
        model.start_all()
    assert not model.turns.waiting, "whoever waits has their turn in the end"
    assert not model.turns._ring
    assert not model.turns._lines
    assert not model.turns._running


def test_hundred_requests_of_one_account_cost_another_one_turn() -> None:
    turns: Turns[int] = Turns(Bounds(at_once=1, per_key=1, waiting=200, waiting_per_key=100, longest_wait_s=1.0))
    for request in range(100):
        turns.join("victor", request)
    assert turns.start_next() == ("victor", 0)
    turns.join("alice", 1_000)
    assert turns.starts_before("alice") <= 4
    turns.end("victor")
    assert turns.start_next() == ("alice", 1_000)


def test_key_with_two_turns_at_once_goes_to_the_end_after_each() -> None:
    turns: Turns[int] = Turns(Bounds(at_once=2, per_key=2, waiting=20, waiting_per_key=10, longest_wait_s=1.0))
    for key, request in (("charlie", 0), ("charlie", 1), ("victor", 2), ("victor", 3), ("alice", 4)):
        turns.join(key, request)
    assert [turns.start_next(), turns.start_next()] == [("charlie", 0), ("victor", 2)]
    turns.end("charlie")
    turns.end("victor")
    assert [turns.start_next(), turns.start_next()] == [("alice", 4), ("charlie", 1)]


@given(st.integers(1, 30), st.integers(1, 4))
def test_estimate_is_no_less_than_what_starts_before(waiting: int, others: int) -> None:
    turns: Turns[int] = Turns(Bounds(at_once=1, per_key=1, waiting=200, waiting_per_key=100, longest_wait_s=1.0))
    for number in range(waiting):
        turns.join(f"key {number % others}", number)
    turns.start_next()
    estimate = turns.starts_before("alice")
    turns.join("alice", 1_000)
    before = 0
    while True:
        turns.end(*turns._running)
        started = turns.start_next()
        assert started is not None
        if started[0] == "alice":
            break
        before += 1
    assert before <= estimate + 1
    assert before <= ceil(others)
