"""Serving process: opens the service, listens, and shuts down in order."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from functools import partial

import structlog
import uvicorn

from board import app
from board.alarms.escalation import Escalation
from board.bootstrap import full_version
from board.child_process import isolation
from board.config.settings import Settings
from board.duty.duty_ends import DutyEnds
from board.files import picture_process
from board.lookup.meaning_reader import MeaningReader
from board.lookup.waker import Waker
from board.maintenance.archiving import Archiving
from board.maintenance.file_removal import FileRemoval
from board.maintenance.pruning import Pruning
from board.maintenance.space_watch import SpaceWatch
from board.maintenance.unused_accounts import UnusedAccounts
from board.maintenance.upload_sweep import UploadSweep
from board.notifications.sender import Sender
from board.retention.erasure_run import ErasureRun
from board.server import garbage
from board.server.connections import Connections, stands_for_many
from board.server.listening_socket import listen, url_of
from board.service import BoardService
from board.telemetry import library_messages, logs, metrics, watchdog
from realtime.deadlines import Deadlines, abort_late_connections
from realtime.http.http_protocol import HttpProtocol
from realtime.http.websocket_protocol import CLOSE_TIMEOUT_S, WebSocketProtocol
from realtime.periodic import cancel_all
from realtime.wire import protocol

log = structlog.get_logger()

ACCEPT_BATCH = 64  # connections accepted per turn of the event loop, so that a burst is accepted quickly
ACCEPT_BATCH_OF_WORKER = 8  # with several workers, so that each accepts a share of a burst
MAX_CLOSED_AT_ONCE = 50  # sockets that may reconnect at the same time
SPREAD_S = 3.0  # period over which more sockets are closed, so that they reconnect at different times
CLOSE_TIMEOUT_S = 2 + CLOSE_TIMEOUT_S  # for commands in progress, and for the close frames
ACCEPT_GRACE_S = 0.5  # for a request on a connection accepted just before; then idle connections are closed
REQUEST_TIMEOUT_S = 3  # for requests in progress; then they are aborted
SHUTDOWN_TIMEOUT_S = 12.0  # from SIGTERM to the exit of the process at the latest (contract: 15 s)
# Idle time of a connection, longer than that of proxies (nginx and others: 60 s). The proxy must close first: otherwise a request
# that it sends at that moment is lost, and its browser gets a 502.
KEEP_ALIVE_S = 75
DEADLINES = Deadlines()


async def serve(
    settings: Settings,
    ready: Callable[[str], None] | None = None,
    service: BoardService | None = None,
    listening: socket.socket | None = None,
    beat: Callable[[], object] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    `ready`: called with the URL when connections are accepted. `beat`: called every second while the event loop is alive.
    Raises ConfigurationError.
    """
    logs.set_up(settings.log_level)
    library_messages.install()
    listening = listening or listen(settings)
    url = url_of(settings, listening)
    try:
        service = service or await BoardService.open(settings)
    except BaseException:
        listening.close()
        raise
    tune_runtime()
    metrics.attach(service.hub)
    application = app.create_app(service)
    sender = Sender(service.database, settings, service.alarm_rules, service.clock)
    process_loops = watchdog.LoopWatchdog(beat).run(), metrics.publish_loop(application.state.hub_metrics), garbage.run()
    sweeps = UploadSweep(service), FileRemoval(service), SpaceWatch(service), UnusedAccounts(service)
    alarms = Escalation(service), DutyEnds(service), sender
    maintenance = (
        Pruning(service.database, settings),
        Archiving(service),
        *sweeps,
        Waker(service),
        ErasureRun.of(service),
        MeaningReader(service),
        *alarms,
    )
    process_tasks = [asyncio.create_task(loop) for loop in process_loops]
    maintenance_tasks = [asyncio.create_task(job.run()) for job in maintenance]

    def on_started() -> None:
        log.info("serving", version=full_version())
        warn_of_open_decoders()
        if beat is None:
            watchdog.sd_notify("READY=1")
        if ready is not None:
            ready(url)

    accept_batch = ACCEPT_BATCH_OF_WORKER if settings.workers > 1 else ACCEPT_BATCH
    trusted = settings.forwarded_allow_ips
    connections = Connections(settings.max_connections_per_address, stands_for_many(trusted))
    server = GracefulServer(uvicorn_config(application, accept_batch, trusted, connections), service, on_started)
    try:
        await server.serve(sockets=[listening])
    finally:
        await cancel_all(maintenance_tasks)
        await service.close()
        await cancel_all(process_tasks)


def warn_of_open_decoders() -> None:
    """Log the isolation of decoders that this system lacks."""
    protection = isolation.protection(picture_process.__file__)
    if not protection.is_complete:
        log.warning("decoders not isolated", landlock=protection.landlock, seccomp=protection.seccomp, user=protection.user)


def tune_runtime() -> None:
    """Tune for latency: collect garbage in small parts, and switch threads every 1 ms."""
    garbage.tune()
    sys.setswitchinterval(0.001)


def uvicorn_config(
    application: object, accept_batch: int = ACCEPT_BATCH, trusted: str = "127.0.0.1", connections: Connections | None = None
) -> uvicorn.Config:
    if connections is None:
        connections = Connections(0, stands_for_many(trusted))
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        http=partial(HttpProtocol, enter=connections.enter),  # type: ignore[arg-type]
        ws=WebSocketProtocol,
        ws_max_size=protocol.MAX_CLIENT_FRAME_BYTES,
        ws_per_message_deflate=False,  # uses three times the memory, and is not recommended for secrets
        backlog=accept_batch,
        log_config=None,
        access_log=False,  # URLs contain ids, which disclose who reads what
        server_header=False,
        forwarded_allow_ips=trusted,  # proxies whose X-Forwarded-For is trusted
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=REQUEST_TIMEOUT_S,
        lifespan="on",
    )


class GracefulServer(uvicorn.Server):
    """Uvicorn's server with a callback at startup and an orderly shutdown."""

    def __init__(
        self, config: uvicorn.Config, service: BoardService, on_started: Callable[[], object], deadlines: Deadlines = DEADLINES
    ) -> None:
        super().__init__(config)
        self._service, self._on_started, self._deadlines = service, on_started, deadlines

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        slow = metrics.refused.labels("slow")
        self._watch = asyncio.create_task(abort_late_connections(self.server_state.connections, self._deadlines, slow.inc))
        self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
                signal.signal(signal.SIGHUP, self.handle_exit)  # the terminal is gone, or a restart was requested
            yield

    def handle_exit(self, sig: int, frame: object) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        if not self.should_exit:
            force_exit_after(SHUTDOWN_TIMEOUT_S)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, close all sockets with 1012, and finish requests in progress."""
        self.config.app.state.shutting_down = True  # type: ignore[union-attr]
        log.info("shutting down", sockets=len(self._service.hub.connections))
        watchdog.sd_notify("STOPPING=1")
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await self._close_websockets()
        await super().shutdown(sockets=sockets)
        await cancel_all([self._watch])

    async def _close_websockets(self) -> None:
        """Close every socket with 1012, in random order, spread over time if there are many."""
        connections = list(self._service.hub.connections)
        random.shuffle(connections)
        pause = SPREAD_S / len(connections) if len(connections) > MAX_CLOSED_AT_ONCE else 0
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number, connection in enumerate(connections):
            if (early := start + number * pause - loop.time()) > 0.02 and not self.force_exit:
                await asyncio.sleep(early)
            connection.close(protocol.CLOSE_RESTART)
        first, last = loop.time() + ACCEPT_GRACE_S, loop.time() + CLOSE_TIMEOUT_S
        while (open_sockets := self._open_websockets()) or (self.server_state.connections and loop.time() < first):
            if loop.time() > last or self.force_exit:
                break
            for connection in list(self._service.hub.connections):
                connection.close(protocol.CLOSE_RESTART)
            await asyncio.sleep(0.02)
        if open_sockets:
            log.warning("sockets aborted", count=len(open_sockets))
        for websocket in open_sockets:
            websocket.abort()

    def _open_websockets(self) -> list[WebSocketProtocol]:
        return [protocol for protocol in self.server_state.connections if isinstance(protocol, WebSocketProtocol)]


def force_exit_after(seconds: float) -> None:
    """Exit this process after a time, even if its event loop is blocked."""

    def log_timeout() -> None:
        log.error("shutdown timed out")
        logs.flush()

    def exit_now() -> None:
        try:
            logging_thread = threading.Thread(target=log_timeout, daemon=True)  # a daemon thread, because the log may block
            logging_thread.start()
            logging_thread.join(logs.FLUSH_S)
        finally:
            os._exit(1)

    timer = threading.Timer(seconds, exit_now)
    timer.daemon = True
    timer.start()
