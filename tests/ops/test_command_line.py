"""Command line (`python -m board …`) beside a running server: what each call does, prints and refuses, in one sentence."""

import asyncio
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect

from board.accounts import accounts
from board.command_line import cli
from board.config import env_file
from board.engine.rights_version import bump_rights_version
from board.telemetry import logs
from models.db import schema, sqlite
from models.db.database import Database
from tests.support.cli_fork_server import cli_fork_server
from tests.support.journal_sql import BOARD
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S, new_id
from tests.support.team import Team

ROOT = Path(__file__).parents[2]
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass
class Shell:
    """Caller of `board` with settings of its own."""

    settings: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str, given: str = "", **settings: str) -> tuple[int, str, str]:
        """Return (exit code, standard output, standard error)."""
        done = await asyncio.to_thread(cli_fork_server().call, [*words], self._environment(settings), ROOT, given)
        return done.code, done.out, done.err

    async def start(self, *words: str, **settings: str) -> asyncio.subprocess.Process:
        """A call by a Python of its own."""
        kept = {"BOARD_PREPARED": str(ROOT)}  # these tests do not cover installation at the first start
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "board", *words, cwd=ROOT, env=kept | self._environment(settings),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
        return kept | self.settings | more

    async def works(self, *words: str, given: str = "") -> str:
        code, out, fault = await self(*words, given=given)
        assert (code, fault) == (0, ""), (words, out, fault)
        return out

    async def refuses(self, *words: str, given: str = "", **settings: str) -> str:
        """The one sentence with which a call fails."""
        code, out, fault = await self(*words, given=given, **settings)
        assert code != 0, out
        assert out == ""
        assert re.fullmatch(SENTENCE, fault), fault
        return fault


STAMP = r"\d{4}-\d\d-\d\dT[\d:.]+Z"
SENTENCE = r"[A-Z][^\n]*\.\n"
Refuse = Callable[..., str]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Function that runs a call in this process, which is quicker to start: `run("serve", PORT="x")` gives exit code and
    output."""
    monkeypatch.setattr(logs, "set_up", lambda level: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(env_file.CHOSEN, raising=False)

    def call(*words: str, given: str = "", **settings: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["board", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        for name, value in ({"DATABASE_URL": f"sqlite:///{tmp_path}/board.db"} | settings).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.fixture
def refuse(run: Run) -> Refuse:
    """The one sentence with which a call fails."""

    def call(*words: str, given: str = "", **settings: str) -> str:
        code, out, fault = run(*words, given=given, **settings)
        assert code != 0
        assert out == ""
        assert re.fullmatch(SENTENCE, fault), fault
        return fault

    return call


@pytest.fixture
async def board(team: Team) -> Shell:
    """Shell beside the team's server, on its database."""
    return Shell({"DATABASE_URL": team.server.service.settings.database_url})


@pytest.fixture
async def elsewhere(tmp_path: Path) -> Shell:
    return Shell({"DATABASE_URL": f"sqlite:///{tmp_path}/board.db"})


def address() -> str:
    return f"kim-{new_id()}@desk.example"


async def signs_in(team: Team, email: str, password: str) -> bool:
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        return (await http.post("/login", data={"email": email, "password": password})).status_code == 303


async def test_account_commands_add_list_disable_enable_and_change(team: Team, board: Shell) -> None:
    email, first, second = address(), "correct horse 1", "correct horse 2"
    out = await board.works(
        "account", "add", email, "--name", "Kim Ö", "--role", "viewer", "--password-stdin", given=f"{first}\n"
    )  # fmt: skip
    assert re.fullmatch(rf"{UUID}\n", out)
    listed = {each["id"]: each for each in (await team.alice.http.get("/api/v1/accounts")).json()["accounts"]}
    told = {"id": out.strip(), "name": "Kim Ö", "role": "viewer", "enabled": True, "machine": False}
    assert listed[out.strip()] == told
    assert await signs_in(team, email, first)
    assert await board.works("account", "set-role", email, "coordinator") == ""
    (line,) = [line for line in (await board.works("account", "list")).splitlines() if email in line]
    assert "coordinator" in line
    assert "Kim Ö" in line
    assert await board.works("account", "disable", email) == ""
    assert not await signs_in(team, email, first)
    assert "disabled" in next(line for line in (await board.works("account", "list")).splitlines() if email in line)
    assert await board.works("account", "enable", email) == ""
    assert await signs_in(team, email, first)
    for scope in ("read", "intake"):
        code, _, advice = await board("token", "add", f"{email} {scope}", "--scope", scope, "--account", email)
        assert (code, advice) == (0, f"It works once {email} has signed in and agreed, on the page Your account.\n")
    said = await board.works("account", "set-password", email, "--password-stdin", given=second)
    assert said == "The password is set. All sessions of this account and 2 tokens have ended.\n"
    assert [line.count("revoked") for line in (await board.works("token", "list")).splitlines() if email in line] == [1, 1]
    assert not await signs_in(team, email, first)
    assert await signs_in(team, email, second)


async def test_others_write_while_a_password_is_hashed(
    team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hash_password, other = accounts.hash_password, Database(team.server.service.settings.database_url)  # type: ignore[attr-defined]
    written: list[str] = []

    def hashed(password: str) -> str:
        other.write_now(bump_rights_version)  # raises DatabaseUnavailable if the database is held while hashing
        written.append(password)
        return hash_password(password)

    monkeypatch.setattr(accounts, "hash_password", hashed)
    monkeypatch.setenv("DATABASE_URL", other.url)
    email, first, second = address(), "correct horse 1", "correct horse 2"
    for words, given in (("add", "--name", "Kim", "--role", "viewer"), first), (("set-password",), second):
        monkeypatch.setattr(sys, "argv", ["board", "account", words[0], email, *words[1:], "--password-stdin"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(cli.main)
        assert ended.value.code == 0, capsys.readouterr().err
    assert written == [first, second]
    assert await signs_in(team, email, second)
    await other.close()


def test_invalid_account_data_is_refused_in_a_sentence(refuse: Refuse) -> None:
    email = address()
    more = ("--password-stdin",)
    add = ("account", "add", email, "--name", "Kim", "--role", "viewer")
    refuse(*add, *more, given="short\n")
    assert "too common" in refuse(*add, *more, given="qwertyuiop\n")
    assert "own name" in refuse("account", "add", email, "--name", "Kim Dubois", "--role", "viewer", *more, given="kim dubois\n")
    refuse(*add, *more)
    refuse(*add)
    refuse("account", "add", email, "--name", "Kim", "--role", "king", *more, given="correct horse\n")
    refuse("account", "add", "nobody", "--name", "Kim", "--role", "viewer", *more, given="correct horse\n")
    refuse("account", "add", email, "--name", " ", "--role", "viewer", *more, given="correct horse\n")


def test_missing_object_is_refused_in_a_sentence(refuse: Refuse, run: Run) -> None:
    nobody = address()
    assert run("migrate")[0] == 0
    for words in (
        ("account", "disable", nobody), ("account", "remove-factors", nobody), ("account", "set-role", nobody, "viewer"),
        ("token", "revoke", nobody),
        ("token", "add", "t", "--scope", "read", "--account", nobody), ("verify", "no-such-board"),
        ("search", "members", "no-such-search", "--add", nobody),
    ):  # fmt: skip
        refuse(*words)


READING = (
    ("verify",), ("account", "list"), ("token", "list"), ("displays", "status"), ("displays",),
    ("account", "list", "--json"), ("token", "list", "--json"), ("displays", "status", "--json"), ("displays", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_reading_commands_neither_create_nor_migrate_a_database(refuse: Refuse, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "does not exist. Create it" in refuse(*words)
    assert [*tmp_path.iterdir()] == []
    (file := tmp_path / "board.db").touch()
    assert "has no tables" in refuse(*words)
    assert file.read_bytes() == b""
    schema.migrate(Database(f"sqlite:///{file}"))
    with closing(sqlite.library.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else whoever closes it last writes to the file
    before = file.read_bytes()
    assert "earlier version" in refuse(*words)
    assert file.read_bytes() == before


def test_reading_commands_leave_the_file_as_it_is(tmp_path: Path, run: Run) -> None:
    """A backup, say, which is of another kind than the database of a server."""
    schema.migrate(Database(f"sqlite:///{tmp_path}/made.db"))
    with closing(sqlite.library.connect(tmp_path / "made.db")) as connection:
        connection.execute("VACUUM INTO ?", (f"{tmp_path}/board.db",))
    before = (tmp_path / "board.db").read_bytes()
    for words in READING:
        code, _, fault = run(*words)
        assert (code, fault) == (0, ""), words
    assert (tmp_path / "board.db").read_bytes() == before


def test_writing_commands_create_no_database(refuse: Refuse, tmp_path: Path) -> None:
    for words in (
        ("account", "disable", "a@b.example"), ("token", "revoke", "t"), ("reset-epochs",), ("restored",),
        ("transfer", "--to", f"sqlite:///{tmp_path}/x.db"), ("copy", "--to", f"sqlite:///{tmp_path}/x.db"),
        ("backup", f"{tmp_path}/backup.db"), ("search", "members", "x", "--add", "a@b.example"),
    ):  # fmt: skip
        assert "does not exist. Create it" in refuse(*words), words
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("words", [("displays", "status"), ("fault-test",), ("faults",), ("attack",)], ids=" ".join)
def test_unknown_options_of_commands_are_refused(run: Run, words: tuple[str, ...]) -> None:
    code, out, fault = run(*words, "--no-such-option")
    assert (code, out) == (2, "")  # refused
    assert "--no-such-option" in fault.lower()


def test_lists_can_be_printed_as_json(run: Run) -> None:
    email, given = address(), "correct horse 1\n"
    code, id, _ = run("account", "add", email, "--name", "Kim Ö", "--role", "viewer", "--password-stdin", given=given)
    assert code == 0
    (listed,) = json.loads(run("account", "list", "--json")[1])
    assert listed == {"id": id.strip(), "role": "viewer", "enabled": True, "email": email, "name": "Kim Ö"}
    assert run("token", "add", "t", "--scope", "read", "--account", email, "--days", "1")[0] == 0
    (listed,) = json.loads(run("token", "list", "--json")[1])
    assert (listed["name"], listed["scope"], listed["account"], listed["state"]) == ("t", "read", email, "good")
    assert json.loads(run("displays", "--json")[1]) == []


@pytest.mark.parametrize("help", ["-h", "--help"])
@pytest.mark.parametrize("words", [(), ("account",), ("account", "add"), ("serve",), ("dev", "web")], ids=" ".join)
def test_each_command_says_how_it_is_called(run: Run, words: tuple[str, ...], help: str) -> None:
    code, out, fault = run(*words, help)
    assert (code, fault) == (0, "")
    assert "Usage: " in out


def test_the_version_is_said(run: Run) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    code, out, fault = run("--version")
    assert (code, fault) == (0, "")
    assert re.fullmatch(rf"searchboard {re.escape(version)} \([0-9a-f]{{12}}\)\n", out)


def test_a_shell_completes_commands_roles_and_options(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    for typed, words in (("board ver", {"verify"}), ("board account set-role a@b.example inv", {"investigator"})):
        monkeypatch.setenv("_BOARD_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
        assert set(run()[1].split()) == words
    monkeypatch.delenv("_BOARD_COMPLETE")
    assert "--install-completion" in re.sub(r"\s", "", run("--help")[1])


def test_commands_that_need_a_checkout_are_not_listed_elsewhere(tmp_path: Path) -> None:
    installed = tmp_path / "site"
    shutil.copytree(ROOT / "board", installed / "board", ignore=shutil.ignore_patterns("__pycache__"))
    (installed / "board/_data").mkdir()
    for name in ("static", "templates"):
        (installed / "board/_data" / name).symlink_to(ROOT / name)
    for name in ("models", "realtime"):
        (installed / name).symlink_to(ROOT / name)
    told = "import typer.main; from board.command_line import cli; print(*typer.main.get_group(cli.app).commands)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    said = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert {"serve", "verify", "account"} <= set(said.stdout.split())
    assert not {"install", "test", "bench", "fault-test", "faults", "attack", "dev"} & set(said.stdout.split())


@pytest.mark.parametrize("again", ["correct horse 1", "another horse 1"])
def test_a_terminal_asks_for_a_password_twice_and_shows_it_never(tmp_path: Path, again: str) -> None:
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{tmp_path}/board.db", "BOARD_PREPARED": str(ROOT)}
    words = ("account", "add", "kim@desk.example", "--name", "Kim", "--role", "viewer")
    process = subprocess.Popen(
        [sys.executable, "-m", "board", *words], cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = ""
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        for prompt, typed in (("Password: ", "correct horse 1"), ("Repeat the password: ", again)):
            while prompt not in said:
                said += terminal.read(1_000).decode()
            terminal.write(f"{typed}\n".encode())
        with suppress(OSError):  # the other end is closed
            while read := terminal.read(1_000):
                said += read.decode()
    code = process.wait(STARTS_WITHIN_S)
    assert "horse" not in said
    if again == "correct horse 1":
        assert (code, bool(re.search(UUID, said))) == (0, True)
    else:
        assert (code, "The two passwords differ" in said) == (1, True)
        assert not (tmp_path / "board.db").exists()


def test_a_backup_that_cannot_be_made_is_refused_in_a_sentence(refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "board.db").touch()
    assert "nothing to back up" in refuse("backup", f"{tmp_path}/backup.db")
    assert "already" in refuse("backup", f"{tmp_path}")
    refuse("backup", f"{tmp_path}/no/such/folder")
    refuse("backup", f"{tmp_path}/backup.db", DATABASE_URL=f"sqlite:///{ROOT}/README.md")
    said = refuse("backup", f"{tmp_path}/backup.db", DATABASE_URL="postgresql://kim:hunter2@127.0.0.1:1/board")
    assert "The database server can't be used" in said
    assert "hunter2" not in said
    assert [file.name for file in tmp_path.glob("backup*")] == []


@pytest.mark.parametrize(
    "words",
    [
        ("backup",), ("dance",), ("account", "dance"),
        ("account", "add"), ("account", "set-role", "a@b.example"), ("token", "add", "x"),
        ("serve", "--port", "many"), ("verify", "a", "b"), ("serve", "--dance"),
    ],
)  # fmt: skip
def test_a_call_that_is_typed_wrong_is_refused_in_a_sentence(refuse: Refuse, words: tuple[str, ...]) -> None:
    refuse(*words)


@pytest.mark.slow
async def test_another_process_says_the_same(board: Shell, team: Team) -> None:
    taken = (await team.alice.http.get("/api/v1/me")).json()["email"]
    given = "correct horse\n"
    add = ("account", "add", taken, "--name", "Kim", "--role", "viewer", "--password-stdin")
    sentence = await board.refuses(*add, given=given)
    process = await board.start(*add)
    out, fault = await asyncio.wait_for(process.communicate(given.encode()), STARTS_WITHIN_S)
    assert (process.returncode, out.decode(), fault.decode()) == (1, "", sentence)
    await board.refuses("account", "dance")
    await board.refuses("serve", PORT="many")


async def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(team: Team, board: Shell) -> None:
    email, name = (await team.bob.http.get("/api/v1/me")).json()["email"], f"hotline {new_id()}"
    secret = (await board.works("token", "add", name, "--scope", "read", "--account", email)).strip()
    assert re.fullmatch(r"\S{30,}", secret)
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=team.server.url, headers=headers) as http:
        assert (await http.get("/api/v1/me")).json()["name"] == "Bob"
        listed = await board.works("token", "list")
        (line,) = [line for line in listed.splitlines() if name in line]
        assert "read" in line
        assert email in line
        assert re.search(
            rf"good, until {STAMP}  made {STAMP} on the command line  (not used yet|last used {STAMP})  all searches$", line
        )
        assert secret not in listed
        await board.refuses("token", "add", name, "--scope", "write", "--account", email)
        await board.refuses("token", "add", f"{name} 2", "--scope", "all", "--account", email)
        assert await board.works("token", "revoke", name) == ""
        assert (await http.get("/api/v1/me")).status_code == 401
        assert await board.works("token", "revoke", name) == ""
        assert "revoked" in next(line for line in (await board.works("token", "list")).splitlines() if name in line)


async def test_a_token_lasts_as_long_as_is_said_and_for_ever_with_a_warning(team: Team, board: Shell) -> None:
    email, name = (await team.bob.http.get("/api/v1/me")).json()["email"], f"hotline {new_id()}"
    add = ("token", "add", name, "--scope", "read", "--account", email, "--days")
    for days in ("-1", "366", "many"):
        await board.refuses(*add, days)
    code, secret, warning = await board(*add, "0")
    assert (code, bool(re.fullmatch(r"\S{30,}\n", secret))) == (0, True)
    assert "never ends by itself" in warning
    (line,) = [line for line in (await board.works("token", "list")).splitlines() if name in line]
    assert "good, no end date" in line


async def test_watch_prints_the_figures_of_a_period(team: Team, board: Shell) -> None:
    search = await team.alice.open_search()
    await team.bob.command(search, "sighting.add", {"description": "a girl", "priority": "urgent"})
    year = ("--from", "2026-01-01T00:00", "--to", "2999-01-01T00:00:00Z")
    lines = (await board.works("watch", *year)).splitlines()
    assert [line.partition(":")[0] for line in lines[1:7]] == [
        "Grave alarms", "Unwatched", "Until first look", "Until taken", "Until passed on", "Promises",
    ]  # fmt: skip
    report = json.loads(await board.works("watch", *year, "--json"))
    assert search in [each["board"] for each in report["boards"]]
    assert lines[1] == f"Grave alarms: {report['alarms']}"
    for start, end, fault in (
        ("yesterday", "2026-11-30", "--from must be a time like 2026-11-30T19:00 or 2026-11-30T18:00:00Z.\n"),
        ("2026-11-30", "2026-11-29", "The end must be after the beginning.\n"),
        ("2026-11-30", "2026-11-30", "The end must be after the beginning.\n"),
        ("2998-11-29", "2998-11-30", "The watch covers the past. Enter a time before now.\n"),
    ):
        assert await board("watch", "--from", start, "--to", end) == (1, "", fault)


async def test_verify_says_a_line_for_each_board_or_the_first_bad_row(team: Team, board: Shell, tmp_path: Path) -> None:
    search = await team.alice.open_search()
    out = await board.works("verify")
    boards = [each["board"] for each in (await team.alice.http.get("/api/v1/boards")).json()["boards"]]
    assert len(out.splitlines()) == len(boards) + 1  # and the audit
    assert all(any(line.startswith(f"{each} holds") for line in out.splitlines()) for each in [*boards, "audit"])
    assert len((await board.works("verify", search)).splitlines()) == 1
    (heads := tmp_path / "heads.txt").write_text(out)  # kept elsewhere, and read again
    assert await board.works("verify", "--heads", str(heads)) == out
    heads.write_text(out.replace(" holds", " held"))
    code, nothing, fault = await board("verify", "--heads", str(heads))
    assert (code, nothing, fault.count("\n")) == (1, "", 1)
    assert "line 1" in fault

    def edit(session: object) -> None:
        from sqlalchemy import text

        sql = text(f"UPDATE event SET type = 'x' WHERE board = {BOARD} AND seq = 3")
        session.connection().execute(sql, {"board": search})  # type: ignore[attr-defined]

    await team.server.service.database.write(edit)
    for words in (("verify",), ("verify", search)):
        code, out, fault = await board(*words)
        assert (code, out) == (1, "")
        assert search in fault
        assert "event 3" in fault
        assert fault.count("\n") == 1
    assert await board.works("verify", "operations")


async def test_a_database_is_made_by_migrate_and_is_readable_by_nobody_else(elsewhere: Shell, tmp_path: Path) -> None:
    assert await elsewhere.works("migrate") == ""
    assert await elsewhere.works("migrate") == ""
    assert (tmp_path / "board.db").stat().st_mode & 0o077 == 0
    assert await elsewhere.works("account", "list") == ""


# -- settings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"PORT": "many"}, {"PORT": "70000"}, {"PORT": "-1"}, {"WORKERS": "0"}, {"WORKERS": "2"},
        {"WORKERS": "2", "REDIS_URL": "redis://127.0.0.1:1"}, {"REDIS_URL": "http://127.0.0.1:1"},
        {"SESSION_IDLE_HOURS": "-1"}, {"SESSION_IDLE_HOURS": "half"},
        {"SECOND_FACTOR_ROLES": "coordinator,king"}, {"SECOND_FACTOR_ROLES": ""}, {"SECOND_FACTOR_GRACE_DAYS": "-1"},
        {"MAX_SOCKETS_PER_ACCOUNT": "some"}, {"MAX_MESSAGES_PER_SECOND": "-1"}, {"DATABASE_URL": "nonsense"},
        {"DATABASE_URL": ""}, {"DATABASE_URL": "sqlite://"}, {"DATABASE_URL": "mysql://x/y"},
        {"DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, {"DATABASE_URL": "sqlite:////proc/none/board.db"},
        {"DATABASE_URL": f"sqlite:///{ROOT}"}, {"DATABASE_URL": f"sqlite:///{ROOT}/README.md"}, {"HOST": "256.1.1.1"},
        {"HOST": "203.0.113.1"}, {"LOG_LEVEL": "BANANA"}, {"FORWARDED_ALLOW_IPS": "proxy.example"},
        {"PUBLIC_URL": "board.example"}, {"PUBLIC_URL": "ftp://board.example"},
    ],
    ids=lambda settings: ",".join(f"{name}={value}" for name, value in settings.items()).replace(str(ROOT), ""),
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_in_a_sentence(refuse: Refuse, settings: dict[str, str]) -> None:
    refuse("serve", **({"PORT": "0"} | settings))


async def test_settings_are_read_from_a_file_too_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DATABASE_URL=sqlite:///{tmp_path}/named.db\nPORT=0\n")
    python = f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "board", "migrate", cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": python, "BOARD_PREPARED": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, fault = await process.communicate()
    assert (process.returncode, fault) == (0, b"")
    assert (tmp_path / "named.db").exists()


# -- serve ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def serving(elsewhere: Shell) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Running `board serve` on a free port: the process and its address."""
    process = await elsewhere.start("serve", "--port", "0")
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_S)).decode()
    match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
    assert match, line
    yield process, match[1]
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_serve_prints_its_address_and_closes_its_sockets_on_sigterm(
    serving: tuple[asyncio.subprocess.Process, str], elsewhere: Shell
) -> None:
    process, url = serving
    email = address()
    add = ("account", "add", email, "--name", "Kim", "--role", "viewer", "--password-stdin")
    await elsewhere.works(*add, given="correct horse 1\n")
    token = (await elsewhere.works("token", "add", "t", "--scope", "read", "--account", email)).strip()
    async with httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).json()["database"] == "ok"
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(url.replace("http", "ws") + "/ws", additional_headers=headers) as socket:
        assert '"hello"' in str(await socket.recv())
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        assert socket.close_code == 1012
    assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_a_port_that_is_taken_is_refused_in_a_sentence(
    serving: tuple[asyncio.subprocess.Process, str], elsewhere: Shell
) -> None:
    assert serving[1].rpartition(":")[2] in await elsewhere.refuses("serve", "--port", serving[1].rpartition(":")[2])
