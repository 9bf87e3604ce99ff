"""Worker process, as its supervisor sees it."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from board.bootstrap import ROOT
from board.install import environments
from board.telemetry import processing
from board.telemetry.logs import WORKER

ARGUMENTS = ["-m", "board.server.worker"]


@dataclass(eq=False)
class Worker:
    """Worker process, with the supervisor's end of its pipe, and the register of its inputs."""

    number: int
    process: "subprocess.Popen[bytes]"
    pipe: socket.socket
    register: int
    started_at: float
    last_beat: float
    ready: bool = False
    stopping_since: float | None = None  # time of the SIGTERM

    @classmethod
    def start(cls, number: int, listening: socket.socket, environment: Mapping[str, str], now: float) -> "Worker":
        """Start a worker that accepts from this socket. Raises OSError."""
        register = processing.new_file()
        own_end, worker_end = socket.socketpair()
        own_end.setblocking(False)
        fds = (listening.fileno(), worker_end.fileno(), register)
        with worker_end:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own Python, our own module
                    [str(environments.python_now(ROOT)), *ARGUMENTS, *map(str, fds)],
                    pass_fds=fds,
                    stdin=subprocess.DEVNULL,
                    env={**environment, WORKER: str(number)},
                )
            except OSError:
                own_end.close()
                os.close(register)
                raise
        return cls(number, process, own_end, register, now, now)

    def close(self) -> None:
        """Release the supervisor's resources for it, after it has ended."""
        self.pipe.close()
        os.close(self.register)

    @property
    def about(self) -> dict[str, Any]:
        """Fields of its log lines."""
        return {"worker": self.number, "worker_pid": self.process.pid}

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Inputs in progress when it ended."""
        return [input._asdict() for input in processing.read(self.register)]

    def stop(self, now: float) -> None:
        """Send SIGTERM, once."""
        if self.stopping_since is None:
            self.stopping_since = now
            self.process.send_signal(signal.SIGTERM)
