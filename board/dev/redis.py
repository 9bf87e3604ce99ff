"""Redis server for development and tests: with a password, without persistence, on this machine only."""

import secrets
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from board.dev.child_process import LocalServer, write_private
from board.dev.server_binaries import find_redis
from board.dev.unprivileged_user import current_user

PROBE_TIMEOUT_S = 1.0


class Redis(LocalServer):
    """Redis server. `options`: further values of its configuration, by name. A restart loses subscriptions."""

    name, taken = "Redis", b"in use"
    stop_signal = end_signal = signal.SIGTERM

    def __init__(
        self, folder: Path, port: int | None = None, password: str | None = None, *,
        program: Path | None = None, options: Mapping[str, str] | None = None, host: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(folder, port, host, current_user())
        self.password = password or secrets.token_urlsafe()
        self._program, self._options = program, dict(options or {})

    @property
    def url(self) -> str:
        """URL of the server, for REDIS_URL."""
        return f"redis://:{quote(self.password)}@{self.host}:{self.port}/0"

    def start(self) -> None:
        """Start the server, and wait until it answers. Raises CannotStart if it does not."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._program = self._program or find_redis()
        super().start()

    def _command(self) -> list[str]:
        return [str(self._program), str(self._write_config())]

    def _write_config(self) -> Path:
        """Write a configuration file, because every user of the machine can read command-line arguments."""
        lines = {
            "bind": " ".join(dict.fromkeys(("127.0.0.1", self.host))), "port": str(self.port), "requirepass": self.password,
            "dir": str(self.folder), "save": '""', "appendonly": "no",
        }  # fmt: skip
        path = self.folder / "redis.conf"
        write_private(path, "".join(f"{name} {value}\n" for name, value in (lines | self._options).items()))
        return path

    def _is_ready(self) -> bool:
        """Return whether this server answers. Another program on the port does not know the password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PROBE_TIMEOUT_S) as probe:
                probe.settimeout(PROBE_TIMEOUT_S)
                probe.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                reply = b""
                while b"+PONG" not in reply and (more := probe.recv(100)):
                    reply += more
                return reply == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False
