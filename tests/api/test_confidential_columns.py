"""Details of contacts and sources: unreadable in the database, read as before, bound to their row, encrypted by a new key."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session
from sqlmodel import select as select_rows

from board.config.settings import Settings
from board.engine import hash_chain
from board.errors import OperationError
from board.maintenance import data_key_rows, data_keys
from board.maintenance.exclusive import one_rotation
from models import confidential
from models.board import OPERATIONS, Board
from models.contact import Contact
from models.db import rows
from models.db.schema import metadata
from models.declared import declared_of
from models.entity import Entity
from models.key_ring import KeyRing
from models.missing_report import MissingReport
from models.search import Search
from models.sighting import Sighting
from models.tip import Tip
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.data_keys import ids, key_file, new_key
from tests.support.handover_steps import refused
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OLD, NEW = new_key(), new_key()
SEEDS = (
    "Zqxgriet",
    "Zqxlotte",
    "470998877",
    "zqx@example.org",
    "zqx2@example.org",
    "Zqxnights",
    "Zqxcaller",
    "Zqxtip",
    "Zqxquarrel",
)
TABLES = {"contacts", "sighting", "tip", "missingreport", "earliersource", "search"}
OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police"}


class Scene:
    """Search with contacts and sources that have the seeds, also in former values."""

    def __init__(self, team: Team, folder: Path) -> None:
        self.team, self.folder = team, folder
        self.search = self.contact = self.sighting = self.report = ""

    @property
    def database(self) -> Any:
        return self.team.server.service.database

    async def prepare(self) -> "Scene":
        alice = self.team.alice
        self.search = await alice.open_search()
        details = {"name": "An", "phones": [{"number": "+32470998877"}], "email": "zqx@example.org", "note": "Zqxnights"}
        self.contact = await self._add(self.search, "contact.add", details, "contact")
        source = {"description": "a girl", "source_name": "Zqxgriet", "source_contact": "+32470998877"}
        self.sighting = await self._add(self.search, "sighting.add", source, "sighting")
        await alice.command(self.search, "contact.update", {"contact": self.contact, "email": "zqx2@example.org"})
        await alice.command(self.search, "sighting.update", {"sighting": self.sighting, "source_name": "Zqxlotte"})
        await self._add(OPERATIONS, "tip.add", {"description": "a boy", "source_name": "Zqxtip"}, "tip")
        caller = {"source_name": "Zqxcaller", "person": {"first_name": "Lina"}}
        self.report = await self._add(OPERATIONS, "report.add", caller, "report")
        await alice.command(self.search, "search.set_status", {"status": "found", "reason": "at home", "outcome": OUTCOME})
        await alice.command(self.search, "search.set_talk", {"why": "Zqxquarrel"})
        return self

    async def _add(self, board: str, command: str, data: dict[str, Any], kind: str) -> str:
        await self.team.alice.command(board, command, data)
        found = [id for each, id in (await self.team.alice.snapshot(board))["entities"] if each == kind]
        return str(found[-1])

    async def check_reads(self) -> None:
        """Check that everything is read as it was typed."""
        path = f"/api/v1/boards/{self.search}"
        contact = (await self.team.alice.http.get(f"{path}/contacts/{self.contact}")).json()
        assert (contact["phones"][0]["number"], contact["email"], contact["note"]) == SEEDED
        assert contact["earlier"][-1]["email"] == "zqx@example.org"
        source = (await self.team.alice.http.get(f"{path}/sightings/{self.sighting}/source")).json()
        assert (source["name"], source["contact"], source["earlier"][-1]["name"]) == ("Zqxlotte", "+32470998877", "Zqxgriet")
        caller = (await self.team.alice.http.get(f"/api/v1/reports/{self.report}/caller")).json()
        assert caller["name"] == "Zqxcaller"
        assert (await self.talk())["why"] == "Zqxquarrel"

    async def talk(self) -> dict[str, Any]:
        """Return the talk with the child."""
        answer: dict[str, Any] = (await self.team.alice.http.get(f"/api/v1/boards/{self.search}/talk")).json()
        return answer

    async def readable(self) -> list[str]:
        """Return the seeds that are readable in the database: in each value of each table, and in the bytes of an SQLite file."""
        stored = await self.database.read(_everything)
        raw = b"".join(file.read_bytes() for file in self.folder.glob("*.db*") if file.is_file())
        return [seed for seed in SEEDS if seed.encode() in stored or seed.encode() in raw]


SEEDED = ("+32470998877", "zqx2@example.org", "Zqxnights")


def _everything(session: Session) -> bytes:
    """Return the stored form of all tables, without the program's decryption."""
    found = b""
    for table in metadata.sorted_tables:
        for row in session.connection().execute(text(f'SELECT * FROM "{table.name}"')):
            found += b" ".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row)
    return found


@pytest.fixture
async def scene(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Scene]:
    async with running_team(tmp_path, **installation, data_keys=key_file(tmp_path, OLD)) as team:
        yield await Scene(team, tmp_path).prepare()


@pytest.fixture
async def plain(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Scene]:
    async with running_team(tmp_path, **installation) as team:
        yield await Scene(team, tmp_path).prepare()


async def test_no_detail_or_source_is_readable_in_the_database(scene: Scene) -> None:
    assert await scene.readable() == []
    await scene.check_reads()
    used = await scene.database.read(data_key_rows.usage)
    assert list(used) == ids(OLD)


async def test_each_detail_is_readable_without_keys(plain: Scene) -> None:
    assert set(await plain.readable()) == set(SEEDS), "so the test above could fail"
    assert set(await plain.database.read(data_key_rows.usage)) == {None}
    await plain.check_reads()


@pytest.mark.parametrize(
    ("model", "column"), [(Contact, "email"), (Contact, "phones"), (Sighting, "source_contact"), (Search, "talk")]
)
async def test_a_column_without_the_word_is_found(
    model: type[Entity], column: str, installation: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_mappers()  # sessions of later tests keep the word
    monkeypatch.setitem(metadata.tables[str(model.__tablename__)].c[column].info, "confidential", False)
    rows._table.cache_clear()
    try:
        async with running_team(tmp_path, **installation, data_keys=key_file(tmp_path, OLD)) as team:
            assert await (await Scene(team, tmp_path).prepare()).readable() != []
    finally:
        monkeypatch.undo()
        rows._table.cache_clear()


@pytest.mark.parametrize("model", [Contact, Sighting, Tip, MissingReport, Search])
def test_each_field_outside_of_states_is_confidential(model: type[Entity]) -> None:
    hidden = {name for name, declared in declared_of(model).items() if not declared.in_state}
    assert hidden
    assert hidden <= set(confidential.columns(metadata.tables[str(model.__tablename__)]))
    assert {table.name for table in data_key_rows.tables()} == TABLES


async def test_chains_are_intact_with_encrypted_columns(scene: Scene) -> None:
    def faults(session: Session) -> list[str | None]:
        return [hash_chain.verify(session, board) for board in session.exec(select_rows(Board))]

    assert set(await scene.database.read(faults)) == {None}


async def test_undo_returns_the_former_detail(scene: Scene) -> None:
    alice = scene.team.alice
    ack = await alice.command(scene.search, "contact.update", {"contact": scene.contact, "email": "third@example.org"})
    await alice.command(scene.search, "undo", {"seq": ack["seqs"][0]})
    contact = (await alice.http.get(f"/api/v1/boards/{scene.search}/contacts/{scene.contact}")).json()
    assert contact["email"] == "zqx2@example.org"


# -- damage ------------------------------------------------------------------------------------------------------------------


async def test_a_value_of_another_row_or_column_is_not_read(scene: Scene) -> None:
    table = metadata.tables["sighting"]
    id = await scene._add(scene.search, "sighting.add", {"description": "x", "source_name": "Other"}, "sighting")
    other = next(each for each in (id, scene.sighting) if each)

    def exchange(session: Session) -> None:
        name = session.connection().execute(select(table.c.source_name).where(table.c.id == other)).scalar_one()
        session.connection().execute(table.update().where(table.c.id != other).values(source_name=name))
        session.connection().execute(table.update().where(table.c.id == other).values(source_contact=name))

    await scene.database.write(exchange)
    for each in await scene.database.read(lambda session: list(session.connection().execute(select(table.c.id)).scalars())):
        source = (await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/sightings/{each}/source")).json()
        assert source["name" if each != other else "contact"] is None
    assert (await scene.team.alice.snapshot(scene.search))["entities"]


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-8], lambda text: text[:30], lambda text: text + "A", lambda text: text[:20] + "ä"]
)
async def test_a_damaged_value_is_not_read_and_the_board_works(scene: Scene, damage: Any) -> None:
    table = metadata.tables["contacts"]

    def cut(session: Session) -> None:
        email = session.connection().execute(select(table.c.email)).scalar_one()
        session.connection().execute(table.update().values(email=damage(email)))

    await scene.database.write(cut)
    contact = (await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/contacts/{scene.contact}")).json()
    assert (contact["email"], contact["note"]) == (None, "Zqxnights")


def test_another_key_reads_nothing() -> None:
    keys = [KeyRing.of([OLD])]
    source = lambda: keys[0]  # noqa: E731
    confidential.use(source)
    try:
        stored = confidential.sealed("contacts", "email", "1", "zqx@example.org")
        assert confidential.opened("contacts", "email", "1", stored) == "zqx@example.org"
        keys[0] = KeyRing.of([NEW])
        assert confidential.opened("contacts", "email", "1", stored) is None
    finally:
        confidential.release(source)
    assert confidential.sealed("contacts", "email", "1", "zqx@example.org") == "zqx@example.org"


async def stored_in(scene: Scene, table: str, id: str) -> dict[str, Any]:
    """Return the stored form of a row."""
    found = metadata.tables[table]
    rows_found = await scene.database.read(
        lambda session: session.connection().execute(select(found).where(found.c.id == id)).mappings().one()
    )
    return dict(rows_found)


@contextmanager
def lost_keys(scene: Scene) -> Iterator[None]:
    """Let the server have another key than the one that encrypted."""
    ring, scene.team.server.service.data_keys.ring = scene.team.server.service.data_keys.ring, KeyRing.of([NEW])
    try:
        yield
    finally:
        scene.team.server.service.data_keys.ring = ring


async def test_typed_value_replaces_an_unreadable_one_and_nothing_else(scene: Scene) -> None:
    alice, before = scene.team.alice, await stored_in(scene, "sighting", scene.sighting)
    with lost_keys(scene):
        await alice.command(scene.search, "sighting.update", {"sighting": scene.sighting, "description": "a boy"})
        assert (await stored_in(scene, "sighting", scene.sighting))["source_name"] == before["source_name"]
        await alice.command(scene.search, "sighting.update", {"sighting": scene.sighting, "source_contact": None})
        await alice.command(scene.search, "sighting.update", {"sighting": scene.sighting, "source_name": "Ann"})
    after = await stored_in(scene, "sighting", scene.sighting)
    assert after["source_contact"] == before["source_contact"]
    assert confidential.stored_key(after["source_name"]) == ids(NEW)[0]


async def test_unreadable_details_stay_when_the_contact_changes(scene: Scene) -> None:
    alice, before = scene.team.alice, await stored_in(scene, "contacts", scene.contact)
    with lost_keys(scene):
        await alice.command(scene.search, "contact.update", {"contact": scene.contact, "name": "Bea"})
    after = await stored_in(scene, "contacts", scene.contact)
    assert [after[name] for name in ("phones", "email", "note", "earlier")] == [
        before[name] for name in ("phones", "email", "note", "earlier")
    ]


async def test_unreadable_talk_stays_and_only_its_readers_replace_it(scene: Scene) -> None:
    alice, bob = scene.team.alice, scene.team.bob
    with lost_keys(scene):
        await alice.command(scene.search, "search.update", {"reference": "changed"})
        assert (await scene.talk())["unreadable"] == ["why", "where", "with_whom", "helped", "would_help"]
        await refused("forbidden", bob, scene.search, "search.set_talk", {"why": "other"})
        await alice.command(scene.search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
        later = await alice.open_search(earlier={"k1": {"search": scene.search}})
        talks = (await alice.http.get(f"/api/v1/boards/{later}/earlier-talks")).json()["talks"]
        assert [talk["talk"]["why"] for talk in talks] == [None]
    assert (await scene.talk())["why"] == "Zqxquarrel", "the search changed, and its talk did not"
    with lost_keys(scene):
        await alice.command(scene.search, "search.set_talk", {"why": "typed again"})
        assert (await scene.talk())["why"] == "typed again"


async def test_tip_with_an_unreadable_source_is_not_placed(scene: Scene) -> None:
    alice = scene.team.alice
    tip = await scene._add(OPERATIONS, "tip.add", {"description": "a girl", "source_name": "Zqxtip"}, "tip")
    before = await stored_in(scene, "tip", tip)
    with lost_keys(scene):
        await refused("unavailable", alice, OPERATIONS, "tip.place", {"tip": tip, "search": scene.search})
    assert (await stored_in(scene, "tip", tip))["source_name"] == before["source_name"]
    await alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": scene.search})


async def test_undo_with_an_unreadable_former_source_is_refused(scene: Scene) -> None:
    alice = scene.team.alice
    ack = await alice.command(scene.search, "sighting.update", {"sighting": scene.sighting, "source_name": "Third"})
    before = await stored_in(scene, "sighting", scene.sighting)
    with lost_keys(scene):
        await refused("unavailable", alice, scene.search, "undo", {"seq": ack["seqs"][0]})
    assert (await stored_in(scene, "sighting", scene.sighting))["source_name"] == before["source_name"]


# -- rotation ----------------------------------------------------------------------------------------------------------------


def rotate(scene: Scene, *keys: bytes) -> data_keys.Usage:
    return rotation(scene, *keys).used


def rotation(scene: Scene, *keys: bytes) -> data_keys.Rotation:
    service = scene.team.server.service
    setting = key_file(scene.folder, *keys)
    settings = Settings(**dict(service.settings) | {"data_keys": setting}, _env_file=None)
    return data_keys.rotate(settings, service.database, service.data_keys.ring, True, lambda line: None)


async def test_values_of_before_are_encrypted_and_nothing_remains(plain: Scene) -> None:
    service = plain.team.server.service
    service.data_keys.ring = KeyRing.of([OLD])
    used = await asyncio.to_thread(rotate, plain, OLD)
    assert list(used.values) == ids(OLD)
    assert await plain.readable() == []
    await plain.check_reads()


async def test_reads_and_writes_go_on_while_a_new_key_encrypts_all(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_key_rows, "PAGE_SIZE", 2)
    alice = scene.team.alice
    for number in range(30):
        await alice.command(scene.search, "sighting.add", {"description": "x", "source_name": f"Zqxgriet {number}"})
    ring = KeyRing.of([NEW, OLD])
    scene.team.server.service.data_keys.ring = ring
    work = asyncio.create_task(asyncio.to_thread(rotate, scene, NEW, OLD))
    count = 0
    while not work.done() or not count:
        await scene.check_reads()
        await alice.command(
            scene.search, "sighting.update", {"sighting": scene.sighting, "source_contact": f"+3247099887{count % 10}"}
        )
        await alice.command(scene.search, "sighting.update", {"sighting": scene.sighting, "source_contact": "+32470998877"})
        count += 1
    assert list((await work).values) == ids(NEW)
    scene.team.server.service.data_keys.ring = KeyRing.of([NEW])
    await scene.check_reads()
    assert await scene.readable() == []


async def test_remains_that_could_not_be_removed_are_told_and_retried(plain: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    service = plain.team.server.service
    service.data_keys.ring = KeyRing.of([OLD])
    monkeypatch.setattr(service.database.backend, "remove_remains", lambda: None)
    fault = (await asyncio.to_thread(rotation, plain, OLD)).fault
    assert fault is not None
    assert "Repeat the command" in fault
    monkeypatch.undo()
    assert (await asyncio.to_thread(rotation, plain, OLD)).fault is None, "the next run has no rows, and removes them"
    assert await plain.readable() == []


async def test_failing_removal_of_remains_is_told(plain: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError

    service = plain.team.server.service
    service.data_keys.ring = KeyRing.of([OLD])
    monkeypatch.setattr(service.database.backend, "remove_remains", fail)
    assert (await asyncio.to_thread(rotation, plain, OLD)).has_remains


async def test_second_rotation_at_the_same_time_is_refused(scene: Scene) -> None:
    with one_rotation(scene.database), pytest.raises(OperationError, match="Wait until it ends"):
        await asyncio.to_thread(rotation, scene, OLD)
    assert (await asyncio.to_thread(rotation, scene, OLD)).fault is None


async def test_unreadable_values_stay_and_the_others_are_encrypted(scene: Scene) -> None:
    table = metadata.tables["contacts"]

    def damage(session: Session) -> None:
        email = session.connection().execute(select(table.c.email)).scalar_one()
        session.connection().execute(table.update().values(email=email[:-8]))

    await scene.database.write(damage)
    scene.team.server.service.data_keys.ring = KeyRing.of([NEW, OLD])
    for _ in range(2):
        done = await asyncio.to_thread(rotation, scene, NEW, OLD)
        assert done.unreadable_values == 1
        assert done.used.values[ids(OLD)[0]] == 1
        assert "1 values of the database" in str(done.fault)


async def test_unreadable_files_are_named_and_the_others_encrypted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_keys, "has_files", lambda session: True)
    store, lost = scene.team.server.service.files, new_key()
    assert store.folder is not None
    keys = [f"files/0194f3c2-0000-7000-8000-00000000000{number}/original" for number in range(4)]
    for key in keys:
        await store.put(key, b"content")
    damaged = store.folder / f"{keys[0]}.{ids(OLD)[0]}"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    (store.folder / f"{keys[1]}.{ids(OLD)[0]}").rename(store.folder / f"{keys[1]}.{ids(lost)[0]}")
    (store.folder / "files/notes.txt.0123456789ab").write_bytes(b"stray")
    scene.team.server.service.data_keys.ring = KeyRing.of([NEW, OLD])
    for _ in range(2):
        done = await asyncio.to_thread(rotation, scene, NEW, OLD)
        assert done.unreadable == [f"{keys[0]}.{ids(OLD)[0]}", f"{keys[1]}.{ids(lost)[0]}"]
        assert all(name in str(done.fault) for name in done.unreadable)
        assert done.used.files == {ids(OLD)[0]: 1, ids(lost)[0]: 1, ids(NEW)[0]: 2}
