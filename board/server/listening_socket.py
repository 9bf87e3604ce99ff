"""Listening socket of the server."""

import socket

from board.config.settings import Settings
from models.db.database import ConfigurationError

BACKLOG = 2_048  # connections that wait while the server is busy, or while one worker replaces another


class ListeningSocket(socket.socket):
    """Socket with a fixed backlog, for all processes that share it: asyncio would set it to its own batch size."""

    def listen(self, backlog: int = BACKLOG, /) -> None:
        super().listen(BACKLOG)


def listen(settings: Settings) -> socket.socket:
    """Return the listening socket. Raises ConfigurationError if the address is not available."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY on accepted sockets; otherwise each response waits 40 ms for an ACK.
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
    """Return the URL that people open."""
    host, port = listening.getsockname()[:2]
    url_host = f"[{host}]" if ":" in host else host
    return settings.public_url or f"http://{url_host}:{port}"
