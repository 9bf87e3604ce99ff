"""Repeated log lines: one a minute of each kind with the number of the others, however long an outage lasts."""

from typing import Any

import pytest
from structlog import DropEvent

from board.telemetry import log_throttle
from board.telemetry.log_throttle import CASES, INTERVAL_S, MAX_KINDS, LogThrottle, throttle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(log_throttle, "_lines", LogThrottle(clock))
    return clock


def written(method: str = "warning", **line: Any) -> dict[str, Any] | None:
    try:
        return dict(throttle(None, method, {"level": method, **line}))
    except DropEvent:
        return None


def test_a_repeated_line_is_written_once_a_minute_with_a_count(clock: Clock) -> None:
    lines = []
    for second in range(601):  # ten lines a second for ten minutes
        clock.now = float(second)
        lines += [line for _ in range(10) if (line := written(event="alarm steps delayed"))]
    assert [line.get("omitted", 0) for line in lines] == [0, *[599] * 10]


def test_other_kinds_are_written_meanwhile(clock: Clock) -> None:
    assert written(event="notification not sent", code="refused")
    assert not written(event="notification not sent", code="refused")
    assert written(event="notification not sent", code="timeout")
    assert written("error", event="notification not sent", code="refused")


def test_the_same_error_at_another_place_is_another_kind(clock: Clock) -> None:
    assert written("error", event="call failed", error="ValueError", traceback=["a.py:1 f"])
    assert not written("error", event="call failed", error="ValueError", traceback=["a.py:1 f"])
    assert written("error", event="call failed", error="ValueError", traceback=["b.py:1 g"])


def test_lines_that_name_a_case_are_written_up_to_a_bound(clock: Clock) -> None:
    lines = [written("error", event="file missing", file=str(number)) for number in range(3 * CASES)]
    assert [line is not None for line in lines] == [True] * CASES + [False] * 2 * CASES


def test_security_events_and_information_are_never_left_out(clock: Clock) -> None:
    assert all(written(event="sign_in.failed") for _ in range(100))
    assert all(written("info", event="pruned") for _ in range(100))


def test_a_flood_of_kinds_neither_fills_the_memory_nor_loses_lines(clock: Clock) -> None:
    assert all(written(event="x", code=str(number)) for number in range(3 * MAX_KINDS))
    assert len(log_throttle._lines._kinds) == MAX_KINDS
    clock.now = INTERVAL_S + 1
    assert written(event="another")
    assert len(log_throttle._lines._kinds) == 1
