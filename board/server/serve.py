"""One serving process: opens the desk, listens, and goes down in order."""

import asyncio
import contextlib
import gc
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
from board.server.connections import Connections, stands_for_many
from board.server.listening_socket import listen, url_of
from board.service import BoardService
from board.settings import VERSION, Settings
from board.telemetry import client_faults, logs, metrics, watchdog
from realtime import protocol
from realtime.deadlines import Deadlines, watch
from realtime.http import Http
from realtime.websocket_protocol import CLOSING_S, WebSocketProtocol

log = structlog.get_logger()

ACCEPTED_AT_ONCE = 64  # then the loop goes round: no burst keeps others waiting
ACCEPTED_BY_EACH = 8  # where there are other workers: of a burst each takes its share
FEW = 50  # sockets that may all come back in one moment
SPREAD_S = 3.0  # over which the others are told to go, so that they don't all come back in one moment
FINISH_S = 2 + CLOSING_S  # for the commands under way, and for the goodbyes to get through
LINGER_S = 0.5  # for the request on a line that was taken just before; only then are lines closed on which nothing is asked
GRACE_S = 3  # for requests under way; after it they are cut
ENDS_S = 12.0  # after which a process that was told to go is gone, whatever holds it (the contract: 15 s)
# How long a line on which nothing is asked is kept: longer than proxies keep theirs (nginx and others 60 s). Who closes first
# must be the proxy, or a request that it sends just then is lost, and its browser is told 502.
KEPT_S = 75
DEADLINES = Deadlines()


async def serve(
    settings: Settings,
    ready: Callable[[str], None] | None = None,
    desk: BoardService | None = None,
    listening: socket.socket | None = None,
    beat: Callable[[], object] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is told the address when connections are taken; `beat` is called every second
    while the loop goes round. Raises ConfigurationError."""
    logs.set_up(settings.log_level)
    client_faults.listen()
    listening = listening or listen(settings)
    url = url_of(settings, listening)
    try:
        desk = desk or await BoardService.open(settings)
    except BaseException:
        listening.close()
        raise
    tune_runtime()
    metrics.attach(desk.hub)
    application = app.create_app(desk)
    beating = asyncio.create_task(watchdog.LoopWatchdog(beat).run())
    telling = asyncio.create_task(metrics.publish_loop(application.state.counts))

    def started() -> None:
        log.info("serving", version=VERSION)
        if beat is None:
            watchdog.notify("READY=1")
        if ready is not None:
            ready(url)

    accepted = ACCEPTED_BY_EACH if settings.workers > 1 else ACCEPTED_AT_ONCE
    trusted = settings.forwarded_allow_ips
    connections = Connections(settings.max_connections_per_address, stands_for_many(trusted))
    server = GracefulServer(uvicorn_config(application, accepted, trusted, connections), desk, started)
    try:
        await server.serve(sockets=[listening])
    finally:
        await desk.close()
        for task in (beating, telling):
            task.cancel()
        await asyncio.gather(beating, telling, return_exceptions=True)


def tune_runtime() -> None:
    """For a loop that nobody waits for: what was made until now stays, and is not looked through for garbage again (100 to 250
    ms each time); and a reading thread gives way to the loop within a millisecond."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)
    sys.setswitchinterval(0.001)


def uvicorn_config(
    application: object, accepted: int = ACCEPTED_AT_ONCE, trusted: str = "127.0.0.1", connections: Connections | None = None
) -> uvicorn.Config:
    if connections is None:
        connections = Connections(0, stands_for_many(trusted))
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        http=partial(Http, enter=connections.enter),  # type: ignore[arg-type]
        ws=WebSocketProtocol,
        ws_max_size=protocol.MAX_CLIENT_FRAME,
        ws_per_message_deflate=False,  # three times the memory, and advised against for secrets
        backlog=accepted,
        log_config=None,
        access_log=False,  # addresses hold ids, and tell who reads what
        server_header=False,
        forwarded_allow_ips=trusted,  # proxies that are believed who they speak for
        timeout_keep_alive=KEPT_S,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="on",
    )


class GracefulServer(uvicorn.Server):
    """Uvicorn's server, which says when it listens, and goes down in an order of ours."""

    def __init__(
        self, config: uvicorn.Config, desk: BoardService, started: Callable[[], object], deadlines: Deadlines = DEADLINES
    ) -> None:
        super().__init__(config)
        self._desk, self._started, self._deadlines = desk, started, deadlines

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        slow = metrics.refused.labels("slow")
        self._watch = asyncio.create_task(watch(self.server_state.connections, self._deadlines, slow.inc))
        self._started()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
                signal.signal(signal.SIGHUP, self.handle_exit)  # the terminal is gone, or whoever starts us anew wants to
            yield

    def handle_exit(self, sig: int, frame: object) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        if not self.should_exit:
            force_exit_after(ENDS_S)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more connections, tells everybody to come back elsewhere, and finishes what is under way."""
        self.config.app.state.going = True  # type: ignore[union-attr]
        log.info("shutting down", sockets=len(self._desk.hub.connections))
        watchdog.notify("STOPPING=1")
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await self._part()
        await super().shutdown(sockets=sockets)
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)

    async def _part(self) -> None:
        """1012 for every socket, in no order, spread where they are many."""
        connections = list(self._desk.hub.connections)
        random.shuffle(connections)
        pause = SPREAD_S / len(connections) if len(connections) > FEW else 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, connection in enumerate(connections):
            if (early := began + number * pause - loop.time()) > 0.02 and not self.force_exit:
                await asyncio.sleep(early)
            connection.end(protocol.GOING)
        first, last = loop.time() + LINGER_S, loop.time() + FINISH_S
        while (left := self._lines()) or (self.server_state.connections and loop.time() < first):
            if loop.time() > last or self.force_exit:
                break
            for connection in list(self._desk.hub.connections):
                connection.end(protocol.GOING)
            await asyncio.sleep(0.02)
        if left:
            log.warning("sockets aborted", count=len(left))
        for line in left:
            line.abort()

    def _lines(self) -> list[WebSocketProtocol]:
        return [each for each in self.server_state.connections if isinstance(each, WebSocketProtocol)]


def force_exit_after(seconds: float) -> None:
    """This process ends after so long, even if its loop never goes round again."""

    def say() -> None:
        log.error("shutdown timed out")
        logs.flush()

    def end() -> None:
        try:
            saying = threading.Thread(target=say, daemon=True)  # it may be what we log with that hangs
            saying.start()
            saying.join(logs.FLUSH_S)
        finally:
            os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
