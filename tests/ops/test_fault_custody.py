"""The checker of the fault test finds each way in which an alarm, a promise, a duty or a handover can go wrong: one record of a
good night is changed at a time."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from board.config.alarm_rules import AlarmRules
from tests.tools.faults import journal
from tests.tools.faults.alarms import LAST_STEP
from tests.tools.faults.checker import CHECKS, check
from tests.tools.faults.recordings import CommandLog, InjectedFault, RunRecord
from tests.tools.faults.system_under_test import ROOT

BEGAN = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
ENDED = 60.0
OPERATIONS = 1  # index in the list of boards
Event = dict[str, Any]
Taken = tuple[str, float]  # account, and second


def at(seconds: float | None) -> str | None:
    return (BEGAN + timedelta(seconds=seconds)).isoformat() if seconds is not None else None


def alarm(
    seconds: float,
    type: str,
    step: int,
    round: int,
    due: float | None = None,
    taken: tuple[str, float] | None = None,
    **more: Any,
) -> Event:
    """Return an event of the alarm. `due`: end of the promise if somebody has taken it, otherwise the next step."""
    taken_by, taken_at = taken if taken is not None else (None, None)
    state: dict[str, Any] = {
        "about": {"seq": 1}, "step": step, "round": round, "taken_by": taken_by, "taken_at": at(taken_at),
        "until": at(due) if taken else None, "next_at": None if taken else at(due),
        "ended_at": at(seconds) if type == "ended" else None,
    }  # fmt: skip
    return {"at": at(seconds), "type": f"alarm.{type}", "kind": "alarm", "id": "a", "state": state} | more


def duty(seconds: float, type: str, until: float, ended: str | None = None, **more: Any) -> Event:
    state: dict[str, Any] = {
        "account": "bob",
        "until": at(until),
        "ended_at": at(seconds) if ended else None,
        "ended": ended,
        "kept": [],
    }
    return {"at": at(seconds), "type": f"duty.{type}", "kind": "duty", "id": "bob", "state": state} | more


@dataclass
class Night:
    """Bob takes an alarm, which lapses; he takes it again, and his duty ends. Alice takes it, and Charlie takes over from her."""

    search: list[Event] = field(default_factory=lambda: [
        {"at": at(1), "type": "sighting.added", "kind": "sighting", "id": "s", "state": {"priority": "urgent"}},
        alarm(1, "raised", 0, 0, 4),
        alarm(4, "escalated", 1, 0, 7),
        alarm(5, "taken", 1, 0, 9, ("bob", 5)),
        alarm(9, "lapsed", -1, 1, 12),
        alarm(12, "escalated", 0, 1, 15),
        alarm(13, "taken", 0, 1, 30, ("bob", 13)),
        alarm(16, "released", 0, 1, 16),
        alarm(16, "escalated", 1, 1, 19),
        alarm(17, "taken", 1, 1, 40, ("alice", 17)),
        alarm(20, "handed_over", 1, 1, 70, ("charlie", 20), account="charlie", command="charlie-0"),
        alarm(50, "ended", 1, 1, 70, ("charlie", 20)),
    ])  # fmt: skip
    desk: list[Event] = field(default_factory=lambda: [
        duty(2, "begun", 30, account="bob", command="bob-0"),
        duty(3, "extended", 31, account="bob", command="bob-1"),
        duty(15.5, "ended", 31, "person", account="bob", command="bob-2"),
        {
            "at": at(20), "type": "handover.accepted", "kind": "handover", "id": "operations", "account": "charlie",
            "command": "charlie-0", "state": {"number": 1, "outgoing": "alice", "ended_by": "charlie"},
        },
        duty(26, "begun", 27, account="bob", command="bob-3"),
        duty(27, "ended", 27, "time"),
    ])  # fmt: skip
    duties: dict[int, tuple[str, float | None, float, list[int]]] = field(default_factory=lambda: {
        0: ("duty.begin", 30, 2, [1]), 1: ("duty.extend", 31, 3, [2]), 2: ("duty.end", None, 15, [3]),
        3: ("duty.begin", 27, 26, [5]), 4: ("duty.end", None, 28, []),
    })  # fmt: skip  # commands of Bob: name, end, time, and the seqs of the ack
    struck: list[InjectedFault] = field(default_factory=list)

    def flagged(self) -> dict[str, int]:
        bob, charlie = CommandLog("bob", "bob"), CommandLog("charlie", "charlie")
        for number, (name, until, seconds, seqs) in self.duties.items():
            bob.invoke(name, OPERATIONS, seconds)
            bob.ok(number, seqs, seconds + 0.6)
            bob.duties[number] = name, at(until)
        charlie.invoke("duty.begin", OPERATIONS, 19.5)
        charlie.ok(0, [4], 20.5)
        journals = {"b": _journal("b", self.search), "operations": _journal("operations", self.desk)}
        run = RunRecord(["b", "operations"], [], [bob, charlie], [], self.struck, {"e": 1}, ENDED, BEGAN.timestamp())
        return {name: count for name, count in check(run, journals).counts.items() if count}


def _journal(board: str, events: list[Event]) -> journal.Journal:
    numbered = [
        (event.get("account"), {"command": None, "changes": [*event["state"]]} | event | {"seq": seq})
        for seq, event in enumerate(events, 1)
    ]
    return journal.build(board, "e", numbered)


def test_good_night_has_no_faults() -> None:
    assert Night().flagged() == {}


def test_ladder_of_the_fault_test_repeats_and_skips_no_step() -> None:
    rule = AlarmRules(str(ROOT / "tests/tools/faults/files")).rules["urgent_sighting"]
    assert (len(rule.steps), rule.repeat_s) == (LAST_STEP + 1, 120.0)
    ways = [set(step.ways) for step in rule.steps]
    assert all(now - set().union(*ways[:number]) for number, now in enumerate(ways)), "each step uses another transport"


# -- broken on purpose ----------------------------------------------------------------------------------------------------


def change(events: list[Event], number: int, **values: Any) -> None:
    """Change fields of the state of an event."""
    events[number]["state"] |= values


def remove_after(night: Night, number: int, until: float) -> None:
    """End the alarm's history with an event, whose promise lasts until a later time."""
    del night.search[number + 1 :]
    change(night.search, number, until=at(until))


def _forget_lapse(night: Night) -> None:
    del night.search[4:]


def _lapse_again(night: Night) -> None:
    night.search[5] = alarm(12, "lapsed", -1, 2, 90)
    del night.search[6:]


def _keep_after_duty(night: Night) -> None:
    remove_after(night, 6, 90)


def _forget_at_handover(night: Night) -> None:
    remove_after(night, 9, 90)


def _hand_over_to_nobody_new(night: Night) -> None:
    change(night.search, 10, taken_by="alice")


def _begin_twice(night: Night) -> None:
    night.desk[4] = duty(14, "begun", 27, account="bob", command="bob-3")
    night.desk.insert(2, night.desk.pop(4))


TAMPERINGS: dict[str, tuple[str, Callable[[Night], Any]]] = {
    "a promise that never lapses": ("promises never lapsed", _forget_lapse),
    "a promise that lapses twice": ("promises lapsed twice", _lapse_again),
    "a promise that lapses late": ("alarms late", lambda night: change(night.search, 3, until=at(6))),
    "a promise that lapses early": ("alarms late", lambda night: change(night.search, 3, until=at(11))),
    "a step that is skipped": ("alarms doubled", lambda night: change(night.search, 5, step=1)),
    "a step in the wrong round": ("alarms doubled", lambda night: change(night.search, 5, round=0)),
    "two people who have it": ("alarms doubled", lambda night: change(night.search, 7, taken_by="charlie")),
    "no alarm for a sighting": ("alarms lost", lambda night: change(night.search, 1, about={"seq": 9})),
    "a step that never comes": ("alarms lost", lambda night: night.search.__delitem__(slice(2, None))),
    "an alarm kept after a duty": ("alarms kept off duty", _keep_after_duty),
    "an alarm forgotten at a handover": ("alarms forgotten", _forget_at_handover),
    "an alarm that stays at a handover": ("alarms forgotten", _hand_over_to_nobody_new),
    "a duty with another end": ("duties lost", lambda night: change(night.desk, 0, until=at(33))),
    "a duty that did not end": ("duties lost", lambda night: change(night.desk, 2, ended_at=None)),
    "an end that changed nothing on duty": ("duties lost", lambda night: night.duties.update({4: ("duty.end", None, 26.2, [])})),
    "a duty that begins twice": ("duties doubled", _begin_twice),
    "a duty that ends late": ("duties late", lambda night: change(night.desk, 4, until=at(24))),
    "a duty that ends early": ("duties late", lambda night: change(night.desk, 4, until=at(29))),
    "a duty that never ends": ("duties late", lambda night: night.desk.pop()),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_each_tampering_with_a_good_night_is_found(tampering: str) -> None:
    name, tamper = TAMPERINGS[tampering]
    night = Night()
    tamper(night)
    assert name in night.flagged()


def test_every_check_of_custody_has_a_tampering() -> None:
    of_custody = {name for name in CHECKS if name.partition(" ")[0] in ("alarms", "promises", "duties")}
    assert {name for name, _ in TAMPERINGS.values()} == of_custody


# -- allowed --------------------------------------------------------------------------------------------------------------


def test_outage_excuses_late_steps_lapses_and_duties() -> None:
    night = Night(struck=[InjectedFault("postgres.fast", 5.0, 8.5), InjectedFault("worker.kill", 24.0, 26.0)])
    change(night.search, 3, until=at(6))
    change(night.desk, 4, until=at(24))
    night.duties[3] = "duty.begin", 24, 26, [5]
    assert night.flagged() == {}
    assert Night(night.search, night.desk, night.duties).flagged().keys() == {"alarms late", "duties late"}


def test_coordinator_keeps_an_alarm_by_name() -> None:
    night = Night()
    remove_after(night, 9, 90)
    briefing = {"at": at(18), "type": "handover.written", "kind": "briefing", "id": "b", "state": {"handover": 1, "kept": ["a"]}}
    cleared: Mapping[str, Any] = {"handover": 1, "kept": None}
    night.search += [briefing, copy.deepcopy(briefing) | {"at": at(28), "state": cleared}]  # the next handover is prepared
    assert night.flagged() == {}
    del night.search[-1]
    other: Mapping[str, Any] = {"handover": 2, "kept": ["a"]}
    night.search[-1] = copy.deepcopy(briefing) | {"state": other}
    assert night.flagged() == {"alarms forgotten": 1}


def test_person_who_comes_back_on_duty_keeps_what_they_had() -> None:
    night = Night()
    night.desk.insert(3, duty(16, "begun", 90, account="bob", command="bob-3"))
    del night.desk[5:]
    night.duties = {0: night.duties[0], 1: night.duties[1], 2: night.duties[2]}
    remove_after(night, 6, 90)
    assert "alarms kept off duty" not in night.flagged()
