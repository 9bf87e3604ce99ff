"""Command `board check` where hosts can't be looked up, and where files with secrets are readable by others."""

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from board.config import secret_file
from board.config.secret_file import is_exposed
from board.config.settings import Settings
from board.maintenance import checks
from board.maintenance.checks import State, hosts
from board.maintenance.checks import settings as of_settings
from board.maintenance.checks.run import UNAVAILABLE
from models.db.database import Database
from tests.ops.test_check_command import found, installation

__all__ = ["installation"]  # a fixture

SECRET = "a-text-of-more-than-sixteen"
EVERYWHERE = {
    "database_url": "postgresql://searchboard@db.example/searchboard", "redis_url": "redis://redis.example:6379/0",
    "public_url": "https://board.example", "smtp_url": "smtps://mail.example", "mail_from": "board@board.example",
    "webhook_url": "https://one.example/hook https://two.example/hook", "webhook_secret": f"whsec_{'MTIz' * 8}",
    "aws_endpoint_url": "https://s3.example", "secret_key": SECRET,
}  # fmt: skip


def settings(**more: Any) -> Settings:
    return Settings(_env_file=None, **EVERYWHERE | more)


def refuse(host: str) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


def test_every_host_of_the_settings_is_looked_up() -> None:
    told = hosts.problems(settings(), refuse)
    assert set(told) == {"database", "redis", "address", "email", "webhook", "files"}
    assert told["redis"].startswith("The host redis.example of REDIS_URL can't be looked up.")
    assert hosts.problems(settings(), lambda host: None) == {}


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///board.db",
        "postgresql:///searchboard",
        "postgresql:///searchboard?host=/run/postgresql",
        "postgresql://a:b@c@d/e",
    ],
)
def test_database_without_a_host_is_not_looked_up(url: str) -> None:
    assert "database" not in hosts.problems(settings(database_url=url), refuse)


def test_hosts_are_looked_up_at_the_same_time() -> None:
    together = threading.Barrier(len({host.name for host in hosts.named(settings())}))
    assert hosts.problems(settings(), lambda host: together.wait(10)) == {}


def test_host_whose_name_server_is_silent_is_reported_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "LIMIT_S", 0.05)
    never = threading.Event()
    told = hosts.problems(settings(), lambda host: never.wait() if host == "redis.example" else None)
    never.set()
    assert told["redis"].startswith("The host redis.example of REDIS_URL was not looked up within 0 s.")


def test_checks_of_an_unknown_host_are_not_tried(installation: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in EVERYWHERE.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: refuse(""))
    told = found()
    assert {told[name].state for name in ("database", "redis", "address", "email", "webhook")} == {State.WRONG}
    assert all("can't be looked up" in told[name].says for name in ("database", "redis", "address", "email", "webhook"))
    need_it = ("tables", "files", "quota", "outbox", "backup", "clock", "figures", "erasures")
    assert {told[name].state for name in need_it} == {State.SKIPPED}
    assert [name for name, each in told.items() if UNAVAILABLE in each.says] == []  # none tries a database that is not there


@pytest.mark.slow
def test_check_answers_within_five_seconds_where_no_name_server_answers(
    installation: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in EVERYWHERE.items():
        monkeypatch.setenv(name.upper(), value)
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())
    started = time.monotonic()
    told = checks.run()
    never.set()
    assert time.monotonic() - started < 5
    assert sum(each.state is State.WRONG for each in told) >= 5


# -- files with secrets -----------------------------------------------------------------------------------------------------

OURS, ROOT, OTHER = 990, 0, 1_000  # user and group of the service, of root, and of others


@pytest.mark.parametrize(
    ("mode", "owner", "group", "caller", "exposed"),
    [
        (0o600, OURS, OURS, OURS, False),
        (0o640, ROOT, OURS, OURS, False),  # as the how-to sets it
        (0o640, ROOT, OURS, ROOT, False),
        (0o440, ROOT, OURS, OURS, False),
        (0o640, OTHER, OURS, OURS, True),  # of an account that is not the service's
        (0o640, OURS, OURS, OURS, True),
        (0o640, ROOT, OTHER, OURS, True),  # a group that the service is not in
        (0o660, ROOT, OURS, OURS, True),  # the service could change it
        (0o644, ROOT, OURS, OURS, True),
        (0o604, ROOT, OURS, OURS, True),
        (0o642, ROOT, OURS, ROOT, True),
    ],
)
def test_group_of_the_service_may_read_what_root_owns(
    monkeypatch: pytest.MonkeyPatch, mode: int, owner: int, group: int, caller: int, exposed: bool
) -> None:
    class File:
        def stat(self) -> Any:
            return os.stat_result((mode, 0, 0, 1, owner, group, 0, 0, 0, 0))

    for name, value in (("geteuid", caller), ("getegid", caller), ("getgroups", [])):
        monkeypatch.setattr(secret_file.os, name, lambda value=value: value)  # type: ignore[attr-defined]
    assert is_exposed(File()) is exposed  # type: ignore[arg-type]


def test_key_file_that_others_can_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/board.db", secret_key=None)
    chosen.secret()
    assert of_settings.check(chosen)[0] is State.OK
    (tmp_path / "board.db.key").chmod(0o644)
    assert "board.db.key: chmod 600" in of_settings.check(chosen)[1]
