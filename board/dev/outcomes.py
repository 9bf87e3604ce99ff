"""Pytest plugin that records the outcome of each test, for the second try. Without `--outcomes FILE` it does nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest


@dataclass
class Outcomes:
    """Node ids of tests by outcome. `complete`: every collected test has an outcome, and nothing else failed."""

    complete: bool = False
    errors: int = 0  # outside of tests: files that can't be collected, internal errors of pytest
    passed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # text of the first failure, also of a fixture, by node id
    places: list[str] = field(default_factory=list)  # files and tests named on the command line

    @staticmethod
    def read(file: Path) -> "Outcomes":
        """Read the outcomes of a run; empty and not complete if the run wrote no file."""
        return Outcomes(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Outcomes()


class Recorder:
    """Collector of reports, in the process that receives them all: the only process, or the controller of the workers."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._collected: set[str] = set()
        self._ended: set[str] = set()
        self._skipped: set[str] = set()
        self._failed: dict[str, str] = {}
        self._errors = 0

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._errors += report.failed

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected |= {item.nodeid for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._collected |= set(ids)

    def pytest_internalerror(self) -> None:
        self._errors += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when not in ("setup", "call"):  # "???" is the report of a worker that died in this test
            self._ended.add(report.nodeid)
        if report.skipped:
            self._skipped.add(report.nodeid)
        if report.failed:
            self._failed.setdefault(report.nodeid, report.longreprtext)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        stopped = bool(session.shouldfail or session.shouldstop)  # for example by `-x`
        left = self._skipped | set(self._failed)
        outcomes = Outcomes(
            complete=not self._errors and not stopped and self._collected == self._ended,
            errors=self._errors,
            passed=sorted(self._ended - left),
            skipped=sorted(self._skipped - set(self._failed)),
            failed=self._failed,
            places=session.config.args if session.config.args_source is pytest.Config.ArgsSource.ARGS else [],
        )
        self._file.write_text(json.dumps(asdict(outcomes)), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", metavar="FILE", help="write how each test ended to this file, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--outcomes")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(file)))
