"""Several serving processes on one address: started, watched, replaced, restarted one after the other, and ended together.

All accept from one listening socket, which the supervisor holds: a connection that nobody has taken yet waits in it while
workers come and go. (With a socket for each, by SO_REUSEPORT, the kernel deals connections to a worker that is stuck or dying,
and what a dead one had queued is lost.) A worker takes a few connections each time its loop goes round, so the one that is
least busy takes most.
"""

import asyncio
import contextlib
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import errorcode

import structlog
from prometheus_client.multiprocess import mark_process_dead

from board.bootstrap import ROOT
from board.install import environments
from board.server.listening_socket import listen, url_of
from board.server.worker import READY
from board.service import BoardService
from board.settings import Settings
from board.telemetry import logs, watchdog
from board.telemetry.logs import WORKER
from board.telemetry.metrics import FOLDER
from models.db.errors import ConfigurationError

log = structlog.get_logger()

ARGUMENTS = ["-m", "board.server.worker"]
LOOK_S = 0.25  # how often the supervisor looks, if nothing wakes it
STUCK_S = 10.0  # without a beat for so long, a worker answers nobody: it is killed and replaced
START_S = 60.0  # for a worker to take connections
KILL_S = 13.0  # after which one that was told to go is killed; the contract gives 15 s, and it ends by itself in 12
LIVED_S = 5.0  # a worker that lived for so long is replaced at once, the others after a pause that grows
PAUSES_S = (0.2, 0.5, 1, 2, 5)  # before a start, by how many ended early in a row
NO_ROOM_S = 1.0  # before a start, where the machine had no process or memory left for one
AT_FIRST, LATER = 2, 12  # early ends of every worker in a row after which we give up: before any was ready, and after


@dataclass(eq=False)
class Worker:
    number: int
    process: "subprocess.Popen[bytes]"
    line: socket.socket
    born: float
    heard: float
    ready: bool = False
    told: float | None = None  # when it was told to go

    def tell(self, now: float) -> None:
        """Tells it to go."""
        if self.told is None:
            self.told = now
            self.process.send_signal(signal.SIGTERM)


@dataclass(eq=False)
class WorkerSlot:
    """Where one worker serves; in a rolling restart also the one that follows it."""

    number: int
    worker: Worker | None = None
    fresh: Worker | None = None
    early: int = 0  # ends in a row, each soon after its beginning
    not_before: float = 0


def supervise(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serves with several workers until SIGTERM or SIGINT. `ready` is told the address when all take connections. Raises
    Unusable."""
    settings.check()
    logs.set_up(settings.log_level)
    with listen(settings) as listening, tempfile.TemporaryDirectory(prefix="board-") as folder:
        asyncio.run(_check_startup(settings))
        Supervisor(settings, listening, folder, ready).run()


async def _check_startup(settings: Settings) -> None:
    """Opens the installation once before all workers: it is brought to this version's tables, and what would refuse each of
    them is said by one. Raises ConfigurationError."""
    await (await BoardService.open(settings)).close()


class Supervisor:
    def __init__(
        self, settings: Settings, listening: socket.socket, folder: str, ready: Callable[[str], None] | None = None
    ) -> None:
        self._listening, self._folder, self._ready = listening, folder, ready
        self._url = url_of(settings, listening)
        self._environment = _environment(settings) | {FOLDER: folder}
        self._places = [WorkerSlot(number) for number in range(1, settings.workers + 1)]
        self._parting: list[Worker] = []  # those that were told to go
        self._rolling: list[WorkerSlot] = []  # those whose worker is still to be restarted
        self._announced = False
        self._going: float | None = None
        self._asked_to_roll = False
        self._beaten = 0.0
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Until all is ended. Raises ConfigurationError where no worker can be had."""
        with self._signals():
            try:
                looked = time.monotonic()
                while self._going is None or self._workers():
                    self._listen(LOOK_S)
                    now = time.monotonic()
                    if now - looked > STUCK_S / 2:  # we were stopped ourselves: nobody is judged by what we have not heard
                        for worker in self._workers():
                            worker.heard = now
                    looked = now
                    self._look(now)
            finally:
                for worker in self._workers():
                    worker.process.kill()
                    worker.process.wait()
                self._selector.close()

    def _look(self, now: float) -> None:
        for worker in self._workers():
            if worker.process.poll() is not None:
                self._ended(worker, now)
            else:
                self._judge(worker, now)
        if self._going is not None:
            self._listening.close()  # the workers close theirs: from then on nobody waits in it in vain
            for worker in self._workers():
                worker.tell(now)
            return
        self._give_up()
        for place in self._places:
            if place.worker is None and now >= place.not_before:
                place.worker = self._start(place.number, now)
                place.not_before = now if place.worker else now + NO_ROOM_S
        self._roll(now)
        self._announce()
        if self._announced and now - self._beaten >= watchdog.BEAT_S:  # sooner it would fill the queue that READY=1 goes into
            self._beaten = now
            watchdog.notify_beat()

    def _workers(self) -> list[Worker]:
        placed = [worker for place in self._places for worker in (place.worker, place.fresh) if worker is not None]
        return [*placed, *self._parting]

    # -- beginning and ending ---------------------------------------------------------------------------------------------

    def _start(self, number: int, now: float) -> Worker | None:
        """A new worker; none where the machine has no room for one."""
        try:
            process, ours = self._begin(number)
        except OSError as error:
            log.error("worker not started", worker=number, code=errorcode.get(error.errno or 0), **logs.exception_location(error))
            return None
        worker = Worker(number, process, ours, now, now)
        self._selector.register(ours, selectors.EVENT_READ, worker)
        return worker

    def _begin(self, number: int) -> "tuple[subprocess.Popen[bytes], socket.socket]":
        """Its process, and our end of the line to it. Raises OSError."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        fds = (self._listening.fileno(), theirs.fileno())
        with theirs:
            try:
                return subprocess.Popen(  # noqa: S603 - our own Python, our own module
                    [str(environments.python_now(ROOT)), *ARGUMENTS, *map(str, fds)],
                    pass_fds=fds,
                    stdin=subprocess.DEVNULL,
                    env=self._environment | {WORKER: str(number)},
                ), ours
            except OSError:
                ours.close()
                raise

    def _ended(self, worker: Worker, now: float) -> None:
        """A worker's process is gone."""
        self._selector.unregister(worker.line)
        worker.line.close()
        with contextlib.suppress(OSError):
            mark_process_dead(worker.process.pid, self._folder)  # type: ignore[no-untyped-call]
        if worker in self._parting:
            self._parting.remove(worker)
            return
        if self._going is None:
            log.error("worker exited", worker=worker.number, worker_pid=worker.process.pid, status=worker.process.returncode)
        place = self._places[worker.number - 1]
        if worker is place.fresh:
            place.fresh = None
            self._roll_no_more(place)
            return
        place.worker = None
        place.early = 0 if worker.ready and now - worker.born > LIVED_S else place.early + 1
        place.not_before = now + (PAUSES_S[min(place.early, len(PAUSES_S)) - 1] if place.early else 0)

    def _give_up(self) -> None:
        most = LATER if self._announced else AT_FIRST
        if all(place.early > most and (place.worker is None or not place.worker.ready) for place in self._places):
            raise ConfigurationError("The workers end as soon as they are started; what they said stands above.")

    def _judge(self, worker: Worker, now: float) -> None:
        """Kills a worker that is stuck, or does not end."""
        silent = now - worker.heard > (STUCK_S if worker.ready else START_S)
        if silent or (worker.told is not None and now - worker.told > KILL_S):
            worker.process.kill()
            worker.process.wait()
            log.error(
                "worker killed: unresponsive",
                worker=worker.number,
                worker_pid=worker.process.pid,
                ready=worker.ready,
                stopping=bool(worker.told),
            )
            self._ended(worker, now)

    def _announce(self) -> None:
        if not self._announced and all(place.worker is not None and place.worker.ready for place in self._places):
            self._announced = True
            watchdog.notify("READY=1")
            if self._ready is not None:
                self._ready(self._url)

    # -- one after the other ----------------------------------------------------------------------------------------------

    def _roll(self, now: float) -> None:
        """The next step of a rolling restart: a fresh worker is ready before the old one is told to go."""
        if self._asked_to_roll:
            self._asked_to_roll = False
            self._rolling = list(self._places)
            log.info("rolling restart")
        if not self._rolling or self._parting:
            return
        place = self._rolling[0]
        if place.fresh is None:
            place.fresh = self._start(place.number, now)
            if place.fresh is None:
                self._roll_no_more(place)
        elif place.fresh.ready:
            if place.worker is not None:
                place.worker.tell(now)
                self._parting.append(place.worker)
            place.worker, place.fresh = place.fresh, None
            self._rolling.pop(0)

    def _roll_no_more(self, place: WorkerSlot) -> None:
        """The old ones go on."""
        self._rolling.clear()
        log.error("rolling restart aborted", worker=place.number)

    # -- what it hears ----------------------------------------------------------------------------------------------------

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            with contextlib.suppress(OSError):
                said = key.fileobj.recv(4_096)  # type: ignore[union-attr]
                worker = key.data
                if worker is not None and said:
                    worker.heard = time.monotonic()
                    worker.ready = worker.ready or READY in said
                elif worker is not None:  # its end of the line is closed: it is about to be gone
                    time.sleep(0.01)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Signals wake the supervisor, and are acted on when it looks."""

        def go(signal: int, frame: object) -> None:
            if self._going is None:
                self._going = time.monotonic()
                watchdog.notify("STOPPING=1")

        def roll(signal: int, frame: object) -> None:
            self._asked_to_roll = True

        reading, writing = socket.socketpair()
        for end in (reading, writing):
            end.setblocking(False)
        self._selector.register(reading, selectors.EVENT_READ, None)
        handlers = {signal.SIGTERM: go, signal.SIGINT: go, signal.SIGHUP: roll, signal.SIGCHLD: lambda signal, frame: None}
        before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for each, handler in before.items():
                signal.signal(each, handler)
            reading.close()
            writing.close()


def _environment(settings: Settings) -> dict[str, str]:
    """What the workers are started with: the settings as they are now, and not systemd's line, which is ours."""
    told = {name.upper(): "" if value is None else str(value) for name, value in settings.model_dump().items()}
    not_theirs = {*told, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in not_theirs}
    return kept | told
