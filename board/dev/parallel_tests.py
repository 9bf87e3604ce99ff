"""Pytest plugin that runs files in several processes at a time: `--abreast 4`. The processes are forked after the collection, so
that the program and the tests are imported once. Each runs files, in the order of the collection, until none is left."""

import atexit
import contextlib
import os
import signal
import sys
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing.connection import Connection, Pipe, wait
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

Group = list[int]  # places of the tests of a file among those collected
AT_END: list[Callable[[int], object]] = []  # called with the number of each process, in it, when it has run its tests
KILLED_AFTER_S = 30.0  # from an interrupt until a process that has not ended is killed


@dataclass(eq=False)
class Worker:
    """Process that runs tests, as the one that forked it sees it. `given`: tests that it has not finished."""

    number: int
    pid: int
    pipe: Connection
    given: Group = field(default_factory=list)

    def give(self, group: Group | None) -> None:
        """Give the worker the next file; None: there is none."""
        self.given += group or []
        with contextlib.suppress(OSError):  # it has died, which the next read shows
            self.pipe.send(group)


class Controller:
    """Process that forks the workers, gives them files, and reports their results as its own."""

    def __init__(self, session: pytest.Session, count: int) -> None:
        self._session, self._config, self._count = session, session.config, count
        files = groupby(range(len(session.items)), lambda place: session.items[place].path)
        self._files = deque[Group](list(places) for _, places in files)
        self._workers: list[Worker] = []

    def run(self) -> None:
        """Run all tests. Raises Failed or Interrupted if the session is to stop before the end."""
        try:
            for number in range(min(self._count, len(self._files))):
                self._fork(number)
            while self._workers:
                for pipe in wait([worker.pipe for worker in self._workers]):
                    self._receive(next(worker for worker in self._workers if worker.pipe is pipe))
                    self._stop_if_asked()
        finally:
            self._end_all()

    def _fork(self, number: int) -> None:
        own_end, worker_end = Pipe()
        sys.stdout.flush()  # otherwise the worker writes it too
        if (pid := os.fork()) == 0:
            own_end.close()
            for worker in self._workers:
                worker.pipe.close()
            WorkerProcess(self._session, number, worker_end).run()
        worker_end.close()
        self._workers.append(Worker(number, pid, own_end))

    def _receive(self, worker: Worker) -> None:
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._on_end(worker)
            return
        if kind == "next":
            worker.give(self._files.popleft() if self._files else None)
        elif kind == "finished":
            worker.given.remove(content)
        else:
            report = self._config.hook.pytest_report_from_serializable(config=self._config, data=content)
            report.node = SimpleNamespace(gateway=SimpleNamespace(id=worker.number), _workerinfocache="")  # for the terminal
            self._config.hook.pytest_runtest_logreport(report=report)

    def _on_end(self, worker: Worker) -> None:
        """Report the test at which a worker died as failed, and replace the worker."""
        self._workers.remove(worker)
        status = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        if not worker.given:
            return
        item = self._session.items[worker.given[0]]
        text = f"process {worker.number} ended with {status} in this test"
        report: Any = pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "???")  # type: ignore[arg-type]
        self._config.hook.pytest_runtest_logreport(report=report)
        if rest := worker.given[1:]:
            self._files.appendleft(rest)
        self._fork(worker.number)

    def _stop_if_asked(self) -> None:
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            raise self._session.Interrupted(self._session.shouldstop)

    def _end_all(self) -> None:
        """End the workers that still run, as an interrupt does: they tear down what they have set up."""
        for worker in self._workers:
            os.kill(worker.pid, signal.SIGINT)
        for worker in self._workers:
            while worker.pipe.poll(KILLED_AFTER_S):
                try:
                    worker.pipe.recv()
                except (EOFError, OSError):
                    break
            else:
                os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)


class WorkerProcess:
    """Process that runs tests and sends their reports."""

    def __init__(self, session: pytest.Session, number: int, pipe: Connection) -> None:
        self._session, self._config, self._number, self._pipe = session, session.config, number, pipe

    def run(self) -> NoReturn:
        """Run files until none is left, then end this process."""
        status = 1
        try:
            self._separate()
            self._run_files()
            for call in AT_END:
                call(self._number)
            status = 0
        except (KeyboardInterrupt, pytest.exit.Exception):
            self._session._setupstate.teardown_exact(None)
        except (BrokenPipeError, EOFError):  # the controller has died
            pass
        finally:
            atexit._run_exitfuncs()
            os._exit(status)

    def _separate(self) -> None:
        """Leave to the controller its exit functions, its terminal, its captured output and its temporary folder."""
        atexit._clear()
        weakref.finalize._registry.clear()  # type: ignore[attr-defined]
        atexit.register(weakref.finalize._exitfunc)  # type: ignore[attr-defined]
        capture: Any = self._config.pluginmanager.get_plugin("capturemanager")
        capture.stop_global_capturing()
        capture.start_global_capturing()
        folders = self._config._tmp_path_factory  # type: ignore[attr-defined]
        folders._basetemp = folders.getbasetemp() / f"process-{self._number}"
        folders._basetemp.mkdir(exist_ok=True)
        self._config.get_terminal_writer()._file = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  - as long as it runs
        self._config.pluginmanager.register(self, "parallel-worker")

    def _run_files(self) -> None:
        self._send("next", None)
        group = self._pipe.recv()
        while group:
            following: Group | None = None
            for at, place in enumerate(group):
                if at + 1 == len(group):  # a test ends only the fixtures that the next one does not share
                    self._send("next", None)
                    following = self._pipe.recv()
                self._run_test(place, group[at + 1] if at + 1 < len(group) else following[0] if following else None)
            group = following

    def _run_test(self, place: int, next_place: int | None) -> None:
        items = self._session.items
        next_item = None if next_place is None else items[next_place]
        self._config.hook.pytest_runtest_protocol(item=items[place], nextitem=next_item)
        self._send("finished", place)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._send("report", self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def _send(self, kind: str, content: object) -> None:
        self._pipe.send((kind, content))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--abreast", type=int, default=0, metavar="N", help="run so many test files at a time; 0: in this process")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    count = session.config.getoption("--abreast")
    if not count or session.config.option.collectonly or session.testsfailed:
        return None
    session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    Controller(session, count).run()
    return True
