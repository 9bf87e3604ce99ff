"""Log of a migration at the start of a server, which also asks systemd for more time: otherwise it kills and repeats a start that
takes longer than `TimeoutStartSec`."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from board.telemetry.row_progress import RowProgress
from board.telemetry.watchdog import sd_notify
from models.db.migration_plan import MB, MigrationPlan

log = structlog.get_logger()

LOG_INTERVAL_S = 10.0
NOTIFY_INTERVAL_S = 10.0
EXTENSION_S = 60.0  # after the last notification
MAX_EXTENDED_S = 12 * 3600.0  # a migration that takes longer is stuck


class MigrationLog:
    """Log of one migration."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._rows = now, RowProgress(now)
        self._logged_at = float("-inf")
        self._plan: MigrationPlan | None = None

    def announce(self, plan: MigrationPlan) -> None:
        """Log the plan: tables, rows, time and space."""
        self._plan = plan
        free = {} if plan.free is None else {"free_mb": plan.free // MB}
        log.info(
            "migrating database", before=plan.before, after=plan.after, rows=plan.rows, needed_mb=plan.bytes // MB,
            estimate_s=round(plan.seconds), **free,
        )  # fmt: skip

    def progress(self, done: int, total: int) -> None:
        """Log the number of moved rows, every ten seconds and at the end."""
        self._rows.update(done, total)
        if done == total or self._now() - self._logged_at >= LOG_INTERVAL_S:
            self._logged_at = self._now()
            log.info("migrating rows", **self._rows.fields)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask systemd for more time while the migration runs, and log its end."""
        start, stop = self._now(), threading.Event()
        thread = threading.Thread(target=self._extend, args=(stop,), name="extend", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if self._plan is not None:
            log.info("database migrated", tables=self._plan.after, seconds=round(self._now() - start))

    def _extend(self, stop: threading.Event) -> None:
        start = time.monotonic()
        while not stop.wait(NOTIFY_INTERVAL_S) and time.monotonic() - start < MAX_EXTENDED_S:
            extend_timeout(EXTENSION_S)


def extend_timeout(seconds: float) -> None:
    """Ask systemd not to end the start or stop of the service within this time."""
    sd_notify(f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}")
