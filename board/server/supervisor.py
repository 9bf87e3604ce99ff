"""Supervisor of several workers on one address: starts, watches, replaces, restarts and ends them.

All workers accept from one listening socket, which the supervisor holds, so that connections wait in it while workers are
replaced. (With SO_REUSEPORT and a socket for each worker, the kernel would assign connections to a stuck or dying worker, and
lose the queue of a dead one.) A worker accepts a few connections per turn of its event loop, so the least busy one gets most.
"""

import asyncio
import contextlib
import os
import selectors
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import errorcode

import structlog
from prometheus_client.multiprocess import mark_process_dead

from board.config.settings import Settings
from board.server.listening_socket import listen, url_of
from board.server.worker import READY
from board.server.worker_process import Worker
from board.service import BoardService
from board.telemetry import logs, watchdog
from board.telemetry.metrics import FOLDER
from models.db.errors import ConfigurationError

log = structlog.get_logger()

CHECK_INTERVAL_S = 0.25  # interval of checks if no signal or message wakes the supervisor
HEARTBEAT_TIMEOUT_S = 10.0  # without a heartbeat for that long, a worker is killed and replaced
START_TIMEOUT_S = 60.0  # from the start of a worker until it accepts connections
STOP_TIMEOUT_S = 13.0  # from SIGTERM until a worker is killed; it exits within 12 s, and the contract allows 15 s
MIN_LIFE_S = 5.0  # a worker with a shorter life is replaced after a growing pause, one with a longer life immediately
RESTART_PAUSES_S = (0.2, 0.5, 1, 2, 5)  # pauses before a start, by number of early exits in a row
NO_RESOURCES_PAUSE_S = 1.0  # pause before a start if the machine had no process or memory left
# Early exits of every worker in a row until the supervisor ends: before all workers were ready, and after.
MAX_EARLY_EXITS_AT_FIRST, MAX_EARLY_EXITS = 2, 12


@dataclass(eq=False)
class WorkerSlot:
    """Slot of one worker, and of its replacement during a rolling restart."""

    number: int
    worker: Worker | None = None
    replacement: Worker | None = None
    early_exits: int = 0  # early exits in a row
    not_before: float = 0


def supervise(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serve with several workers until SIGTERM or SIGINT.

    `ready`: called with the URL when all accept connections. Raises ConfigurationError.
    """
    settings.check()
    logs.set_up(settings.log_level)
    with listen(settings) as listening, tempfile.TemporaryDirectory(prefix="board-") as folder:
        asyncio.run(_check_startup(settings))
        Supervisor(settings, listening, folder, ready).run()


async def _check_startup(settings: Settings) -> None:
    """Open the service once before the workers start, to run migrations and report configuration errors once.

    Raises ConfigurationError.
    """
    await (await BoardService.open(settings)).close()


class Supervisor:
    """Supervisor of the workers of one server."""

    def __init__(
        self, settings: Settings, listening: socket.socket, folder: str, ready: Callable[[str], None] | None = None
    ) -> None:
        self._listening, self._folder, self._ready = listening, folder, ready
        self._url = url_of(settings, listening)
        self._environment = _environment(settings) | {FOLDER: folder}
        self._slots = [WorkerSlot(number) for number in range(1, settings.workers + 1)]
        self._stopping: list[Worker] = []  # workers that were replaced and are stopping
        self._to_restart: list[WorkerSlot] = []  # slots whose worker is still to be replaced
        self._all_ready = False
        self._stopping_since: float | None = None
        self._restart_requested = False
        self._notified_at = 0.0
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Run until all workers have ended. Raises ConfigurationError if no worker can be started."""
        with self._signals():
            try:
                checked_at = time.monotonic()
                while self._stopping_since is None or self._workers():
                    self._poll_pipes(CHECK_INTERVAL_S)
                    now = time.monotonic()
                    # This process was suspended, and could not read heartbeats in the meantime
                    if now - checked_at > HEARTBEAT_TIMEOUT_S / 2:
                        for worker in self._workers():
                            worker.last_beat = now
                    checked_at = now
                    self._tick(now)
            finally:
                for worker in self._workers():
                    worker.process.kill()
                    worker.process.wait()
                self._selector.close()

    def _tick(self, now: float) -> None:
        for worker in self._workers():
            if worker.process.poll() is not None:
                self._on_exit(worker, now)
            else:
                self._kill_if_stuck(worker, now)
        if self._stopping_since is not None:
            self._listening.close()  # the workers close theirs too, so that no connection waits in the backlog
            for worker in self._workers():
                worker.stop(now)
            return
        self._check_crash_loop()
        for slot in self._slots:
            if slot.worker is None and now >= slot.not_before:
                slot.worker = self._start(slot.number, now)
                slot.not_before = now if slot.worker else now + NO_RESOURCES_PAUSE_S
        self._rolling_restart(now)
        self._report_ready()
        # More notifications would fill the queue before READY=1
        if self._all_ready and now - self._notified_at >= watchdog.BEAT_S:
            self._notified_at = now
            watchdog.sd_watchdog()

    def _workers(self) -> list[Worker]:
        in_slots = [worker for slot in self._slots for worker in (slot.worker, slot.replacement) if worker is not None]
        return [*in_slots, *self._stopping]

    # -- start and end ----------------------------------------------------------------------------------------------------

    def _start(self, number: int, now: float) -> Worker | None:
        """Start a worker and return it; None if the machine has no resources for one."""
        try:
            worker = Worker.start(number, self._listening, self._environment, now)
        except OSError as error:
            log.error("worker not started", worker=number, code=errorcode.get(error.errno or 0), **logs.exception_location(error))
            return None
        self._selector.register(worker.pipe, selectors.EVENT_READ, worker)
        return worker

    def _on_exit(self, worker: Worker, now: float) -> None:
        """Handle the exit of a worker."""
        self._selector.unregister(worker.pipe)
        inputs = worker.inputs
        worker.close()
        with contextlib.suppress(OSError):
            mark_process_dead(worker.process.pid, self._folder)  # type: ignore[no-untyped-call]
        if worker in self._stopping:
            self._stopping.remove(worker)
            return
        if self._stopping_since is None:
            log.error("worker exited", **worker.about, status=worker.process.returncode, inputs=inputs)
        slot = self._slots[worker.number - 1]
        if worker is slot.replacement:
            slot.replacement = None
            self._abort_rolling_restart(slot)
            return
        slot.worker = None
        slot.early_exits = 0 if worker.ready and now - worker.started_at > MIN_LIFE_S else slot.early_exits + 1
        slot.not_before = now + (RESTART_PAUSES_S[min(slot.early_exits, len(RESTART_PAUSES_S)) - 1] if slot.early_exits else 0)

    def _check_crash_loop(self) -> None:
        limit = MAX_EARLY_EXITS if self._all_ready else MAX_EARLY_EXITS_AT_FIRST
        if all(slot.early_exits > limit and (slot.worker is None or not slot.worker.ready) for slot in self._slots):
            raise ConfigurationError("The workers exit as soon as they start. Their messages are above.")

    def _kill_if_stuck(self, worker: Worker, now: float) -> None:
        """Kill a worker without heartbeats, or one that does not stop."""
        is_silent = now - worker.last_beat > (HEARTBEAT_TIMEOUT_S if worker.ready else START_TIMEOUT_S)
        if is_silent or (worker.stopping_since is not None and now - worker.stopping_since > STOP_TIMEOUT_S):
            worker.process.kill()
            worker.process.wait()
            log.error(
                "worker killed: unresponsive",
                **worker.about,
                ready=worker.ready,
                stopping=bool(worker.stopping_since),
                inputs=worker.inputs,
            )
            self._on_exit(worker, now)

    def _report_ready(self) -> None:
        if not self._all_ready and all(slot.worker is not None and slot.worker.ready for slot in self._slots):
            self._all_ready = True
            watchdog.sd_notify("READY=1")
            if self._ready is not None:
                self._ready(self._url)

    # -- rolling restart --------------------------------------------------------------------------------------------------

    def _rolling_restart(self, now: float) -> None:
        """Take the next step of a rolling restart: the replacement is ready before the old worker is stopped."""
        if self._restart_requested:
            self._restart_requested = False
            self._to_restart = list(self._slots)
            log.info("rolling restart")
        if not self._to_restart or self._stopping:
            return
        slot = self._to_restart[0]
        if slot.replacement is None:
            slot.replacement = self._start(slot.number, now)
            if slot.replacement is None:
                self._abort_rolling_restart(slot)
        elif slot.replacement.ready:
            if slot.worker is not None:
                slot.worker.stop(now)
                self._stopping.append(slot.worker)
            slot.worker, slot.replacement = slot.replacement, None
            self._to_restart.pop(0)

    def _abort_rolling_restart(self, slot: WorkerSlot) -> None:
        """Abort the rolling restart; the old workers continue."""
        self._to_restart.clear()
        log.error("rolling restart aborted", worker=slot.number)

    # -- messages ---------------------------------------------------------------------------------------------------------

    def _poll_pipes(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            with contextlib.suppress(OSError):
                data = key.fileobj.recv(4_096)  # type: ignore[union-attr]
                worker = key.data
                if worker is not None and data:
                    worker.last_beat = time.monotonic()
                    worker.ready = worker.ready or READY in data
                elif worker is not None:  # the worker closed its end: it is about to exit
                    time.sleep(0.01)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Install handlers that wake the supervisor, which handles the signals at its next check."""

        def on_stop(signal: int, frame: object) -> None:
            if self._stopping_since is None:
                self._stopping_since = time.monotonic()
                watchdog.sd_notify("STOPPING=1")

        def on_restart(signal: int, frame: object) -> None:
            self._restart_requested = True

        reading, writing = socket.socketpair()
        for end in (reading, writing):
            end.setblocking(False)
        self._selector.register(reading, selectors.EVENT_READ, None)
        handlers = {
            signal.SIGTERM: on_stop,
            signal.SIGINT: on_stop,
            signal.SIGHUP: on_restart,
            signal.SIGCHLD: lambda signal, frame: None,
        }
        earlier_handlers = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in earlier_handlers.items():
                signal.signal(number, handler)
            reading.close()
            writing.close()


def _environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the workers: the current settings, without systemd's notify socket, which the supervisor uses."""
    stopping_since = {name.upper(): "" if value is None else str(value) for name, value in settings.model_dump().items()}
    excluded = {*stopping_since, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in excluded}
    return inherited | stopping_since
