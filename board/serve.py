"""One serving process: opens the desk, listens, and goes down in order."""

import asyncio
import signal
import socket
from collections.abc import Callable

import uvicorn

from board import app, logs
from board.desk import Desk
from board.settings import Settings
from models.database import Unusable
from realtime import protocol
from realtime.server import Line

GRACE_S = 8  # for requests under way when we are told to go; after it they are cut, so that we are gone within 15 s


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises Unusable where the address can't be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named, or asyncio does not turn Nagle off on what it accepts: each answer would wait 40 ms for an ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(2_048)
    except OSError as error:
        listening.close()
        raise Unusable(f"Can't listen on {settings.host}, port {settings.port}: {error.strerror}.") from error
    return listening


def url_of(settings: Settings, listening: socket.socket) -> str:
    """The address that people open."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return settings.public_url or f"http://{shown}:{port}"


async def serve(settings: Settings, ready: Callable[[str], None] | None = None, desk: Desk | None = None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is told the address when connections are taken. Raises Unusable."""
    logs.set_up(settings.log_level)
    listening = listen(settings)
    try:
        desk = desk or await Desk.open(settings)
    except BaseException:
        listening.close()
        raise
    server = Listening(configured(app.make(desk)), desk, lambda: ready and ready(url_of(settings, listening)))
    try:
        await server.serve(sockets=[listening])
    finally:
        await desk.close()


def configured(application: object) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        ws=Line,
        ws_max_size=protocol.MAX_CLIENT_FRAME,
        ws_per_message_deflate=False,  # three times the memory, and advised against for secrets
        log_config=None,
        access_log=False,  # addresses hold ids, and tell who reads what
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="on",
    )


class Listening(uvicorn.Server):
    """Uvicorn's server, which says when it listens, and lets the sockets go first when it is told to end."""

    def __init__(self, config: uvicorn.Config, desk: Desk, started: Callable[[], object]) -> None:
        super().__init__(config)
        self._desk, self._started = desk, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._started()

    def handle_exit(self, sig: int, frame: object) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
        for connection in list(self._desk.hub.connections):
            connection.end(protocol.GOING)


def run(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """`serve`, from synchronous code. Raises Unusable."""
    asyncio.run(serve(settings, ready))
