"""A server as a child process: in the background, in a session of its own, and gone when this program is gone."""

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

STARTS_WITHIN_S = 60  # the machine may be busy
ENDS_WITHIN_S = 20
SHOWN_ON_FAILURE = 5  # lines of a log

# Linux tells a child of the end of the *thread* that started it: so one thread starts all, and lives as long as the program.
_starting = ThreadPoolExecutor(1, thread_name_prefix="start")

# Changes to the account, asks for the signal (changing accounts would forget it), becomes the server.
# A `preexec_fn` could do the same, but is not safe in a program with threads.
_BECOME = """
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
    """A server is missing or does not start; the text is the sentence for the person."""


class ManagedProcess:
    """One running server. `at_our_end` is the signal that it gets if this program dies without having stopped it."""

    def __init__(
        self, command: Sequence[str], log: Path, account: OsUser, at_our_end: signal.Signals, *,
        cwd: Path | str = "/", env: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        become = [sys.executable, "-I", "-S", "-c", _BECOME]
        told = [str(account.uid), str(account.gid), str(os.getpid()), str(int(at_our_end))]
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as out:
            self._process = _starting.submit(
                subprocess.Popen, [*become, *told, *command],
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
        """Waits until it is ready; false if it ended instead. Raises CannotStart when it takes too long."""
        deadline = time.monotonic() + STARTS_WITHIN_S
        while self.alive:
            if ready():
                return True
            if time.monotonic() > deadline:
                self.kill()
                raise CannotStart(f"A server did not get ready within {STARTS_WITHIN_S} s. {self.last_words()}")
            time.sleep(0.02)
        return False

    def stop(self, how: signal.Signals) -> None:
        """Asks it to end, and waits for it; kills it if it does not."""
        if self.alive:
            self._process.send_signal(how)
            try:
                self._process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL, for it and for what it started, wherever that went: the processes of PostgreSQL leave its group."""
        family = [self.pid, *(pid for pid, parent in _running().items() if parent == self.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + ENDS_WITHIN_S
        while _running().keys() & set(family) and time.monotonic() < deadline:
            time.sleep(0.01)

    def last_words(self) -> str:
        """The end of its log, on one line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_ON_FAILURE:]
        return " ".join(" ".join(lines).split())


def run(command: Sequence[str], account: OsUser) -> None:
    """Runs a step to its end under an account. Raises CannotStart with what it said."""
    become = [sys.executable, "-I", "-S", "-c", _BECOME]
    told = [str(account.uid), str(account.gid), str(os.getpid()), str(int(signal.SIGKILL))]
    done = _starting.submit(
        subprocess.run, [*become, *told, *command],
        cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
    ).result()  # fmt: skip
    if done.returncode != 0:
        raise CannotStart(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())[-400:]}")


def free_port() -> int:
    """A port that nobody has now; another program may take it before we do, so who uses it is ready to try again."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _running() -> dict[int, int]:
    """All processes of the machine, pid to parent. Zombies do not run."""
    rows = (line.split() for line in (_from_proc() if sys.platform == "linux" else _from_ps()))
    return {int(pid): int(parent) for pid, state, parent in rows if not state.startswith("Z")}


def _from_proc() -> Iterator[str]:
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            pid, _, rest = each.read_text().partition(" (")
            yield f"{pid} {' '.join(rest.rpartition(') ')[2].split()[:2])}"  # the name may hold anything


def _from_ps() -> list[str]:
    words = ["/bin/ps", "-A", "-o", "pid=,stat=,ppid="]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603
