"""Lost keys of data at rest: given up on purpose, and nothing warns of them afterwards."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.config.settings import Settings
from board.engine import journal
from board.errors import OperationError
from board.maintenance import lost_keys
from board.maintenance.checks import State
from board.maintenance.checks import data_keys as check_of_keys
from board.maintenance.checks import files as check_of_files
from board.maintenance.data_keys import GRACE
from models import upkeep
from models.board import AUDIT
from models.db.database import Database
from models.db.errors import ConfigurationError
from models.key_ring import KeyRing
from models.times import format_utc, now
from tests.ops.test_backup import Backups
from tests.ops.test_data_keys import backups, state_of
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.data_keys import ids, key_file, new_key
from tests.support.people import Person, connect_person, create_token, running_server
from tests.support.pictures_with_metadata import jpeg
from tests.support.uploads import attach, fetch

__all__ = ["backups"]  # fixture

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
OLD, NEW = new_key(), new_key()
(OLD_ID,), (NEW_ID,) = ids(OLD), ids(NEW)


class Installation:
    """Installation with a photo and a contact, whose key is then lost."""

    def __init__(self, backups: Backups, folder: Path) -> None:
        self.backups, self.folder = backups, folder
        self.env = f"--env-file {folder}/searchboard.env"
        self.token = self.search = self.photo = self.contact = ""

    async def prepare(self) -> "Installation":
        self.backups.settings["data_keys"] = key_file(self.folder, OLD)
        async with running_server(self.backups.folder, **self.backups.settings) as server:
            self.token = await create_token(server.service, "Alice", "coordinator")
            alice = await connect_person(server, self.token)
            self.search = await alice.open_search()
            self.photo = await attach(alice, self.search, jpeg())
            await alice.command(self.search, "contact.add", {"name": "An", "email": "an@example.org", "note": "at night"})
            entities = (await alice.snapshot(self.search))["entities"]
            self.contact = next(id for kind, id in entities if kind == "contact")
            await alice.close()
        key_file(self.folder, NEW)
        return self

    async def forget(self, id: str = OLD_ID, again: str = OLD_ID) -> str:
        return await self.backups.type(f"board keys forget {id} --again '{again}' {self.env}")

    async def contact_of(self, alice: Person) -> dict[str, Any]:
        answer: dict[str, Any] = (await alice.http.get(f"/api/v1/boards/{self.search}/contacts/{self.contact}")).json()
        return answer

    def age_memory(self) -> None:
        """Let two minutes pass since a server had the keys in memory."""

        def record(session: Session) -> None:
            for id in upkeep.data_keys_held_since(session, ""):
                upkeep.record_held_key(session, id, format_utc(now() - GRACE * 2))

        database = Database(self.backups.settings["database_url"])
        database.write_now(record)
        database.dispose()


@pytest.fixture
async def installed(backups: Backups, tmp_path: Path) -> Installation:
    return await Installation(backups, tmp_path).prepare()


def entries(session: Session) -> list[dict[str, Any]]:
    said = [event for event in journal.events_after(session, AUDIT, 0) if event.type == "data_key.forgotten"]
    return [event.payload()["about"] for event in said]


async def test_lost_key_is_given_up_by_keys_forget_and_nothing_warns(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = installed.backups
    with pytest.raises(ConfigurationError, match=f"lacks keys in use: {OLD_ID}"):
        async with running_server(backups.folder, **backups.settings):
            pass
    installed.age_memory()
    listed = await installed.backups.type(f"echo {OLD_ID} | board keys forget {OLD_ID} {installed.env}")
    assert "3 files and 2 values are encrypted by" in listed
    assert f"The key {OLD_ID} is given up." in listed
    async with running_server(backups.folder, **backups.settings) as server:
        assert await server.service.database.read(entries) == [{"data_key": OLD_ID, "files": 3, "values": 2}]
        alice = await connect_person(server, installed.token)
        assert (await installed.contact_of(alice))["unreadable"] == ["email", "note"]
        assert (await fetch(alice, installed.search, installed.photo, "original")).status_code == 503
        later = await attach(alice, installed.search, jpeg())
        await alice.close()
    for name, value in backups.settings.items():
        monkeypatch.setenv(name.upper(), str(value))
    settings = Settings(_env_file=None)
    assert (await asyncio.to_thread(check_of_keys.check, settings))[0] is State.OK
    assert (await asyncio.to_thread(check_of_files.check, settings, digests=True))[0] is State.OK
    await backups.type(f"board keys rotate {installed.env}")
    assert state_of(OLD, await backups.type(f"board keys list {installed.env}")) == "given up"
    await backups.type(f"board backup after.backup {installed.env}")
    left = (installed.folder / "after.backup.files/UNREADABLE").read_text().split()
    assert (left, later in left) == ([installed.photo], False)
    for path in (installed.folder / "files").rglob("*"):
        path.unlink() if path.is_file() else None
    assert "photos and files are there" in await backups.type(f"board restore after.backup {installed.env}")


async def test_a_found_key_reads_again(installed: Installation) -> None:
    installed.age_memory()
    await installed.forget()
    key_file(installed.folder, NEW, OLD)
    async with running_server(installed.backups.folder, **installed.backups.settings) as server:
        alice = await connect_person(server, installed.token)
        assert (await installed.contact_of(alice))["email"] == "an@example.org"
        await alice.close()
    assert state_of(OLD, await installed.backups.type(f"board keys list {installed.env}")) == "in use"


async def test_keys_forget_is_refused_while_something_reads_by_the_key(installed: Installation) -> None:
    with pytest.raises(AssertionError, match="in memory within the last 2 minutes"):
        await installed.forget()
    installed.age_memory()
    with pytest.raises(AssertionError, match="That is another id"):
        await installed.forget(again=NEW_ID)
    with pytest.raises(AssertionError, match="Nothing is encrypted by"):
        await installed.forget("0123456789ab", "0123456789ab")
    key_file(installed.folder, NEW, OLD)
    with pytest.raises(AssertionError, match="it is not lost"):
        await installed.forget()
    key_file(installed.folder, OLD)
    async with running_server(installed.backups.folder, **installed.backups.settings) as server:
        key_file(installed.folder, NEW)
        await server.service.read_data_keys()
        with pytest.raises(AssertionError, match="in memory"):  # the server keeps the lost key
            await installed.forget()
    installed.age_memory()
    await installed.forget()
    with pytest.raises(AssertionError, match="is given up already"):
        await installed.forget()


def test_keys_forget_without_a_key_is_refused() -> None:
    with pytest.raises(OperationError, match="Set it to a new key first"):
        lost_keys._check_ring(KeyRing(), OLD_ID)
