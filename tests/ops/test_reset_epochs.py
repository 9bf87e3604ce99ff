"""Reset of epochs: after a restore from a backup no client resumes from a position that no longer exists: it gets a snapshot."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from board.client import Refusal
from board.command_line import backing_up as commands
from board.engine.hash_chain import verify
from board.engine.journal import heads
from board.maintenance import transfer
from models.board import OPERATIONS, Board
from models.db.database import Database
from tests.support.people import BoardReplica, Person, connect_person, create_token, running_server


@dataclass
class Lost:
    """State of a client when the machine died, and the search as the backup has it."""

    folder: Path
    search: str
    token: str
    ahead: BoardReplica
    old: tuple[str, int]

    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder}/board.db")


@pytest.fixture
async def lost(tmp_path: Path) -> Lost:
    """A search with three notes, made after the backup that is in place again."""
    async with running_server(tmp_path) as server:
        alice = await connect_person(server, token := await create_token(server.service, "Alice", "coordinator"))
        search = await alice.open_search()
        screen = await alice.subscribe(search)
        old = (screen.epoch, screen.seq)
        await alice.close()
    shutil.copy(tmp_path / "board.db", tmp_path / "backup")
    async with running_server(tmp_path) as server:
        alice = await connect_person(server, token)
        screen = await alice.subscribe(search)
        for number in range(3):
            await alice.command(search, "note.add", {"text": f"lost {number}"})
        await alice.wait_for_seq(search, old[1] + 3)
        await alice.close()
    for file in ("board.db", "board.db-wal", "board.db-shm"):
        (tmp_path / file).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup", tmp_path / "board.db")
    return Lost(tmp_path, search, token, screen, old)


async def comes_back(alice: Person, lost: Lost) -> list[str]:
    """Return the frames for a client that resumes from its position; others were at work meanwhile."""
    for number in range(5):
        await alice.command(lost.search, "note.add", {"text": f"new {number}"})
    alice.boards[lost.search] = lost.ahead
    lost.ahead.live = False
    since = len(alice.frames)
    await alice.subscribe(lost.search, lost.ahead.epoch, lost.ahead.seq)
    return [frame["type"] for frame in alice.frames[since:] if frame.get("board") == lost.search]


async def test_new_epochs_give_an_old_client_a_snapshot(lost: Lost) -> None:
    database = lost.database()
    assert database.write_now(transfer.reset_epochs) == 3  # the search, operations and the audit journal
    await database.close()
    async with running_server(lost.folder) as server:
        alice = await connect_person(server, lost.token)
        assert "snapshot" in await comes_back(alice, lost)
        assert {state["text"] for state in lost.ahead.of_kind("note").values()} == {f"new {number}" for number in range(5)}
        patch = {"person": {"age": 9}}
        with pytest.raises(Refusal) as refused:
            await alice.command(lost.search, "search.update", patch, base=lost.old[1], epoch=lost.old[0])
        assert refused.value.code == "conflict"
        await alice.close()


async def test_old_epochs_would_resume_past_events_it_never_saw(lost: Lost) -> None:
    """Shows that the test above could fail."""
    async with running_server(lost.folder) as server:
        alice = await connect_person(server, lost.token)
        assert "snapshot" not in await comes_back(alice, lost)
        assert "lost 0" in {state["text"] for state in lost.ahead.of_kind("note").values()}
        await alice.close()


async def test_every_board_has_an_epoch_of_its_own_and_holds_as_before(lost: Lost) -> None:
    database, boards = lost.database(), [lost.search, OPERATIONS]
    before = database.read_now(lambda session: heads(session, boards))
    assert before[lost.search] == lost.old
    database.write_now(transfer.reset_epochs)
    after = database.read_now(lambda session: heads(session, boards))
    assert {board: seq for board, (_, seq) in after.items()} == {board: seq for board, (_, seq) in before.items()}
    assert len({epoch for epoch, _ in (*before.values(), *after.values())}) == 4
    for id in boards:
        assert database.read_now(lambda session, id=id: verify(session, session.get(Board, id))) is None
    await database.close()


async def test_the_command_says_what_it_did(
    lost: Lost, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", lost.database().url)
    await asyncio.to_thread(commands.reset_epochs)
    assert "3 boards have a new epoch" in capsys.readouterr().out
