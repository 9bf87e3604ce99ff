"""Listening socket of the server."""

import socket

from board.settings import Settings
from models.db.database import ConfigurationError

QUEUED = 2_048  # connections that the kernel holds for us while we are busy, or while one worker follows another


class ListeningSocket(socket.socket):
    """What it queues was said once, for all processes that share it: asyncio would set it to what it accepts at once."""

    def listen(self, backlog: int = QUEUED, /) -> None:
        super().listen(QUEUED)


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises ConfigurationError where the address can't be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named, or asyncio does not turn Nagle off on what it accepts: each answer would wait 40 ms for an ACK.
    listening = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise ConfigurationError(f"Can't listen on {settings.host}, port {settings.port}: {error.strerror}.") from error
    return listening


def url_of(settings: Settings, listening: socket.socket) -> str:
    """The address that people open."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return settings.public_url or f"http://{shown}:{port}"
