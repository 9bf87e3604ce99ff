"""The watch of random nights equals a count in small steps, which knows nothing of spans."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from board.commands.alarms import watch
from board.commands.alarms.watch import AlarmEvent, Cause, FollowUp, Period
from board.commands.alarms.watch_presence import LATE_MS, Audience, Duties, DutyEvent
from models.times import from_ms, to_ms
from tests.support.watch_count import Count, known

STEP = 10_000  # all times are multiples of it
MINUTE, HOUR = 60_000, 3_600_000
DUSK = 1_796_061_600_000  # 2026-11-30T18:00Z
NIGHT = Period(DUSK, DUSK + 12 * HOUR)
PEOPLE = ("alice", "bob", "charlie", "dora")
CLOSED = (Audience(DUSK - HOUR, frozenset({"alice", "bob"})), Audience(DUSK + 6 * HOUR, None))  # members only for seven hours
OPEN: dict[str, Any] = {"taken_by": None, "taken_at": None, "until": None, "promises": 0}


def state(raised: int, **values: Any) -> dict[str, Any]:
    return OPEN | {
        "about": {"kind": "sighting", "id": "s", "seq": 1}, "rule": "urgent_sighting", "occasion": "sighting_urgent",
        "raised_at": from_ms(raised), "asked": [], "everybody": False, "asked_on_duty": False, "handed_on": [],
        "caused_by": None, "ended_at": None,
    } | values  # fmt: skip


@dataclass
class RandomNight:
    """Random duties, and alarms that are raised from six hours before a night until its end."""

    random: Random

    def duties(self) -> list[DutyEvent]:
        return sorted(event for account in PEOPLE for event in self._duty(account))

    def _duty(self, account: str) -> Iterator[DutyEvent]:
        at = DUSK - 8 * HOUR + self._steps(6 * HOUR)
        while at < NIGHT.end:
            until = at + self._steps(5 * HOUR)
            yield DutyEvent(at, account, until)
            at += self._steps(6 * HOUR)
            if self.random.random() < 0.7:
                yield DutyEvent(at, account, None)
                at += self._steps(3 * HOUR)

    def alarms(self) -> list[list[AlarmEvent]]:
        return [list(self._alarm(DUSK - 6 * HOUR + self._steps(17 * HOUR))) for _ in range(8)]

    def _alarm(self, at: int) -> Iterator[AlarmEvent]:
        causer = self.random.choice((None, *PEOPLE))
        now = state(at, asked=self._some(), everybody=self.random.random() < 0.2, caused_by=causer)
        yield AlarmEvent(at, "alarm.raised", now)
        while now["ended_at"] is None:
            at += self._steps(25 * MINUTE)
            if at >= NIGHT.end + HOUR:
                return
            type, at, now = self._next(at, now)
            yield AlarmEvent(at, type, now)

    def _next(self, at: int, now: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
        """Return the next event of an alarm. A promise can be over for some time before its lapse: the server was down."""
        if now["taken_by"] is not None:
            chosen = self.random.choice(("extend", "lapse", "lapse", "release", "hand_on", "give_back", "other", "end"))
        else:
            chosen = self.random.choice(("escalate", "escalate", "take", "take", "hand_on", "end"))
        until = from_ms(at + self._steps(HOUR))
        match chosen:
            case "extend":
                return "alarm.extended", at, now | {"until": until, "promises": now["promises"] + 1}
            case "lapse":
                over = to_ms(now["until"]) + self.random.choice((0, STEP, 5 * MINUTE))
                return "alarm.lapsed", max(at, over), now | OPEN | {"asked": [now["taken_by"]], "everybody": False}
            case "escalate":
                values = {"asked": [*now["asked"], *self._some()], "asked_on_duty": self.random.random() < 0.3}
                return "alarm.escalated", at, now | values
            case "take" | "other":
                taker = self.random.choice([person for person in PEOPLE if person != now["taken_by"]])
                taken = {"taken_by": taker, "taken_at": from_ms(at), "until": until, "promises": 1}
                return "alarm.taken", at, now | taken
            case "release":
                return "alarm.released", at, now | OPEN
            case "give_back":
                return "alarm.given_back", at, now | OPEN | {"asked": [], "everybody": False, "asked_on_duty": True}
            case "hand_on":
                return "alarm.handed_on", at, now | OPEN | {"handed_on": [*now["handed_on"], self.random.choice(PEOPLE)]}
        return "alarm.ended", at, now | {"ended_at": from_ms(at)}

    def _steps(self, most: int) -> int:
        return STEP * self.random.randint(1, most // STEP)

    def _some(self) -> list[str]:
        return self.random.sample(PEOPLE, self.random.randint(0, 2))


# -- comparisons ------------------------------------------------------------------------------------------------------------


def cause(
    events: list[AlarmEvent], duties: list[DutyEvent], follow_ups: tuple[FollowUp, ...] = (), audiences: tuple[Audience, ...] = ()
) -> Cause:
    return watch.cause_of("b", "a", known(events, NIGHT), follow_ups, Duties(duties).among(audiences), NIGHT)


def last_part(events: list[AlarmEvent]) -> list[AlarmEvent]:
    """Return the events that the selection from the journal has: since the alarm was last taken before the night."""
    before = [event for event in events if event.at < NIGHT.start]
    taken = max((index for index, event in enumerate(before) if event.type == "alarm.taken"), default=0)
    kept = [event for event in before[taken:] if event.type != "alarm.escalated" or event is before[-1]]
    return [*kept, *(event for event in events if event.at >= NIGHT.start)]


def nights(seed: int) -> tuple[list[DutyEvent], list[list[AlarmEvent]]]:
    night = RandomNight(Random(seed))
    alarms = [events for events in night.alarms() if events[0].at < NIGHT.end]
    open_alarms = [events for events in alarms if events[-1].state["ended_at"] is None or events[-1].at > NIGHT.start]
    return night.duties(), open_alarms


@pytest.mark.parametrize("seed", range(10))
def test_random_nights_equal_a_count_in_small_steps(seed: int) -> None:
    duties, alarms = nights(seed)
    for events in alarms:
        Count(events, duties, NIGHT, STEP).check(cause(events, duties))
        Count(events, duties, NIGHT, STEP, CLOSED).check(cause(events, duties, (), CLOSED))


@pytest.mark.parametrize("seed", range(10))
def test_events_before_the_last_taking_make_no_difference(seed: int) -> None:
    duties, alarms = nights(seed)
    for events in alarms:
        assert cause(last_part(events), duties) == cause(events, duties)


def test_random_nights_have_every_phase_and_outcome() -> None:
    found = [cause(events, nights(seed)[0]) for seed in range(10) for events in nights(seed)[1]]
    assert {span.phase for each in found for span in each.spans} == {"asked", "held", "unwatched"}
    assert {promise.outcome for each in found for promise in each.promises} == {"kept", "lapsed", "returned", "open"}


def raised(minutes: int = 0, **values: Any) -> AlarmEvent:
    at = NIGHT.start + minutes * MINUTE
    return AlarmEvent(at, "alarm.raised", state(at, asked=["alice"], **values))


def after(event: AlarmEvent, minutes: int, type: str, **values: Any) -> AlarmEvent:
    return AlarmEvent(event.at + minutes * MINUTE, type, event.state | values)


ON_DUTY = [DutyEvent(NIGHT.start - HOUR, "alice", NIGHT.end)]


def test_no_wait_is_longer_than_the_unwatched_time_of_its_period() -> None:
    first = AlarmEvent(NIGHT.start - 5 * HOUR, "alarm.raised", state(NIGHT.start - 5 * HOUR))
    at = NIGHT.start + 2 * HOUR
    taken = AlarmEvent(at, "alarm.taken", first.state | {"taken_by": "alice", "taken_at": from_ms(at), "promises": 1})
    found = cause([first, taken], [])
    times = watch.times([found], "taken", NIGHT)
    assert times is not None
    assert (times.longest, found.unwatched_ms) == (2 * HOUR, 2 * HOUR)


def test_an_asking_counts_for_fifteen_minutes() -> None:
    first = raised()
    found = cause([first, after(first, 60, "alarm.ended", ended_at=from_ms(first.at + 60 * MINUTE))], ON_DUTY)
    assert found.unwatched_ms == 45 * MINUTE - LATE_MS


def test_a_promise_that_no_event_ended_lapses_after_ten_seconds() -> None:
    first = raised()
    until = from_ms(first.at + 11 * MINUTE)
    taken = after(first, 1, "alarm.taken", taken_by="alice", taken_at=from_ms(first.at + MINUTE), until=until, promises=1)
    found = cause([first, taken], ON_DUTY)
    assert [(promise.outcome, promise.ended) for promise in found.promises] == [("lapsed", first.at + 11 * MINUTE + LATE_MS)]
    assert found.unwatched_ms == NIGHT.end - NIGHT.start - 11 * MINUTE - LATE_MS


def promised(*changes: tuple[str, int]) -> watch.Promise:
    """Return Alice's promise of an hour, with changes of its number of promises a minute apart."""
    first = raised()
    until = from_ms(first.at + HOUR)
    taken = after(first, 1, "alarm.taken", taken_by="alice", taken_at=from_ms(first.at + MINUTE), until=until, promises=1)
    events = [first, taken]
    for note, promises in changes:
        events.append(after(events[-1], 1, "alarm.extended", promises=promises)._replace(note=note or None))
    (promise,) = cause(events, ON_DUTY).promises
    return promise


def test_an_undone_extension_does_not_count() -> None:
    assert (promised(("why", 2)).extensions, promised(("why", 2)).note) == (1, "why")
    undone = promised(("why", 2), ("", 1))
    assert (undone.extensions, undone.note) == (0, None)
    assert promised(("why", 2), ("longer", 3)).extensions == 2


def test_people_who_do_not_see_a_search_do_not_count_as_asked() -> None:
    first = raised(everybody=True)
    closed = Audience(NIGHT.start + 5 * MINUTE, frozenset({"bob"}))
    alarm = [first, after(first, 10, "alarm.ended", ended_at=from_ms(first.at + 10 * MINUTE))]
    assert cause(alarm, ON_DUTY).unwatched_ms == 0
    assert cause(alarm, ON_DUTY, (), (closed,)).unwatched_ms == 5 * MINUTE


def test_a_person_who_caused_an_alarm_counts_as_asked_only_by_name() -> None:
    def unwatched(**values: Any) -> int:
        first = AlarmEvent(NIGHT.start, "alarm.raised", state(NIGHT.start, caused_by="alice", **values))
        return cause([first, after(first, 10, "alarm.ended", ended_at=from_ms(first.at + 10 * MINUTE))], ON_DUTY).unwatched_ms

    assert unwatched(everybody=True) == unwatched(asked_on_duty=True) == 10 * MINUTE
    assert unwatched(everybody=True, asked=["alice"]) == 0, "all others had handed it on"


def test_a_lapsed_promise_names_the_next_one_and_the_gap() -> None:
    first = raised()
    until = from_ms(first.at + 2 * MINUTE)
    taken = after(first, 1, "alarm.taken", taken_by="alice", taken_at=from_ms(first.at + MINUTE), until=until, promises=1)
    lapsed = after(taken, 1, watch.LAPSED, taken_by=None, taken_at=None, until=None, promises=0, asked=["bob"])
    again = after(lapsed, 4, "alarm.taken", taken_by="bob", taken_at=from_ms(lapsed.at + 4 * MINUTE), until=None, promises=1)
    found = cause([first, taken, lapsed, again], ON_DUTY)
    one, other = found.promises
    assert (one.outcome, found.following(one), found.unwatched_after(one)) == ("lapsed", other, 4 * MINUTE)
    assert (other.outcome, found.following(other), found.unwatched_after(other)) == ("open", None, 0)


def test_a_first_look_ends_with_the_look_or_with_the_alarm() -> None:
    first = raised(10)
    ended = after(first, 20, "alarm.ended", ended_at=from_ms(first.at + 20 * MINUTE))
    look = FollowUp(first.at + 3 * MINUTE, watch.LOOKED_AT)
    assert [wait.end for wait in cause([first, ended], ON_DUTY, (look,)).looked_at] == [look.at]
    assert [wait.end for wait in cause([first, ended], ON_DUTY).looked_at] == [ended.at]
    assert [wait.end for wait in cause([first], ON_DUTY).looked_at] == [None]
    assert cause([first, ended], ON_DUTY, (FollowUp(first.at - MINUTE, watch.LOOKED_AT),)).looked_at == []


def test_passing_on_counts_only_if_it_happened_or_still_waits() -> None:
    first = raised(10, occasion="sighting_credible")
    ended = after(first, 20, "alarm.ended", ended_at=from_ms(first.at + 20 * MINUTE))
    report = FollowUp(ended.at, watch.PASSED_ON)
    assert [wait.end for wait in cause([first, ended], ON_DUTY, (report,)).passed_on] == [ended.at]
    assert cause([first, ended], ON_DUTY).passed_on == []
    assert cause([first, ended], ON_DUTY, (report._replace(at=ended.at + HOUR),)).passed_on == [], "of the next alarm about it"
    assert [wait.end for wait in cause([first], ON_DUTY).passed_on] == [None]


def test_ranks_are_the_nearest() -> None:
    causes = []
    for minutes in range(1, 21):
        first = raised()
        causes.append(cause([first, after(first, minutes, "alarm.ended", ended_at="2026-11-30T18:00:00.000Z")], ON_DUTY))
    times = watch.times(causes, "taken", NIGHT)
    assert times is not None
    assert (times.number, times.median, times.p95, times.longest) == (20, 10 * MINUTE, 19 * MINUTE, 20 * MINUTE)
    assert times.cause is causes[-1]
    assert watch.times([], "taken", NIGHT) is None


def test_seconds_are_rounded_up() -> None:
    assert [watch.seconds(ms) for ms in (0, 1, 1_000, 1_001)] == [0, 1, 1, 2]


def test_a_duty_that_ends_before_it_begins_takes_nobody_off_duty() -> None:
    """A clock that is set back gives such a duty: its end is by that clock, and its begin is never before earlier events."""
    changes = [DutyEvent(DUSK, "alice", DUSK + HOUR), DutyEvent(DUSK + 40 * MINUTE, "alice", DUSK - 2 * HOUR)]
    steps = list(Duties(changes).steps(DUSK, DUSK + HOUR))
    assert steps[0] == (DUSK, DUSK + 40 * MINUTE, frozenset({"alice"}))
    assert all(not present for _, _, present in steps[1:])
