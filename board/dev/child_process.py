"""Server as a child process: in the background, in a separate session, and ended together with this program."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from board.dev.unprivileged_user import OsUser

START_TIMEOUT_S = 60  # on a busy machine
STOP_TIMEOUT_S = 20
START_ATTEMPTS = 5  # to find a free port: another program may take it before the start
LOG_LINES_SHOWN = 5  # last lines of the log

# Linux signals a child when the *thread* that started it ends. So one thread, which lives as long as the program, starts them
# all.
_starting = ThreadPoolExecutor(1, thread_name_prefix="start")

# Change the user, request the signal at the parent's end (a change of user would clear it), and become the server. A
# `preexec_fn` could do the same, but is unsafe in a program with threads.
_EXEC_AS_USER = """
import os, sys
uid, gid, parent, signal, *command = sys.argv[1:]
if sys.platform == "linux":
    import ctypes  # before the change: the account may not be able to read it
    system = ctypes.CDLL(None)
if int(uid) != os.geteuid():
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
if sys.platform == "linux":
    system.prctl(1, int(signal))  # PR_SET_PDEATHSIG
    if os.getppid() != int(parent):
        sys.exit("the program that wanted this server is gone")
os.execv(command[0], command)
"""


class CannotStart(Exception):
    """Error: a server is missing or does not start; the text is a sentence for the user."""


class ManagedProcess:
    """Running server. `at_our_end`: signal that it gets if this program dies without stopping it."""

    def __init__(
        self, command: Sequence[str], log: Path, account: OsUser, at_our_end: signal.Signals, *,
        cwd: Path | str = "/", env: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as out:
            self._process = _starting.submit(
                subprocess.Popen, _as_user(command, account, at_our_end),
                cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            ).result()  # fmt: skip
        self.log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def until(self, ready: Callable[[], bool]) -> bool:
        """Wait until the server is ready; return False if it ended instead. Raises CannotStart after START_TIMEOUT_S."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.alive:
            if ready():
                return True
            if time.monotonic() > deadline:
                self.kill()
                raise CannotStart(f"A server did not get ready within {START_TIMEOUT_S} s. {self.log_end()}")
            time.sleep(0.02)
        return False

    def stop(self, how: signal.Signals) -> None:
        """Send a signal and wait for the end; kill the server after a timeout."""
        if self.alive:
            self._process.send_signal(how)
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Send SIGKILL to the server and its children. The processes of PostgreSQL leave its process group, so they are found by
        parent."""
        pids = [self.pid, *(pid for pid, parent in _running().items() if parent == self.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while _running().keys() & set(pids) and time.monotonic() < deadline:
            time.sleep(0.01)

    def log_end(self) -> str:
        """Return the end of the log, on one line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        return " ".join(" ".join(lines).split())


class LocalServer:
    """Server in a folder, on this machine only. All calls block. `port`: None for a free one, which restarts keep. `host`: an
    additional address to listen on."""

    name: str
    taken: bytes  # text that it logs if its port is taken
    stop_signal: signal.Signals
    end_signal: signal.Signals  # sent if this program dies without stopping it

    def __init__(self, folder: Path, port: int | None, host: str | None, account: OsUser) -> None:
        self.folder, self.host = folder, host or "127.0.0.1"
        self.port = port or 0
        self._given_port, self._account = port, account
        self._child: ManagedProcess | None = None

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
        """Start the server, and wait until it is ready. Raises CannotStart if it does not get ready."""
        self._launch()

    def stop(self) -> None:
        """Stop the server cleanly."""
        if self._child is not None:
            self._child.stop(self.stop_signal)

    def kill(self) -> None:
        """Kill all processes of the server, as the kernel does when memory runs out."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Restart the server on the same port."""
        self.stop()
        self._launch()

    def _launch(self) -> None:
        for _ in range(START_ATTEMPTS):
            self.port = self.port or free_port()
            log_size = self.log.stat().st_size if self.log.exists() else 0
            self._child = ManagedProcess(self._command(), self.log, self._account, self.end_signal)
            if self._child.until(self._is_ready):
                return
            if self.taken not in self.log.read_bytes()[log_size:]:
                raise CannotStart(f"{self.name} does not start. {self._child.log_end()}")
            if self._given_port:
                break
            self.port = 0
        raise CannotStart(f"{self.name} can't listen on {self.host}, port {self._given_port}: it is taken.")

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _is_ready(self) -> bool:
        raise NotImplementedError


def _as_user(command: Sequence[str], account: OsUser, at_our_end: signal.Signals) -> list[str]:
    parameters = [account.uid, account.gid, os.getpid(), int(at_our_end)]
    return [sys.executable, "-I", "-S", "-c", _EXEC_AS_USER, *map(str, parameters), *command]


def run(command: Sequence[str], account: OsUser) -> None:
    """Run a command as a user of this machine, and wait for its end. Raises CannotStart, with its error output, if it fails."""
    done = _starting.submit(
        subprocess.run, _as_user(command, account, signal.SIGKILL),
        cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
    ).result()  # fmt: skip
    if done.returncode != 0:
        raise CannotStart(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())[-400:]}")


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def free_port() -> int:
    """Return a port that is free now. Another program may take it before it is used, so the caller must retry."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _running() -> dict[int, int]:
    """Return all processes of the machine, pid to parent, without zombies."""
    rows = (line.split() for line in (_from_proc() if sys.platform == "linux" else _from_ps()))
    return {int(pid): int(parent) for pid, state, parent in rows if not state.startswith("Z")}


def _from_proc() -> Iterator[str]:
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended in the meantime
            pid, _, rest = each.read_text().partition(" (")
            yield f"{pid} {' '.join(rest.rpartition(') ')[2].split()[:2])}"  # the name may contain anything


def _from_ps() -> list[str]:
    words = ["/bin/ps", "-A", "-o", "pid=,stat=,ppid="]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603
