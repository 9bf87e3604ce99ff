"""The servers that the tests stand on: real ones, never root's, gone with whoever started them, and missed in a sentence."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from board.bootstrap import ROOT
from board.dev import CannotStart, Postgres, Redis, find_postgres, find_redis, server_binaries
from board.dev.unprivileged_user import OsUser, unprivileged
from tests.support.worker_processes import is_running, wait_until


@pytest.fixture(params=find_postgres(), ids=lambda programs: f"PostgreSQL {server_binaries.postgres_version(programs)}")
def server(request: pytest.FixtureRequest, server_dir: Path) -> Iterator[Postgres]:
    """Each PostgreSQL that this machine has."""
    server = Postgres(server_dir / f"own-{server_binaries.postgres_version(request.param)}", binaries=request.param, fsync=False)
    server.start()
    yield server
    server.kill()


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_committed_data_outlives_a_kill_and_the_port_stays(server: Postgres) -> None:
    url, port = server.create("kept"), server.port
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE seen AS SELECT 7 AS number")
    family = [server.pid, *children(server.pid)]
    assert len(family) > 3
    server.kill()
    assert not any(map(is_running, family))
    server.start()
    assert (server.url("kept"), server.port) == (url, port)
    with psycopg.connect(server.create("copied", template="kept")) as connection:
        assert connection.execute("SELECT number FROM seen").fetchone() == (7,)
    server.drop("copied")


def test_it_never_runs_as_root_nor_for_strangers(server: Postgres) -> None:
    account = unprivileged()
    assert account.uid != 0
    assert Path(f"/proc/{server.pid}").stat().st_uid == account.uid
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://board:guess@127.0.0.1:{server.port}/postgres")
    with psycopg.connect(server.create("plain")) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
    server.drop("plain")


def test_a_port_that_is_taken_is_said(server_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for server in (Postgres(server_dir / "taken", port, fsync=False), Redis(server_dir / "taken-redis", port)):
            with pytest.raises(CannotStart, match=rf"port {port}: it is taken"):
                server.start()
            assert not server.alive


async def test_both_end_with_the_program_that_started_them(server_dir: Path) -> None:
    told = f"""
import os, pathlib, signal
from board.dev import Postgres, Redis
folder = pathlib.Path({str(server_dir)!r})
pair = Postgres(folder / "orphan", fsync=False), Redis(folder / "orphan-redis")
for server in pair:
    server.start()
print(*(server.pid for server in pair), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", told], check=False, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2
    await wait_until(lambda: not any(map(is_running, pids)))


def test_a_server_that_is_missing_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_binaries, "_packaged", lambda package, pattern: None)
    monkeypatch.setattr(server_binaries, "SYSTEM_POSTGRES", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CannotStart, match=r"PostgreSQL 15 or newer is needed.*apt install postgresql"):
        find_postgres()
    with pytest.raises(CannotStart, match=r"Redis 7 or newer is needed.*apt install"):
        find_redis()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
def test_a_folder_that_the_account_can_not_reach_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not unprivileged().can_pass(tmp_path)
    assert OsUser(0, 0).can_pass(tmp_path)
    with pytest.raises(CannotStart, match="does not run as root"):
        Postgres(tmp_path / "postgres").start()
