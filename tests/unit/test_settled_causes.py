"""Causes of settled alarms that the watch keeps: by the history of their board, and the duties of their time."""

import pytest

from board.commands.alarms import settled_causes, watch
from board.commands.alarms.settled_causes import KeptCauses, Key, SettledCauses
from board.commands.alarms.watch import AlarmEvent, Cause, Period
from board.commands.alarms.watch_presence import Duties, DutyEvent
from board.engine.watched_events import EventHash
from models.times import from_ms
from tests.unit.test_watch import DUSK, HOUR, MINUTE, NIGHT, state

RAISED, ENDED = DUSK + HOUR, DUSK + 2 * HOUR
ON_DUTY = DutyEvent(DUSK - HOUR, "alice", DUSK + 8 * HOUR)


def cause(duties: Duties) -> Cause:
    first = AlarmEvent(RAISED, "alarm.raised", state(RAISED, asked=["alice"]))
    ended = AlarmEvent(ENDED, "alarm.ended", first.state | {"ended_at": from_ms(ENDED)})
    return watch.cause_of("b", "a", [first, ended], (), duties, NIGHT)


def settled(*duties: DutyEvent, hash: bytes = b"1", period: Period = NIGHT) -> SettledCauses:
    return SettledCauses([EventHash("a", ENDED, hash)], Duties(duties), period)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Cause:
    """Keep the cause of an alarm during Alice's duty."""
    monkeypatch.setattr(settled_causes, "KEPT", KeptCauses())
    known = cause(Duties([ON_DUTY]))
    settled(ON_DUTY).keep(known, RAISED)
    return known


def test_a_cause_is_found_in_each_period_that_includes_its_alarm(kept: Cause) -> None:
    for period in (NIGHT, Period(RAISED, ENDED + 1), Period(DUSK - HOUR, NIGHT.end)):
        assert settled(ON_DUTY, period=period).find("a", RAISED) is kept


def test_a_cause_is_not_found_if_its_alarm_began_before_the_period() -> None:
    assert settled(ON_DUTY, period=Period(RAISED + 1, NIGHT.end)).find("a", RAISED) is None


def test_a_cause_is_not_found_in_another_history_of_its_board() -> None:
    assert settled(ON_DUTY, hash=b"2").find("a", RAISED) is None
    assert settled(ON_DUTY).find("b", RAISED) is None


def test_a_cause_is_not_found_with_other_duties_during_its_alarm(kept: Cause) -> None:
    late = DutyEvent(RAISED + MINUTE, "bob", ENDED)
    assert settled(ON_DUTY, late).find("a", RAISED) is None
    assert settled().find("a", RAISED) is None
    assert settled(ON_DUTY, late._replace(at=ENDED + MINUTE, until=NIGHT.end)).find("a", RAISED) is kept


def test_an_alarm_that_began_before_the_period_is_not_kept(kept: Cause) -> None:
    settled(ON_DUTY, hash=b"2", period=Period(RAISED + 1, NIGHT.end)).keep(kept, RAISED)
    assert settled(ON_DUTY, hash=b"2").find("a", RAISED) is None


def test_the_number_of_kept_causes_is_bounded(kept: Cause) -> None:
    causes, keys = KeptCauses(2), [Key(bytes([number]), 0) for number in range(3)]
    for key in keys:
        causes.add(key, kept)
    assert [causes.get(key) is kept for key in keys] == [False, True, True]
