"""Rule of custody, in true time: at any moment, each open grave alarm is promised, or its next step is at most fifteen minutes
ahead. Alarms ask people on duty first. Alarms that somebody leaves at the end of a duty or shift reopen or pass on.

Random histories are checked by it, with a database (`tests/api/test_custody_histories.py`) and in memory
(`tests/unit/test_custody.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.alarm import Alarm
from models.duty import Duty
from models.times import now, parse_utc

TICK = timedelta(minutes=1)  # interval of the periodic tasks, and so the longest delay of a step
GRAVE_WAIT = timedelta(minutes=15)


@dataclass
class Clocks:
    """Clocks of a history: the true time, which no process knows, and the wall clock, which jumps."""

    true: datetime = field(default_factory=now)
    ahead: timedelta = timedelta(0)

    def wall(self) -> datetime:
        return self.true + self.ahead

    def monotonic(self) -> float:
        return self.true.timestamp()


class CustodyRule:
    """Check of a history, moment by moment. `faults`: violations, in words."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks
        self.faults: list[str] = []
        self._asking_all: set[str] = set()  # alarms that asked everybody at the last check
        self._handed_on: dict[str, list[str]] = {}  # accounts that had handed it on at that check
        self._ends: dict[str, tuple[int, datetime]] = {}  # by alarm: its event, and the deadline of the next one

    def pass_outage(self) -> None:
        """Let a minute of an outage pass, which does not count."""
        self._ends = {id: (seq, end + TICK) for id, (seq, end) in self._ends.items()}

    def check(self, alarms: Sequence[Alarm]) -> None:
        """Check that no open alarm has waited longer than allowed."""
        open_ids = {alarm.id for alarm in alarms}
        self._ends = {id: end for id, end in self._ends.items() if id in open_ids}
        for alarm in alarms:
            seq, end = self._ends.get(alarm.id, (-1, self.clocks.true))
            if seq != alarm.seq:
                self._ends[alarm.id] = alarm.seq, self.clocks.true + self._wait(alarm) + TICK
            elif self.clocks.true > end:
                self.faults.append(f"nobody has {alarm.id} or is asked, at {self.clocks.true}: {alarm.state()}")
            if (alarm.taken_by is None) == (alarm.next_at is None):
                self.faults.append(f"somebody has {alarm.id} and it goes on, or nobody and it does not: {alarm.state()}")

    def check_recipients(self, alarms: Sequence[Alarm], duties: Mapping[str, Duty], enabled: Collection[str]) -> None:
        """Check that alarms began to ask everybody only if they could ask nobody on duty. Call it after each change of duties."""
        present = {account for account in enabled if _is_on(duties.get(account))}
        for alarm in alarms:
            left_out = {alarm.caused_by, *alarm.handed_on, *self._handed_on.get(alarm.id, ())}
            if alarm.everybody and alarm.id not in self._asking_all and present - left_out:
                self.faults.append(f"{alarm.id} asks everybody, although {present} are on duty: {alarm.state()}")
        self._asking_all = {alarm.id for alarm in alarms if alarm.everybody}
        self._handed_on = {alarm.id: alarm.handed_on for alarm in alarms}

    def check_left(self, alarms: Sequence[Alarm], duties: Mapping[str, Duty]) -> None:
        """Check that nobody off duty has an alarm that they left."""
        for alarm in alarms:
            duty = duties.get(alarm.taken_by or "")
            if duty is not None and (alarm.taken_at or "") <= (duty.ended_at or "") and alarm.id not in duty.kept:
                self.faults.append(f"{alarm.id} was left at the end of a duty: {alarm.state()}")

    def check_acceptance(self, alarms: Sequence[Alarm], outgoing: str, kept: Collection[str] = ()) -> None:
        """Check that the account that handed over its shift has no alarm left that it does not keep."""
        for alarm in alarms:
            if alarm.taken_by == outgoing and alarm.id not in kept:
                self.faults.append(f"{alarm.id} stayed with the person who handed over: {alarm.state()}")

    def _wait(self, alarm: Alarm) -> timedelta:
        if alarm.taken_by is None:
            return GRAVE_WAIT
        assert alarm.until is not None
        assert alarm.taken_at is not None
        left, length = parse_utc(alarm.until) - self.clocks.wall(), parse_utc(alarm.until) - parse_utc(alarm.taken_at)
        return max(min(left, length) if length > timedelta(0) else left, timedelta(0))


def _is_on(duty: Duty | None) -> bool:
    return duty is not None and duty.ended_at is None
