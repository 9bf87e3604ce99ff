"""Command `board check`: a line for each thing that an installation needs, and exit 1 where one is wrong."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from redis import Redis as Client
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.accounts import accounts, live_changes
from board.config.settings import Settings
from board.dev import Redis
from board.maintenance import checks
from board.maintenance.backup import note_backup
from board.maintenance.checks import State, pdf, proxy, redis, tables
from board.maintenance.checks.run import CHECKS
from board.maintenance.database import by_command_line
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.erasure import DONE, Erasure
from models.times import format_utc, now
from tests.ops.test_command_line import Run, run
from tests.support import readme_blocks
from tests.support.backends import Backend
from tests.support.forked_decoders import decoders_by_fork
from tests.support.people import PASSWORD, PATIENCE_S, running_server, settings_for

__all__ = ["run"]  # a fixture

AGO = timedelta(days=3)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A small one, which the settings of this process name."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/board.db")
    made = Database(f"sqlite:///{tmp_path}/board.db")
    migrate(made)
    with decoders_by_fork():  # each check makes a PDF
        yield made


def found() -> dict[str, checks.Finding]:
    return {each.name: each for each in checks.run()}


def test_a_line_for_each_and_exit_0_where_nothing_is_wrong(
    installation: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks.run.__globals__["installation"], "check", lambda: (State.OK, "It is."))  # of these tests
    code, out, fault = run("check")
    assert (code, fault) == (0, "")
    names = ["installed", "settings", *CHECKS]
    lines = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [line.split()[1] for line in lines] == names
    assert {line.split()[0] for line in lines} <= set(State)
    told = json.loads(run("check", "--json")[1])
    assert [each["name"] for each in told] == names
    assert all(set(each) == {"name", "state", "says"} | ({"tables"} if each["name"] == "tables" else set()) for each in told)


def test_exit_1_where_something_is_wrong(installation: Database, run: Run, tmp_path: Path) -> None:
    code, out, fault = run("check", DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert (code, fault) == (1, "")
    (line,) = [line for line in out.splitlines() if line.split()[1] == "database"]
    assert line.startswith("wrong")
    assert "does not exist. Create it" in line
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"WORKERS": "many"}, "WORKERS"),
        ({"LOG_LEVEL": "BANANA"}, "LOG_LEVEL"),
        ({"WORKERS": "2"}, "REDIS_URL"),
        ({"PUBLIC_URL": "board.example"}, "PUBLIC_URL"),
    ],
)
def test_settings_that_can_not_be_are_wrong_and_nothing_else_is_looked_at(
    installation: Database, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], words: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    told = found()
    assert told["settings"].state == State.WRONG
    assert words in told["settings"].says
    assert {told[name].state for name in CHECKS} == {State.SKIPPED}


def test_unknown_setting_is_reported(installation: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert found()["settings"].state == State.OK
    monkeypatch.setenv("PUBLIC_URI", "https://board.example")
    told = found()["settings"]
    assert (told.state, "PUBLIC_URI" in told.says, "did you mean PUBLIC_URL?" in told.says) == (State.WARNING, True, True)
    (tmp_path / ".env").write_text("COLOUR=blue\n")
    told = found()["settings"]
    assert (told.state, told.says) == (State.WRONG, ".env, line 1: the board has no setting COLOUR.")


def test_world_readable_settings_and_untrusted_proxies_are_reported(
    installation: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (file := tmp_path / ".env").write_text("SECRET_KEY=a-text-of-more-than-sixteen\n")
    file.chmod(0o644)
    assert "chmod 600" in found()["settings"].says
    file.chmod(0o600)
    assert found()["settings"].state == State.OK
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert "trusts every client" in found()["settings"].says


# -- database and Redis -----------------------------------------------------------------------------------------------------


def test_tables_of_another_version_are_reported_and_unchanged(installation: Database) -> None:
    installation.write_now(lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num = '0003'")))
    told = found()["database"]
    assert (told.state, "`board upgrade`" in told.says) == (State.WRONG, True)
    assert (
        installation.read_now(lambda s: s.connection().execute(text("SELECT version_num FROM alembic_version")).scalar())
        == "0003"
    )


@pytest.mark.both_backends
def test_healthy_database_is_reported_with_its_kind(
    backend: Backend, installation: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other := tmp_path / "other").mkdir()
    with backend.settled(other) as settings:
        url = settings.get("database_url", f"sqlite:///{tmp_path}/board.db")
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("SECRET_KEY", "a-text-of-more-than-sixteen")
        made = Database(url)
        migrate(made)
        told = found()
        kind = "PostgreSQL" if made.kind == "postgresql" else "SQLite"
        assert (told["database"].state, told["database"].says.split()[0]) == (State.OK, kind)
        assert (told["clock"].state, "database server" in told["clock"].says) == (State.OK, kind == "PostgreSQL")
        asyncio.run(made.close())


def test_redis_is_asked_for_all_that_the_user_of_the_how_to_may(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    (line,) = [line for line in readme_blocks.document("how-to/install").splitlines() if line.startswith("user board on >")]
    words = line.replace(">$REDIS_PASSWORD", ">secret").split()[1:]
    with Client.from_url(redis_url) as admin:
        admin.execute_command("ACL", "SETUSER", *words)
        admin.execute_command("ACL", "SETUSER", "deaf", *words[1:], "-subscribe")
    host = redis_url.rpartition("@")[2]

    def look(user: str) -> tuple[State, str]:
        return checks_redis(settings_for(tmp_path, redis_url=f"redis://{user}:secret@{host}"))

    assert look("board")[0] == State.OK
    assert "refuses this user" in look("deaf")[1]
    assert "refuses this user" in look("nobody")[1]
    assert (look("deaf")[0], look("nobody")[0]) == (State.WRONG, State.WRONG)
    assert checks_redis(settings_for(tmp_path, redis_url="redis://127.0.0.1:1"))[0] == State.WRONG
    assert checks_redis(settings_for(tmp_path))[0] == State.SKIPPED


checks_redis = redis.check  # its name is that of a fixture


# -- the address --------------------------------------------------------------------------------------------------------------


async def look_at(url: str, public_url: str | None, **more: Any) -> tuple[State, str]:
    settings = Settings(_env_file=None, port=int(url.rpartition(":")[2]), public_url=public_url, **more)
    return await asyncio.to_thread(proxy.check, settings)


async def test_an_address_by_which_pages_and_sockets_come_is_well(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        assert (await look_at(server.url, server.url))[0] == State.OK


async def test_a_server_that_takes_another_address_for_its_own_is_wrong(tmp_path: Path) -> None:
    async with running_server(tmp_path, public_url="https://board.example") as server:
        state, says = await look_at(server.url, server.url)
        assert (state, "takes https://board.example for its own" in says, server.url in says) == (State.WRONG, True, True)


async def test_requests_refused_by_origin_suggest_that_public_url_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_server(tmp_path) as server:
        await live_changes.add_account(server.service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
        async with httpx.AsyncClient(base_url=server.url) as http:
            form = {"email": "alice@desk.example", "password": PASSWORD}
            assert (await http.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 303
            said = {"Origin": server.url.replace("http:", "https:"), "Cookie": f"board_session={http.cookies['board_session']}"}
        with pytest.raises(InvalidStatus, match="403"):
            await connect(server.ws, additional_headers=said)
        state, says = await look_at(server.url, None)
        assert (state, "browsers come by https" in says, server.url in says) == (State.WRONG, True, True)
        monkeypatch.setattr(proxy, "_refused", lambda own: False)
        assert (await look_at(server.url, None))[0] == State.OK
        assert (await look_at(server.url, None, host="0.0.0.0"))[0] == State.OK
    assert (await look_at(server.url, None, host="192.0.2.1"))[0] == State.WARNING


@pytest.mark.parametrize(
    ("health", "socket", "state", "words"),
    [(200, 404, State.WRONG, "forward Upgrade"), (502, 401, State.SKIPPED, "answers 502"), (200, 401, State.OK, "work through")],
)
async def test_proxy_without_sockets_or_without_a_server_is_reported(health: int, socket: int, state: State, words: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        status, page = {b"/healthz": (health, b""), b"/ws": (socket, b"")}.get(
            path, (200, b'<body data-origin="%s">' % url.encode())
        )
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s" % (status, len(page), page))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as standing:
        url = f"http://127.0.0.1:{standing.sockets[0].getsockname()[1]}"
        told = await look_at("http://127.0.0.1:1", url)
        assert (told[0], words in told[1]) == (state, True)


async def test_address_that_redirects_to_another_is_wrong_and_both_are_named() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 301 x\r\nLocation: https://www.board.example/healthz\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as standing:
        url = f"http://127.0.0.1:{standing.sockets[0].getsockname()[1]}"
        state, says = await look_at("http://127.0.0.1:1", url)
    assert (state, url in says, "https://www.board.example:" in says) == (State.WRONG, True, True)


async def test_unreachable_address_is_wrong_only_while_the_server_runs(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        assert (await look_at(server.url, "http://127.0.0.1:1"))[0] == State.WRONG
    assert (await look_at("http://127.0.0.1:2", "http://127.0.0.1:1"))[0] == State.SKIPPED


# -- PDF, backup, clock -------------------------------------------------------------------------------------------------------


def test_pdf_is_made_or_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pdf.check(settings_for(tmp_path)) == (State.OK, "A test PDF was made.")
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    state, says = pdf.check(settings_for(tmp_path))
    assert (state, "python3 -m board install paper" in says) == (State.WARNING, True)


def test_age_of_the_last_backup_is_reported(installation: Database, run: Run, tmp_path: Path) -> None:
    assert found()["backup"].state == State.WARNING  # nothing is in it yet
    add = accounts.prepare_account("alice@desk.example", "Alice", "coordinator", PASSWORD, format_utc(now() - AGO))
    installation.write_now(add)
    assert found()["backup"].state == State.WRONG
    assert run("backup", f"{tmp_path}/backup.db")[0] == 0
    assert found()["backup"].state == State.OK
    installation.write_now(by_command_line(lambda session: note_backup(session, format_utc(now() - AGO), None)))
    told = found()["backup"]
    assert (told.state, "3 days ago" in told.says or "72 h ago" in told.says) == (State.WRONG, True)
    assert run("backup", "--note") == (0, "", "")
    assert found()["backup"].state == State.OK
    for words in (("backup",), ("backup", f"{tmp_path}/other.db", "--note")):
        assert run(*words)[0] == 2


def test_a_backup_that_can_not_be_made_is_not_noted(installation: Database, run: Run, tmp_path: Path) -> None:
    assert run("backup", f"{tmp_path}/no/such/folder")[0] == 1
    assert found()["backup"].state == State.WARNING


def test_a_clock_that_is_behind_what_is_on_record_is_wrong(installation: Database) -> None:
    assert found()["clock"].state == State.OK
    later = format_utc(now() + timedelta(minutes=5))
    made = text(
        "INSERT INTO board (id, kind, epoch, seq, at, last_type, head, cards, entities) VALUES ('x','x','x',1,:at,'','',0,0)"
    )
    installation.write_now(lambda session: session.connection().execute(made, {"at": later}))
    told = found()["clock"]
    assert (told.state, later in told.says) == (State.WRONG, True)


def test_searches_without_facts_for_the_figures_are_reported(installation: Database) -> None:
    assert found()["figures"].state == State.OK
    made = text(
        "INSERT INTO board (id, kind, epoch, seq, at, last_type, head, cards, entities) VALUES ('x','search','x',1,:at,'','',0,0)"
    )
    installation.write_now(lambda session: session.connection().execute(made, {"at": format_utc(now())}))
    told = found()["figures"]
    assert (told.state, "figures: 1." in told.says) == (State.WARNING, True)


def test_erasures_that_do_not_end_are_wrong(installation: Database) -> None:
    long_ago, lately = format_utc(now() - timedelta(hours=2)), format_utc(now())

    def row(id: str, **values: Any) -> Erasure:
        return Erasure(id=id, board="x", reason="asked", asked_by="a", asked_at=long_ago, counts={}, **values)

    fine = row("1"), row("2", agreed_at=lately, step="rows"), row("3", agreed_at=long_ago, step=DONE, ended_at=lately)
    installation.write_now(lambda session: session.add_all(fine))
    assert found()["erasures"].state == State.OK
    installation.write_now(lambda session: session.add(row("4", agreed_at=long_ago, step="space")))
    told = found()["erasures"]
    assert (told.state, "an hour: 1." in told.says) == (State.WRONG, True)


@pytest.mark.both_backends
async def test_each_table_has_its_rows_and_bytes(tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    with backend.settled(tmp_path) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), value)
        async with running_server(tmp_path, **settings) as server:
            await live_changes.add_account(server.service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
            found = await asyncio.to_thread(tables.check, server.service.settings)
    state, says, sizes = found
    rows, used = {each.name: each.rows for each in sizes}, {each.name: each.bytes for each in sizes}
    assert state is State.OK
    assert (rows["account"], rows["board"], rows["sighting"]) == (1, 2, 0)
    assert set(rows) == set(metadata.tables), "none is left out"
    assert all(each is not None and each > 0 for each in used.values()), used
    assert f"{rows['event']} events" in says
    assert list(used.values()) == sorted((each or 0 for each in used.values()), reverse=True)


def test_a_body_that_stalls_does_not_hold_up_a_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                line.recv(1)  # until the check leaves

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert proxy._status(f"http://127.0.0.1:{listening.getsockname()[1]}", "/healthz") == 200
        thread.join(PATIENCE_S)
