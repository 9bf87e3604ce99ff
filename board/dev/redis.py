"""Redis server for development and tests: with a password, without persistence, on this machine only."""

import os
import secrets
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from board.dev import child_process
from board.dev.child_process import CannotStart, ManagedProcess
from board.dev.server_binaries import find_redis
from board.dev.unprivileged_user import current_user

START_ATTEMPTS = 5  # to find a free port: another program may take it before the start
PROBE_TIMEOUT_S = 1.0


class Redis:
    """Redis server in a folder; all calls block. `options`: more lines of its configuration, name to value.

    Without `port` a free one is taken, and kept through restarts. `host`: an additional address to listen on.
    """

    def __init__(
        self, folder: Path, port: int | None = None, password: str | None = None, *,
        program: Path | None = None, options: Mapping[str, str] | None = None, host: str | None = None,
    ) -> None:  # fmt: skip
        self.folder, self.host = folder, host or "127.0.0.1"
        self.port = port or 0
        self.password = password or secrets.token_urlsafe()
        self._given_port, self._program, self._options = port, program, dict(options or {})
        self._child: ManagedProcess | None = None

    @property
    def url(self) -> str:
        """URL of the server, as REDIS_URL takes it."""
        return f"redis://:{quote(self.password)}@{self.host}:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def start(self) -> None:
        """Start the server, and wait until it answers. Raise CannotStart."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._program = self._program or find_redis()
        for _ in range(START_ATTEMPTS):
            self.port = self.port or child_process.free_port()
            self._child = ManagedProcess(
                [str(self._program), str(self._write_config())], self.log, current_user(), signal.SIGTERM
            )
            if self._child.until(self._answers):
                return
            if "in use" not in self._child.log_end():
                raise CannotStart(f"Redis does not start. {self._child.log_end()}")
            if self._given_port:
                break
            self.port = 0
        raise CannotStart(f"Redis can't listen on {self.host}, port {self._given_port}: it is taken.")

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(signal.SIGTERM)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Restart the server on the same port; subscriptions are lost."""
        self.stop()
        self.start()

    def _write_config(self) -> Path:
        """Write a configuration file: command-line arguments could be read by every user of the machine."""
        lines = {
            "bind": " ".join(dict.fromkeys(("127.0.0.1", self.host))), "port": str(self.port), "requirepass": self.password,
            "dir": str(self.folder), "save": '""', "appendonly": "no",
        }  # fmt: skip
        path = self.folder / "redis.conf"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in (lines | self._options).items())
        return path

    def _answers(self) -> bool:
        """Return whether this server answers: another program on the port would not know the password."""
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
