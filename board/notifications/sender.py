"""Sender of notifications, in each process. A hanging receiver delays no other receiver and not the program, because each
receiver has separate places, and each try a time limit."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NoReturn, TypeVar

import structlog
from sqlmodel import Session

from board.config.alarm_rules import AlarmRules
from board.config.settings import Settings
from board.notifications import attempts, ways
from board.notifications.delivery_error import DeliveryError
from board.notifications.notice import EMAIL, WEBHOOK, Notice, Send
from board.notifications.security_notice import SecurityNotice
from board.notifications.ways import Transports
from board.telemetry import logs, metrics, processing
from board.telemetry.periodic import run_on_database
from models.db.database import Database, DatabaseUnavailable
from models.times import now

log = structlog.get_logger()

POLL_S = 1.0
AT_ONCE = 4  # parallel tries of a process, for each receiver
RECORD_PAUSE_S = 0.5  # before another attempt to record the result of a try, if the database did not answer
CLOSE_S = 3.0  # for tries in progress when the process ends; another process repeats those that did not finish

T = TypeVar("T")

Key = tuple[str, str]  # a way and, of a webhook, its key


class Sender:
    """Sender of the notifications of an installation."""

    def __init__(self, database: Database, settings: Settings, rules: AlarmRules, clock: Callable[[], datetime] = now) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._occasions = {key: rule.when for key, rule in rules.rules.items()}
        self._hooks = [webhook.key for webhook in ways.webhooks_of(settings)]
        self._trusted_hooks = ways.trusted_webhooks(settings)
        self._keys: list[Key] = [(EMAIL, "")] if settings.smtp_url else []
        self._keys += [(WEBHOOK, hook) for hook in self._hooks]
        self._ways: Transports | None = None
        self._sending: dict[str, Key] = {}  # by the notification's id
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted = asyncio.Event()

    async def run(self) -> NoReturn:
        """Send due notifications, until cancelled."""
        try:
            await run_on_database(self._run_once, POLL_S, "sending notifications failed", wake=self._wanted)
        finally:
            await self.close()

    async def _run_once(self) -> None:
        if self._ways is None:
            self._ways = await asyncio.to_thread(ways.make, self._settings)
        await self.send_due()

    async def send_due(self) -> None:
        """Begin to send as many due notifications as there are free places. Raises DatabaseUnavailable."""
        busy_places = Counter(self._sending.values())
        receivers = [attempts.Receiver(*key, AT_ONCE - busy_places[key]) for key in self._keys]
        busy = frozenset(self._sending)
        due = await self._database.read(lambda session: attempts.due(session, self._clock(), receivers, busy))
        if not due:
            return
        work = partial(
            attempts.work, due=due, clock=self._clock, hooks=self._hooks, occasions=self._occasions,
            trusted_hooks=self._trusted_hooks,
        )  # fmt: skip
        notices, ended_rows = await self._database.write(work)
        for id, way, code in ended_rows:
            if code == attempts.STOPS_SERVER:
                processing.set_aside("notification", id)
            outcome = code if code in attempts.FOR_A_REASON else "given_up"
            metrics.notification(way, outcome)
            if outcome == "given_up":
                log.error("notification given up", way=way, code=code)
        for notice in notices:
            key = (EMAIL, "") if notice.way == EMAIL else (WEBHOOK, notice.account or self._hooks[0])
            self._sending[notice.id] = key
            task = asyncio.create_task(self._send(notice, key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if due.spread or ended_rows:
            self._wanted.set()  # copied rows, and rows that waited behind ended ones, are due now

    async def close(self) -> None:
        """Wait for tries in progress for CLOSE_S, then cancel them."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, notice: Notice | SecurityNotice, key: Key) -> None:
        try:
            failure = await self._try(notice, key)
            if failure is None:
                await self._record(lambda session: attempts.record_sent(session, notice.id, self._clock()))
                metrics.notification(notice.way, "sent")
                log.info("notification sent", notification=notice.id, way=notice.way, tries=notice.tries)
            else:
                await self._record_failure(notice, failure)
        finally:
            del self._sending[notice.id]
            self._wanted.set()  # a place is free

    async def _try(self, notice: Notice | SecurityNotice, key: Key) -> DeliveryError | None:
        """Try to send; return the failure, or None."""
        try:
            async with asyncio.timeout(attempts.TRY_S):
                with processing.working_on("notification", notice.id):
                    send = self._prepare(notice, key)
                await self._record(lambda session: attempts.record_composed(session, notice.id))
                await send()
        except DeliveryError as failure:
            return failure
        except TimeoutError:
            return DeliveryError("timeout")
        except Exception as error:
            log.error("notification failed", way=notice.way, **logs.exception_location(error))
            return DeliveryError("failed")
        return None

    def _prepare(self, notice: Notice | SecurityNotice, key: Key) -> Send:
        """Compose a notification; return the function that sends it. Raises DeliveryError."""
        assert self._ways is not None
        if isinstance(notice, Notice) and notice.way == WEBHOOK:
            return self._ways.webhooks[key[1]].prepare(notice, self._clock())
        assert self._ways.mail is not None
        return self._ways.mail.prepare(notice, self._clock())

    async def _record_failure(self, notice: Notice | SecurityNotice, failure: DeliveryError) -> None:
        record = partial(attempts.record_failed, notice=notice, code=failure.code, final=failure.final, at=self._clock())
        is_cancelled = await self._record(record)
        metrics.notification(notice.way, "given_up" if is_cancelled else "failed")
        fields = {"notification": notice.id, "way": notice.way, "code": failure.code, "tries": notice.tries}
        if is_cancelled:
            log.error("notification given up", **fields)
        else:
            log.warning("notification not sent", **fields)

    async def _record(self, fn: Callable[[Session], T]) -> T:
        """Write the result of a try. Repeat it until the database answers: an accepted notification must not be sent again."""
        while True:
            with contextlib.suppress(DatabaseUnavailable):
                return await self._database.write(fn)
            await asyncio.sleep(RECORD_PAUSE_S)
