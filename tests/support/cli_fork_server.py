"""Fork server for calls of the command line: each runs in its own process, forked from one that has imported the program.
Importing takes ten times as long as most calls."""

import atexit
import functools
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.support.people import STARTS_WITHIN_S
from tests.support.worker_processes import SERVE

LOADED = f"""
import gc, json, os, sys
import argon2, board.command_line.cli, board.server.serve, models.db.postgresql, models.db.sqlite, realtime.bus.redis_bus
import sqlalchemy.dialects.postgresql.psycopg
models.db.sqlite.SYNCHRONOUS = "OFF"  # as in tests/conftest.py, with the next line
board.engine.identity.HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
exec(sys.argv[1])
gc.collect()
gc.freeze()  # or each child would copy the memory of all modules when it collects garbage: a second of CPU time
for line in sys.stdin:
    folder, words, settings, at = json.loads(line)
    if (child := os.fork()) == 0:
        for number, name in enumerate(("in", "out", "err")):
            os.dup2(os.open(f"{{folder}}/{{name}}", os.O_RDWR | os.O_CREAT), number)
        os.environ.clear()
        os.environ.update(settings)
        os.chdir(at)
        sys.argv = ["board", *words]
        {SERVE}
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass
class CliResult:
    """Exit code and output of a call."""

    code: int
    out: str
    err: str


class CliForkServer:
    """Process that forks a child for each call. `first`: Python that runs before all calls, to set shorter times."""

    def __init__(self, first: str) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", LOADED, first]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._one = threading.Lock()

    def call(self, words: list[str], settings: dict[str, str], at: Path, given: str = "") -> CliResult:
        """Run `board <words>` with these settings and no others, in the folder `at`, with `given` on standard input."""
        told, answers = self._process.stdin, self._process.stdout
        assert told
        assert answers
        with self._one, tempfile.TemporaryDirectory() as folder:
            Path(folder, "in").write_text(given)
            print(json.dumps([folder, words, {"PATH": os.environ["PATH"]} | settings, str(at)]), file=told, flush=True)
            if not select.select([answers], [], [], STARTS_WITHIN_S)[0]:
                os.killpg(self._process.pid, signal.SIGKILL)  # the call too
                raise TimeoutError(words)
            return CliResult(int(answers.readline()), Path(folder, "out").read_text(), Path(folder, "err").read_text())

    def end(self) -> None:
        with self._process:
            if self._process.stdin:
                self._process.stdin.close()


@functools.cache
def cli_fork_server(first: str = "") -> CliForkServer:
    """Return the fork server of this test run."""
    made = CliForkServer(first)
    atexit.register(made.end)
    return made
