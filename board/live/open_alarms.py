"""Publisher of open alarms, to each socket that requested them: the alarms that ask its account.

It polls the database, once for all viewers, because other processes also write, and alarms escalate with time.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

from sqlmodel import Session

from board.commands.alarms.alarm_list import ListedAlarm, open_alarms
from board.config.alarm_rules import AlarmRules
from board.engine import access
from board.engine.access import VisibilityView
from board.engine.identity import Caller
from board.live.event_source import BoardSource
from board.telemetry.periodic import run_on_database
from models.db.database import Database
from realtime.delivery.subscriber import Subscriber
from realtime.hub import Hub
from realtime.wire import protocol

INTERVAL_S = 1.0
AGAIN_S = 4.0  # heartbeat; with the interval at most 5 s, after which a viewer no longer trusts its list
BATCH_WAIT_S = 0.02  # collects requests, because after a restart a thousand clients send one
VIEWERS_PER_YIELD = 20  # viewers served before other tasks run
MAX_SENT = 20  # alarms per frame, from the contract


class OpenAlarmPublisher:
    """Publisher of open alarms. Viewers with the same alarms share a frame."""

    def __init__(
        self, database: Database, hub: Hub[Caller], source: BoardSource, rules: AlarmRules, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._hub, self._source, self._rules, self._clock = database, hub, source, rules, clock
        self._published: dict[Subscriber[Caller], tuple[bytes, float]] = {}  # frame, and when it was sent

    async def run(self) -> None:
        """Publish at a fixed interval, and soon after a viewer requests the alarms or this process has written one."""
        asked = self._hub.requested["alarms"]
        await run_on_database(self._publish_all, INTERVAL_S, "alarms refresh failed", wake=asked, pause_s=BATCH_WAIT_S)

    async def _publish_all(self) -> None:
        readers = [each for each in self._hub.connections if "alarms" in each.asked_for and not each.viewer.is_limited]
        self._published = {reader: frame for reader, frame in self._published.items() if reader in self._hub.connections}
        if not readers:
            return

        def read(session: Session) -> tuple[list[ListedAlarm], VisibilityView]:
            return open_alarms(session, self._rules, self._clock()), access.visibility_view(session)

        found, view = await self._database.read(read)
        await self._source.ensure_fresh(view)
        frames: dict[Hashable, bytes] = {}
        for number, reader in enumerate(readers):
            self._publish(reader, found, frames)
            if number % VIEWERS_PER_YIELD == 0:
                await asyncio.sleep(0)

    def _publish(self, reader: Subscriber[Caller], found: Sequence[ListedAlarm], frames: dict[Hashable, bytes]) -> None:
        """Send the alarms that ask a viewer or that it caused, within its current rights, if they changed since the last frame.
        An unchanged list is sent again every AGAIN_S, so that the viewer knows that no alarm is missing."""
        account = reader.viewer.account
        told = tuple(
            (number, each.asks(account.id, account.role), each.is_of(account.id))
            for number, each in enumerate(found)
            if each.shown_to(account.id, account.role) and self._source.can_see(reader.viewer, each.body["board"])
        )
        elsewhere = [alarm.body["board"] for alarm in found if alarm.asks_others(account.id, account.role)]
        key = told, sum(self._source.can_see(reader.viewer, board) for board in elsewhere)
        if key not in frames:
            own, others = [alarm for alarm in told if alarm[2]][:MAX_SENT], [alarm for alarm in told if not alarm[2]]
            chosen = sorted(others, key=lambda alarm: _order(found[alarm[0]], alarm[0]))[:MAX_SENT]
            shown = [found[number].body | {"asked_me": asked} for number, asked, _ in sorted(chosen + own)]
            frames[key] = protocol.alarms(shown, len(others) - len(chosen), key[1])
        frame, at = self._published.get(reader, (None, float("-inf")))
        if frame != frames[key] or time.monotonic() - at >= AGAIN_S:
            self._published[reader] = frames[key], time.monotonic()
            reader.send(frames[key])


def _order(alarm: ListedAlarm, number: int) -> tuple[bool, bool, bool, int]:
    """Return the key that sorts alarms if there are too many to send: the newest urgent alarms, then the oldest other alarms,
    then alarms that somebody has just taken, which can be many after a handover. Mentions are last."""
    is_taken = alarm.body["taken_by"] is not None
    return alarm.is_mention, is_taken, not alarm.is_urgent, -number if alarm.is_urgent else number
