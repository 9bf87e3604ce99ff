"""Keys of data at rest: from a file, a credential or a command; changed without a stop; a lost one is noticed in time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from board.command_line import cli
from board.config.data_keys import DataKeys, exposed_file, load
from board.config.settings import Settings
from board.maintenance.checks import State
from board.maintenance.checks import data_keys as check_of_keys
from board.maintenance.data_keys import GRACE
from board.service import BoardService
from models.db.errors import ConfigurationError
from models.key_ring import MAX_KEYS, KeyRing
from models.times import format_utc, now
from models.upkeep import data_keys_in_use, forget_data_key, record_writing_key
from tests.ops.test_backup import Backups
from tests.ops.test_command_line import refuse, run
from tests.ops.test_encrypted_backup import readable_in
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.data_keys import ids, key_file, new_key
from tests.support.people import connect_person, create_token, running_server
from tests.support.pictures_with_metadata import jpeg
from tests.support.uploads import attach, fetch

__all__ = ["refuse", "run"]  # fixtures

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
OLD, NEW = new_key(), new_key()


@pytest.fixture
def backups(backend: Backend, tmp_path: Path, installation: dict[str, Any]) -> Backups:
    return Backups(backend, tmp_path, installation | {"files_url": f"file://{tmp_path}/files"})


# -- sources ----------------------------------------------------------------------------------------------------------------


def test_keys_are_read_from_a_file_a_credential_and_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = key_file(tmp_path, NEW, OLD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for source in (setting, "credential:data.keys", f"command:cat {tmp_path}/data.keys"):
        assert list(load(source)) == ids(NEW, OLD)
        assert load(source).writing == ids(NEW)[0]
    assert load(None) == {}


BAD_SOURCES = {
    "file:/nowhere/data.keys": "can't be read: No such file",
    "credential:absent": "can't be read: No such file",
    "command:false": "command of DATA_KEYS failed",
    "command:/nowhere/program": "command of DATA_KEYS failed",
    "command:echo 'unbalanced": "command of DATA_KEYS failed",
    "command:true": "contains no key",
}


@pytest.mark.parametrize("source", BAD_SOURCES)
def test_bad_source_of_keys_is_told(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(ConfigurationError, match=BAD_SOURCES[source]):
        load(source)


def test_a_credential_needs_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ConfigurationError, match="systemd passed none"):
        load("credential:data.keys")


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("board.config.data_keys.COMMAND_TIMEOUT_S", 0.1)
    with pytest.raises(ConfigurationError, match="did not end"):
        load("command:sleep 60")


def test_lines_that_are_not_keys_are_refused_without_a_quote(tmp_path: Path) -> None:
    secret = "c2VjcmV0" * 5
    texts = {
        "": "contains no key", "# only a comment\n\n": "contains no key", f"{secret}\n": "line 1 that is not a key",
        "ä" * 44: "line 1 that is not a key", "\0" * 100: "line 1", "A" * 70_000: "too long",
    }  # fmt: skip
    for text, expected in texts.items():
        (tmp_path / "data.keys").write_text(text)
        with pytest.raises(ConfigurationError, match=expected) as refusal:
            load(f"file:{tmp_path}/data.keys")
        assert secret not in str(refusal.value)
    with pytest.raises(ConfigurationError, match=f"1,000 keys; at most {MAX_KEYS}"):
        load(key_file(tmp_path, *[new_key() for _ in range(1_000)]))


@pytest.mark.parametrize("setting", ["data.keys", "file:data.keys", "credential:../x", "command:", "https://example.org"])
def test_setting_of_another_form_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="must be file:/path"):
        Settings(data_keys=setting, _env_file=None)


def test_keys_that_others_can_read_are_told(tmp_path: Path) -> None:
    setting = key_file(tmp_path, OLD)
    assert exposed_file(setting) is None
    (tmp_path / "data.keys").chmod(0o644)
    assert exposed_file(setting) == tmp_path / "data.keys"


# -- server -----------------------------------------------------------------------------------------------------------------


async def test_photos_are_encrypted_rotated_and_restored(backups: Backups, tmp_path: Path) -> None:
    photo, env = jpeg(), f"--env-file {tmp_path}/searchboard.env"
    backups.settings["data_keys"] = key_file(tmp_path, OLD)
    async with running_server(backups.folder, **backups.settings) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        alice = await connect_person(server, token)
        search = await alice.open_search()
        id = await attach(alice, search, photo)
        view = (await fetch(alice, search, id, "view")).content
        assert [readable_in(tmp_path / "files", part) for part in (photo[:64], view[:64])] == [[], []]
        assert await keys_of(server.service) == ids(OLD)

        key_file(tmp_path, NEW, OLD)
        with pytest.raises(AssertionError, match="Wait two minutes"):
            await backups.type(f"board keys rotate {env}")
        await server.service.read_data_keys()  # read, and not used before every server has read it
        assert server.service.data_keys.ring.writing == ids(OLD)[0]
        await server.service.read_data_keys()
        assert server.service.data_keys.ring.writing == ids(NEW)[0]
        await backups.type(f"board keys rotate {env}")
        assert state_of(OLD, await backups.type(f"board keys list {env}")) == "in use", "another server may still encrypt by it"
        before = format_utc(now() - GRACE * 2)
        await server.service.database.write(lambda session: record_writing_key(session, ids(OLD)[0], before))
        await server.service.database.write(lambda session: forget_data_key(session, ids(OLD)[0]))
        lines = await backups.type(f"board keys list {env}")
        assert (state_of(OLD, lines), state_of(NEW, lines)) == ("unused: remove it", "encrypts")
        assert await keys_of(server.service) == ids(NEW)
        assert (await fetch(alice, search, id, "view")).content == view

        key_file(tmp_path, NEW)
        await server.service.read_data_keys()
        assert (await fetch(alice, search, id, "original")).content == photo
        await backups.type(f"board backup whole.backup {env}")
        await alice.close()
    for path in (tmp_path / "files").rglob("original*"):
        path.unlink()
    key_file(tmp_path, OLD)
    with pytest.raises(ConfigurationError, match=f"lacks keys in use: {ids(NEW)[0]}"):
        async with running_server(backups.folder, **backups.settings):
            pass
    await backups.type(f"board restore whole.backup {env}")
    assert readable_in(tmp_path / "files", photo[:64]) == []


def state_of(key: bytes, lines: str) -> str:
    """Return the state of a key in the list."""
    (line,) = [line for line in lines.splitlines() if line.startswith(ids(key)[0])]
    return " ".join(line.split()[1:-4])


async def keys_of(service: BoardService) -> list[str]:
    return await service.database.read(data_keys_in_use)


async def test_a_lost_key_stays_in_memory_and_is_reported(
    backups: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.settings["data_keys"] = key_file(tmp_path, OLD)
    async with running_server(backups.folder, **backups.settings) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        search = await alice.open_search()
        id = await attach(alice, search, jpeg())
        for name, value in backups.settings.items():
            monkeypatch.setenv(name.upper(), str(value))
        assert (await asyncio.to_thread(check_of_keys.check, Settings(_env_file=None)))[0] is State.OK
        key_file(tmp_path, NEW)
        state, says = await asyncio.to_thread(check_of_keys.check, Settings(_env_file=None))
        assert (state, ids(OLD)[0] in says) == (State.WRONG, True)
        await server.service.read_data_keys()
        assert (await fetch(alice, search, id, "original")).content == jpeg()
        (tmp_path / "data.keys").unlink()
        await server.service.read_data_keys()
        assert (await fetch(alice, search, id, "original")).content == jpeg()
        await alice.close()
    monkeypatch.delenv("DATA_KEYS")
    state, says = await asyncio.to_thread(check_of_keys.check, Settings(_env_file=None))
    assert (state, "lacks keys in use" in says) == (State.WRONG, True)


async def test_server_without_the_setting_says_that_nothing_is_encrypted(
    backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_server(backups.folder, **backups.settings):
        for name, value in backups.settings.items():
            monkeypatch.setenv(name.upper(), str(value))
        state, says = await asyncio.to_thread(check_of_keys.check, Settings(_env_file=None))
    assert (state, "not encrypted" in says) == (State.WARNING, True)


def test_ring_of_a_process_is_not_changed_by_reading() -> None:
    ring = KeyRing.of([OLD, NEW])
    assert list(ring.led_by(ids(NEW)[0])) == ids(NEW, OLD)
    assert list(ring) == ids(OLD, NEW)
    assert DataKeys(None).ring.writing is None


def test_new_key_is_a_line_of_the_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit, match="0"):
            cli.app(["keys", "new"])
    (tmp_path / "data.keys").write_text(capsys.readouterr().out)
    (tmp_path / "data.keys").chmod(0o600)
    assert len(load(f"file:{tmp_path}/data.keys")) == 2, "two different keys"
    with pytest.raises(SystemExit, match="2"):  # a key is not chosen by hand
        cli.app(["keys", "new", "abcd"])
    with pytest.raises(SystemExit, match="2"):  # the list is whole
        cli.app(["keys", "list", "abcd"])
