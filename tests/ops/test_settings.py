"""Settings: invalid ones are refused at start, in one sentence without a password; every installation has a secret."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from board.config.secret_file import load_or_create_secret
from board.config.settings import Settings
from board.dev import stack
from models.db import postgresql
from models.db.database import ConfigurationError, Database
from tests.support.cli_fork_server import CliResult, cli_fork_server
from tests.support.people import settings_for

PASSWORD = "Tr0ub4dor-canary"
POSTGRES = f"postgresql://board:{PASSWORD}@127.0.0.1:1/board"
REDIS = f"redis://board:{PASSWORD}@127.0.0.1:1/0"
LONG = "a-text-of-more-than-sixteen"
AT = "127.0.0.1:1/board"
# Do not wait for an absent server.
HASTY = "from models.db import schema; schema.migrate.__defaults__ = (0.5, *schema.migrate.__defaults__[1:])"


def start(folder: Path, **settings: str) -> CliResult:
    """Run `board serve` by the real command line, with the given settings and no others."""
    return cli_fork_server(HASTY).call(["serve"], {"PORT": "0"} | settings, folder)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"WORKERS": "2", "DATABASE_URL": POSTGRES, "SECRET_KEY": LONG}, "REDIS_URL"),
        ({"WORKERS": "2"}, "REDIS_URL"),
        ({"WORKERS": "2", "REDIS_URL": REDIS}, "PostgreSQL"),
        ({"DATABASE_URL": POSTGRES}, "SECRET_KEY"),
        ({"DATABASE_URL": POSTGRES, "SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DATABASE_URL": POSTGRES, "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"REDIS_URL": f"http://x:{PASSWORD}@127.0.0.1:1"}, "REDIS_URL"),
        ({"REDIS_URL": f"redis://x:{PASSWORD}@127.0.0.1:port"}, "REDIS_URL"),
        ({"REDIS_URL": f"{PASSWORD}"}, "REDIS_URL"),
        ({"DATABASE_URL": POSTGRES, "SECRET_KEY": LONG}, "database server"),  # nobody listens there
        ({"DATABASE_URL": POSTGRES, "SECRET_KEY": LONG, "REDIS_URL": REDIS, "WORKERS": "2"}, "database server"),
        ({"WORKERS": PASSWORD}, "WORKERS"),
        ({"SERVE_UNRECORDED_READS": "perhaps"}, "SERVE_UNRECORDED_READS"),
    ],
    ids=lambda given: given if isinstance(given, str) else ",".join(given),
)
def test_settings_that_can_not_be_served_are_refused_in_a_sentence(tmp_path: Path, settings: dict[str, str], word: str) -> None:
    done = start(tmp_path, **settings)
    assert done.code > 0, done
    assert done.out == ""
    assert word in done.err
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    assert PASSWORD not in done.err


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"postgresql://board:{PASSWORD}@127.0.0.1:port/board", "port"),
        (f"postgresql://board:x@127.0.0.1:{PASSWORD}/board", "port"),
        (f"postgresql://board:{PASSWORD}@[::1:1/board", "port"),
        (f"postgresql://board:{PASSWORD}@127.0.0.1:99999/board", "port"),
        (f"postgresql://board:{PASSWORD}@127.0.0.1:-1/board", "port"),
        (f"postgresql://board:{PASSWORD}@x@{AT}", "%40"),
        (f"postgresql://board:x@{PASSWORD}@{AT}", "%40"),
        (f"postgresql://board:x%00{PASSWORD}@{AT}", "U+0000"),
        (f"postgresql://board:{PASSWORD}@{AT}?nonsense=1", "does not know"),
        (f"postgresql://board@{AT}?{PASSWORD}=1", "does not know"),
        (f"postgresql://board:{PASSWORD}@{AT}?autocommit=1", "does not know"),  # would break every promise
        (f"postgresql://board:{PASSWORD}@{AT}?sslmode=allow&sslmode=prefer", "twice"),
        (f"postgresql://board:{PASSWORD}@/board?host=127.0.0.1:1&host=127.0.0.1:2", "twice"),
        (f"postgresql://board:{PASSWORD}@/board?host=127.0.0.1,127.0.0.2", "several servers"),
        (f"postgresql://board:{PASSWORD}@127.0.0.1,127.0.0.2/board", "several servers"),
        (f"postgresql://board:{PASSWORD}@{AT}?sslmode=perhaps", "sslmode"),
        (f"postgresql://board:{PASSWORD}@{AT}?connect_timeout=soon", "connect_timeout"),
        (f"postgresql://board:{PASSWORD}@{AT}?keepalives_idle=soon", "keepalives_idle"),
        (f"postgresql://board:{PASSWORD}@{AT}?service=none", "service"),
        (f"postgresql://board@{AT}?password={PASSWORD}", "database server"),
    ],
)
def test_an_odd_address_of_a_database_is_refused_in_a_sentence(tmp_path: Path, url: str, word: str) -> None:
    done = start(tmp_path, DATABASE_URL=url, SECRET_KEY=LONG)
    assert (done.code, done.out) == (1, ""), done
    assert word in done.err
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    assert PASSWORD not in done.err


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://board:a%40b%2Fc@{AT}",
        f"postgresql://board:x@{AT}?sslmode=verify-full&sslrootcert=/etc/ssl/root.pem&options=-c%20work_mem=1MB",
        f"postgresql://board@{AT}?options=-c%20a.b=1&options=-c%20a.c=2",
        "postgresql:///board?host=/var/run/postgresql&port=5433",
        "postgresql://board@[::1]:5432/board",
        "postgresql:///board?service=board",
    ],
)
def test_an_address_that_can_be_meant_is_taken(url: str) -> None:
    assert Database(Settings(_env_file=None, database_url=url).database_url).kind == "postgresql"


def test_a_wrong_option_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is not there may come; a word in the URL stays as it is."""
    monkeypatch.setattr(postgresql, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pytest.fail))
    with pytest.raises(ConfigurationError, match="sslmode"):
        Database(f"{POSTGRES}?sslmode=perhaps").backend.wait_until_ready(float("inf"))


@pytest.mark.parametrize(
    "settings",
    [
        {"database_url": POSTGRES, "secret_key": LONG},
        {"database_url": POSTGRES, "secret_key": LONG, "redis_url": REDIS},
        {"database_url": POSTGRES, "secret_key": LONG, "redis_url": REDIS, "workers": 4},
        {"redis_url": REDIS},
        {"redis_url": f"rediss://x:{PASSWORD}@redis.example/3"},
        {"redis_url": "unix:///run/redis.sock"},
    ],
)
def test_settings_that_can_be_served_are_taken(tmp_path: Path, settings: dict[str, object]) -> None:
    settings_for(tmp_path, **settings).check()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (None, None),
        ("https://Board.example/", "https://board.example"),
        ("https://board.example:443", "https://board.example"),
        ("https://board.example:8443/", "https://board.example:8443"),
        ("http://board.example:80", "http://board.example"),
        ("http://[::1]:443", "http://[::1]:443"),
    ],
)
def test_the_own_origin_is_written_as_browsers_write_it(url: str | None, origin: str | None) -> None:
    assert Settings(_env_file=None, public_url=url).origin == origin


def test_settings_say_no_password_when_they_are_shown() -> None:
    shown = repr(Settings(_env_file=None, database_url=POSTGRES, redis_url=REDIS, secret_key=PASSWORD * 2))
    assert PASSWORD not in shown


def test_the_secret_is_the_one_that_was_given(tmp_path: Path) -> None:
    assert settings_for(tmp_path, secret_key=LONG).secret() == LONG.encode()
    assert not list(tmp_path.iterdir())


def test_missing_secret_is_created_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: settings.secret(), range(32)))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    (kept,) = tmp_path.iterdir()
    assert kept.name == "board.db.key"
    assert kept.stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    other.mkdir()
    assert settings_for(other).secret() != settings.secret()


def test_a_secret_that_is_damaged_or_can_not_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "board.db.key").write_text("")
    with pytest.raises(ConfigurationError, match="damaged"):
        settings_for(tmp_path).secret()
    with pytest.raises(ConfigurationError, match="can't be stored"):
        settings_for(tmp_path / "nowhere").secret()


def test_the_secret_of_those_who_work_on_the_board_is_kept_like_any_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: stack._secret(tmp_path), range(32)))
    assert found == {load_or_create_secret(tmp_path / "secret").decode()}
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
