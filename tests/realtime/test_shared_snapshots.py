"""Snapshots are read and encoded once while nothing changes, and never shown to somebody who may not see them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from board.engine import snapshot
from board.live.kept_snapshots import MAX_KEPT_BYTES, KeptSnapshots
from models.board import OPERATIONS
from realtime.channels import channel_reader
from realtime.source import ChannelView
from tests.support.team import Team, running_team


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    async with running_team(tmp_path) as running:
        yield running


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The boards that are read whole, in order."""
    boards, read = list[str](), snapshot.all_entities

    def counted(session: object, board: object) -> object:
        boards.append(board.id)  # type: ignore[attr-defined]
        return read(session, board)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "all_entities", counted)
    return boards


async def test_board_is_read_once_while_nothing_changes(team: Team, reads: list[str]) -> None:
    search = await team.alice.open_search()
    for reader in (team.alice, team.bob, team.victor):
        await reader.subscribe(search)
    assert reads == [search]
    assert team.alice.boards[search].entities == team.victor.boards[search].entities
    await team.alice.command(search, "note.add", {"text": "something new"})
    await team.charlie.subscribe(search)
    assert reads == [search, search]
    assert "something new" in str(team.charlie.boards[search].entities)


async def test_kept_snapshot_of_operations_hides_what_another_may_see(team: Team, reads: list[str]) -> None:
    secret = await team.secret_search(team.bob)
    await team.bob.subscribe(OPERATIONS)
    await team.charlie.subscribe(OPERATIONS)
    assert reads == [OPERATIONS]
    assert ("search", secret) in team.bob.boards[OPERATIONS].entities
    assert ("search", secret) not in team.charlie.boards[OPERATIONS].entities


async def test_kept_snapshot_is_not_sent_after_rights_have_ended(team: Team) -> None:
    search = await team.alice.open_search()
    await team.bob.subscribe(search)
    members = {"access": "members", "members": [team.alice.account["id"]]}
    await team.alice.command(search, "search.set_access", members)
    late = await team.open_socket(team.bob)
    await late.send({"type": "subscribe", "board": search})
    await late.wait_until(lambda: [each for each in late.frames if each["type"] == "error"])
    assert not [each for each in late.frames if each["type"] == "snapshot"]


async def test_frames_for_different_rights_are_bounded_in_number(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_reader, "MAX_KEPT_SNAPSHOTS", 2)
    secrets = [await team.secret_search(), await team.secret_search(team.bob), await team.secret_search(team.bob, team.charlie)]
    readers = (team.alice, team.bob, team.charlie, team.victor)  # each sees other searches
    for reader in readers:
        await reader.subscribe(OPERATIONS)
    seen = [[("search", each) in reader.boards[OPERATIONS].entities for each in secrets] for reader in readers]
    assert seen == [[True] * 3, [False, True, True], [False, False, True], [False] * 3]
    source = team.server.service.source
    view = await source.read_channel(OPERATIONS, [None])
    assert view is not None
    assert len(view.snapshots) == 2


def _view(size: int, seq: int = 1) -> ChannelView:
    return ChannelView("e", seq, "now", seq, [], [("id", b"x" * size)])


def test_kept_snapshots_are_bounded_in_bytes() -> None:
    kept = KeptSnapshots()
    for board in ("a", "b", "c"):
        kept.keep(board, _view(MAX_KEPT_BYTES // 3))
    assert kept.get("a") is not None
    kept.keep("d", _view(1_000))
    kept.keep("e", _view(1_000))
    assert kept.get("b") is None, "it was not read for longest"
    assert None not in (kept.get("a"), kept.get("c"), kept.get("d"), kept.get("e"))
    kept.keep("a", newer := _view(10, seq=2))
    assert kept.get("a") is newer
    kept.keep("large", _view(MAX_KEPT_BYTES + 1))
    assert kept.get("large") is None


def test_view_without_a_snapshot_is_not_kept() -> None:
    kept = KeptSnapshots()
    kept.keep("a", None)
    kept.keep("a", ChannelView("e", 1, "now", 1, [], None))
    assert kept.get("a") is None


def test_snapshot_that_nobody_reads_is_dropped() -> None:
    kept = KeptSnapshots()
    for board in ("a", "b"):
        kept.keep(board, _view(10))
    kept.age()
    assert kept.get("a") is not None
    kept.age()
    assert [kept.get(board) is None for board in ("a", "b")] == [False, True]
    assert kept._bytes == 10
