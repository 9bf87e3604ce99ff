"""Backup and restore, word for word as the README says, on both databases; and no client goes on from what is no more."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from board import accounts
from board.check import ROOT
from tests import cast, readme
from tests.cast import Person, serving
from tests.houses import SMALL, House

pytestmark = pytest.mark.houses

SQLITE, POSTGRESQL = "**Backup and restore.** SQLite", "\nPostgreSQL, beside the running servers"


@dataclass
class Keeper:
    """Whoever keeps the installation: types what the README says, in its folder."""

    house: House
    folder: Path
    settings: dict[str, Any]

    async def type(self, words: str) -> str:
        """What it printed. Fails if any line of it fails."""
        programs = [str(Path(sys.executable).parent), *([str(self.house.postgres.programs)] if self.house.postgres else [])]
        environment = os.environ | {name.upper(): value for name, value in self.settings.items()} | {
            "PATH": ":".join([*programs, os.environ["PATH"]]), "PYTHONPATH": str(ROOT), "BOARD_PREPARED": str(ROOT),
        }  # fmt: skip
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-euc", words], check=False, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return str(done.stdout)

    @property
    def words(self) -> tuple[str, str]:
        """How the README says to make a backup, and to restore it."""
        backup, restore, *_ = readme.blocks(SQLITE if self.house.name == SMALL else POSTGRESQL, "sh")
        return backup, restore


@pytest.fixture
def keeper(house: House, tmp_path: Path, installation: dict[str, Any]) -> Keeper:
    return Keeper(house, tmp_path, installation)


async def test_a_restored_board_is_that_of_the_backup_and_everybody_gets_it_anew(keeper: Keeper) -> None:
    backup, restore = keeper.words
    async with serving(keeper.folder, **keeper.settings) as server:
        token = await cast.token_for(server.desk, "Alice", "coordinator")
        alice = await cast.come(server, token)
        search = await alice.open_search()
        screen = await alice.follow(search)
        kept = await alice.do(search, "note.add", {"text": "Before the backup."}, id="before")
        then = await alice.snapshot(search)
        await keeper.type(backup)
        await alice.do(search, "note.add", {"text": "After the backup."}, id="after")
        await alice.up_to(search, then["seq"] + 1)
        email = (await alice.http.get("/api/v1/me")).json()["email"]
        await accounts.change(server.desk, lambda session: accounts.set_role(session, email, "viewer"))
        await alice.leave()

    assert "have a new epoch" in await keeper.type(restore)
    assert len((await keeper.type("python3 -m board verify")).splitlines()) == 2

    async with serving(keeper.folder, **keeper.settings) as server:
        for seq in (screen.seq, then["seq"], 1):  # beyond the head as it is now, at it, and before it
            back = await cast.come(server, token)
            await back.follow(search, screen.epoch, seq)
            await _has_it_anew(back, search, screen.epoch, then)
        assert (await back.do(search, "note.add", {"text": "Before the backup."}, id="before"))["seqs"] == kept["seqs"]
        assert (await back.do(search, "note.add", {"text": "After the backup."}, id="after"))["seqs"] == [then["seq"] + 1]
        await back.leave()


async def _has_it_anew(person: Person, search: str, old_epoch: str, then: dict[str, Any]) -> None:
    """A snapshot of the board as it was at the backup, in an epoch of its own."""
    assert [frame["type"] for frame in person.heard if frame.get("board") == search][:2] == ["snapshot", "subscribed"]
    screen = person.screens[search]
    assert screen.epoch != old_epoch
    assert (screen.seq, screen.entities) == (then["seq"], then["entities"])


async def test_a_backup_is_closed_to_others(keeper: Keeper) -> None:
    async with serving(keeper.folder, **keeper.settings):
        await keeper.type(keeper.words[0])
    (made,) = keeper.folder.glob("backup.*")
    assert made.stat().st_mode & 0o077 == 0
