"""Progress of long work: in logs and pipes, with an estimate; and systemd is asked for more time."""

import socket
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from board.command_line.output import ProgressPrinter
from board.telemetry import migration_log
from board.telemetry.migration_log import MigrationLog, extend_timeout
from board.telemetry.row_progress import RowProgress, duration
from models.db.migration_plan import MigrationPlan


class Clock:
    """Clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_estimate_follows_the_rate_since_the_first_report(clock: Clock) -> None:
    rows = RowProgress(clock)
    rows.update(500, 2_000)
    assert rows.sentence("moved") == "moved 500 of 2,000 rows (25 %)"
    clock.at += 10
    rows.update(1_000, 2_000)
    assert rows.sentence("moved") == "moved 1,000 of 2,000 rows (50 %), about 20 s left"
    assert rows.fields == {"done": 1_000, "total": 2_000, "percent": 50, "remaining_s": 20}
    rows.update(2_000, 2_000)
    assert rows.sentence("moved") == "moved 2,000 of 2,000 rows (100 %), about 1 s left"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 s"), (59, "59 s"), (61, "2 min"), (3_600, "60 min"), (7_100, "119 min"), (7_300, "3 h")]
)
def test_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_pipe_gets_a_line_every_ten_seconds(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = ProgressPrinter(clock)
    for second in range(36):
        progress(f"moved {second}")
        clock.at += 1
    progress("")
    progress("another")
    assert capsys.readouterr().err.splitlines() == ["moved 10", "moved 20", "moved 30"]


def test_log_has_the_plan_the_rows_every_ten_seconds_and_the_end(clock: Clock) -> None:
    log = MigrationLog(clock)
    with capture_logs() as logged, log.running():
        log.announce(MigrationPlan("0047", "0048", 1_000_000, 400_000_000, 9_000_000_000))
        for done in range(0, 1_000_001, 50_000):
            log.progress(done, 1_000_000)
            clock.at += 1
    assert [line["event"] for line in logged] == ["migrating database", *["migrating rows"] * 3, "database migrated"]
    plan, first, second, last, end = logged
    assert (plan["rows"], plan["estimate_s"], plan["needed_mb"], plan["free_mb"]) == (1_000_000, 105, 432, 9_000)
    assert [line["percent"] for line in (first, second, last)] == [0, 50, 100]
    assert second["remaining_s"] == 10
    assert (end["tables"], end["seconds"]) == ("0048", 21)


def test_current_database_is_not_mentioned(clock: Clock) -> None:
    with capture_logs() as logged, MigrationLog(clock).running():
        pass
    assert logged == []


def test_systemd_is_asked_for_more_time_while_a_migration_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_log, "NOTIFY_INTERVAL_S", 0.001)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"{tmp_path}/notify")
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{tmp_path}/notify")
        with MigrationLog().running():
            assert {systemd.recv(99) for _ in range(3)} == {b"EXTEND_TIMEOUT_USEC=60000000"}
    assert not [thread for thread in threading.enumerate() if thread.name == "extend"]


def test_nothing_is_sent_without_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    extend_timeout(60)
