"""An installation that outgrew its file moves to PostgreSQL, and back: every row, chain, epoch, session and token with it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.commands.registry import Command
from board.displays import displays
from board.displays.displays import PairDisplay, Playlist
from board.engine import identity
from board.engine.hash_chain import verify
from board.engine.identity import Caller
from board.errors import OperationError
from board.maintenance import transfer
from board.service import BoardService
from models.board import OPERATIONS, OPERATIONS_NUMBER, Board
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import metadata, migrate
from models.upkeep import FOLDER
from tests.support.journal_sql import BOARD
from tests.support.people import PASSWORD, new_id, session_cookie, settings_for

SEARCH = {"kind": "runaway", "person": {"first_name": "Noör 🙂"}, "missing_since": "2026-11-24T15:10:00Z"}
SCREEN = PairDisplay(code="7F3K-9QXD", name="Room", language="en", shows=Playlist(boards=[OPERATIONS]))


class Transferred:
    """A file with searches in it, and a fresh database to go to."""

    def __init__(self, service: BoardService, target: Database) -> None:
        self.service, self.source, self.target = service, service.database, target
        self.token = self.cookie = self.search = ""
        self.told: list[str] = []
        self.caller: Caller | None = None

    async def command(self, board: str, name: str, data: dict[str, Any]) -> Any:
        assert self.caller is not None
        return await self.service.execute(self.caller, Command(new_id(), board, name, data))

    async def fill(self) -> None:
        id = await live_changes.add_account(self.service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
        await live_changes.add_account(self.service, "charlie@desk.example", "Charlie", "investigator", PASSWORD)
        self.caller = await live_changes.caller_for(self.service, id)
        self.token = await live_changes.apply_change(
            self.service,
            lambda session: accounts.add_token(session, "hotline", "intake", "alice@desk.example", "2026-11-24T22:00:00.000Z"),
        )
        self.cookie = await session_cookie(self.service, "alice@desk.example")
        members = {"access": "members", "members": [id]}
        self.search = (await self.command(OPERATIONS, "search.open", SEARCH | members)).opened
        for number in range(30):
            await self.command(self.search, "note.add", {"text": f"note {number}"})
        place = {"text": "bridge", "lat": 48.1, "lon": 11.5}
        await self.command(self.search, "sighting.add", {"description": "seen", "place": place, "source_name": "Zoë"})
        await self.command(self.search, "search.set_access", {"access": "desk", "members": []})

    def copy(self) -> None:
        transfer.copy(self.source, self.target, self.told.append)


@pytest.fixture
async def transferred(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Transferred]:
    monkeypatch.setattr(transfer, "PAGE_SIZE", 20)  # several pages
    service = await BoardService.open(settings_for(tmp_path))
    target = Database(postgres_url)
    made = Transferred(service, target)
    await made.fill()
    yield made
    await service.close()
    await target.close()


def everything(session: Session) -> dict[str, list[Any]]:
    """All rows of all tables, sorted here, as databases sort texts in different ways. The folder of files is that of one
    machine, and is left out."""
    tables = metadata.sorted_tables
    found = {table.name: sorted(map(tuple, session.connection().execute(select(table))), key=repr) for table in tables}
    return found | {"upkeep": [row for row in found["upkeep"] if not row[0].startswith(FOLDER)]}


def faults(session: Session) -> list[str | None]:
    return [verify(session, board) for board in session.connection().execute(select(Board.__table__)).all()]  # type: ignore[arg-type, attr-defined]


async def test_every_row_arrives_and_every_chain_holds(transferred: Transferred) -> None:
    transferred.copy()
    before, after = transferred.source.read_now(everything), transferred.target.read_now(everything)
    assert after == before
    assert {"account", "session", "token", "visibility_changes", "note", "event", "processed_commands"} <= {
        name for name, rows in after.items() if rows
    }
    assert transferred.target.read_now(faults) == [None, None, None]
    assert any(line.startswith(f"{transferred.search} holds") for line in transferred.told)
    assert f"event: {len(after['event'])} rows" in transferred.told


@pytest.mark.slow
async def test_and_back_again(transferred: Transferred, tmp_path: Path) -> None:
    transferred.copy()
    back = Database(f"sqlite:///{tmp_path}/back.db")
    migrate(back)
    transfer.copy(transferred.target, back, transferred.told.append)
    assert back.read_now(everything) == transferred.source.read_now(everything)
    await back.close()


async def test_people_and_programs_stay_signed_in_and_go_on_where_they_were(
    transferred: Transferred, postgres_url: str, tmp_path: Path
) -> None:
    again = Command(new_id(), transferred.search, "note.add", {"text": "the last one before"})
    assert transferred.caller is not None
    before = await transferred.service.execute(transferred.caller, again)
    transferred.copy()
    service = await BoardService.open(
        settings_for(tmp_path, database_url=postgres_url, secret_key="a secret of the tests, and long enough")
    )
    assert await service.database.read(lambda session: identity.caller_by_token(session, transferred.token))
    assert await service.database.read(lambda session: identity.caller_by_cookie(session, transferred.cookie))
    assert await service.execute(transferred.caller, again) == before
    after = await service.execute(
        transferred.caller, Command(new_id(), transferred.search, "note.add", {"text": "the first one after"})
    )
    assert after.seqs == [before.seqs[0] + 1]
    await service.close()


async def test_a_database_with_something_in_it_is_refused_and_left_alone(transferred: Transferred) -> None:
    await transferred.target.write(
        lambda session: session.add(Board(id=OPERATIONS, number=OPERATIONS_NUMBER, kind="operations", epoch="e", at=""))
    )
    with pytest.raises(OperationError, match="not empty"):
        transferred.copy()
    rows = transferred.target.read_now(everything)
    assert len(rows["board"]) == 1
    assert not rows["account"]


@pytest.mark.parametrize("what", ["rights", "display"])
async def test_a_source_that_somebody_writes_to_is_refused_and_nothing_is_kept(transferred: Transferred, what: str) -> None:
    def write(session: Session) -> None:
        if what == "rights":
            accounts.set_role(session, "alice@desk.example", "admin")
        else:
            displays.add(session, SCREEN, "digest", "alice", "2026-11-24T22:00:00.000Z")

    def tell(line: str) -> None:
        if line.startswith("event:"):
            transferred.source.write_now(write)

    with pytest.raises(OperationError, match="Stop its servers"):
        transfer.copy(transferred.source, transferred.target, tell)
    assert {name for name, rows in transferred.target.read_now(everything).items() if rows} == {"rights"}
    transferred.copy()  # now that nobody writes


async def test_a_copy_that_breaks_off_leaves_nothing(transferred: Transferred, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(line: str) -> None:
        if line.startswith("event:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.copy(transferred.source, transferred.target, tell)
    assert {name for name, rows in transferred.target.read_now(everything).items() if rows} == {"rights"}


async def test_damage_is_neither_made_nor_hidden_by_a_copy(transferred: Transferred) -> None:
    await transferred.source.write(
        lambda session: session.connection().execute(text(f"UPDATE event SET type = 'x' WHERE board = {BOARD} AND seq = 20"),
                                                     {"board": transferred.search})
    )  # fmt: skip
    transferred.copy()
    assert any("was damaged before it was copied: event 20" in line for line in transferred.told)


async def test_an_empty_source_is_most_likely_a_typing_error(tmp_path: Path, postgres_url: str) -> None:
    source, target = Database(f"sqlite:///{tmp_path}/typo.db"), Database(postgres_url)
    migrate(source)
    with pytest.raises(OperationError, match="nothing to copy"):
        transfer.copy(source, target, print)
    for each in (source, target):
        await each.close()


@pytest.mark.slow
async def test_a_target_that_goes_away_is_said_so(transferred: Transferred, server_dir: Path) -> None:
    from board.dev import Postgres

    server = Postgres(server_dir / "gone", fsync=False)
    await asyncio.to_thread(server.start)
    target = Database(server.create("board"))
    migrate(target)

    def tell(line: str) -> None:
        if line.startswith("event:"):
            server.kill()

    with pytest.raises(DatabaseUnavailable):
        transfer.copy(transferred.source, target, tell)
    await target.close()
