"""No account and no token fills a board: each has a share of it, and a full board has a reserve for coordinators."""

from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import Session, select

from board.client import Refusal
from board.commands.alarms import alarms
from board.commands.searches import searches
from board.config.board_shares import load_board_shares
from board.config.settings import Settings
from board.displays import displays
from board.engine import board_limits
from models.accounts import Account
from models.board import Board, BoardShare
from models.db.errors import ConfigurationError
from models.ids import id_bytes
from tests.support.board_shares import set_shares
from tests.support.display_client import DisplayBrowser
from tests.support.people import Person, session_cookie
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def entities(team: Team, board: str) -> int:
    return await team.server.service.database.read(lambda session: session.get_one(Board, board).entities)


async def share(team: Team, board: str, person: Person) -> tuple[int, int]:
    """Return the entities, and those of the reserve, that count for a person."""

    def read(session: Session) -> tuple[int, int]:
        rows = session.exec(select(BoardShare).where(BoardShare.board == board, BoardShare.account == person.account["id"])).all()
        return sum(row.entities for row in rows), sum(row.reserved for row in rows)

    return await team.server.service.database.read(read)


async def note(person: Person, board: str) -> dict[str, Any]:
    return dict(await person.command(board, "note.add", {"text": "x"}))


async def sentence(person: Person, board: str, command: str = "note.add", data: dict[str, Any] | None = None) -> str:
    """Return the sentence with which a person is refused."""
    with pytest.raises(Refusal, match="too_large") as refused:
        await person.command(board, command, data or {"text": "x"})
    return str(refused.value.body["message"])


# -- shares -------------------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_an_account_that_used_its_share_is_refused_and_others_are_not(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    set_shares(monkeypatch, team.server.service, token=10)
    for _ in range(10):
        await note(team.charlie, search)
    assert await sentence(team.charlie, search) == (
        "10 entries of this board were added with this token: its share is used up. Ask a coordinator to make room."
    )
    assert await share(team, search, team.charlie) == (10, 0)
    assert (await note(team.bob, search))["seqs"]
    other = await team.alice.open_search()
    assert (await note(team.charlie, other))["seqs"], "a share is of one board"


async def test_sessions_and_tokens_of_one_account_have_shares_and_one_together(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search, service = scene.team, scene.search, scene.team.server.service
    set_shares(monkeypatch, service, account=10, token=12)
    for number in range(3):
        await team.charlie.command(search, "note.add", {"text": f"{number}"})
    email = await service.database.read(lambda session: session.get_one(Account, team.charlie.account["id"]).email)
    cookies = {"board_session": await session_cookie(service, email)}
    async with httpx.AsyncClient(base_url=team.server.url, cookies=cookies, headers={"Origin": team.server.url}) as page:

        async def add(number: int) -> httpx.Response:
            command = {"id": f"p{number}", "name": "note.add", "data": {"text": "x"}}
            return await page.post(f"/api/v1/boards/{search}/commands", json=command)

        answers = [await add(number) for number in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [413], "nine, as all together have twelve"
    assert answers[8].json()["share"] == {"used": 12, "most": 12}, "the share of all together is used first"
    assert answers[9].json()["message"] == (
        "You added 12 entries of this board: your share is used up. Ask a coordinator to make room."
    )
    assert await share(team, search, team.charlie) == (12, 0)
    assert "with this token" in await sentence(team.charlie, search)


@pytest.mark.both_backends
async def test_a_removed_column_is_given_back_to_its_share(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    team, search = scene.team, scene.search
    before = await share(team, search, team.alice)
    column = await scene.one("column.add", {"role": "waiting"})
    assert await share(team, search, team.alice) == (before[0] + 1, 0)
    await scene.does("column.remove", {"column": column["id"]})
    assert await share(team, search, team.alice) == before


async def test_a_warning_comes_with_the_ack_before_the_share_is_used(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    set_shares(monkeypatch, team.server.service, token=10)
    acks = [await note(team.charlie, search) for _ in range(10)]
    assert [ack.get("share") for ack in acks] == [None] * 7 + [{"used": used, "most": 10} for used in (8, 9, 10)]
    answer = await team.bob.http.post(
        f"/api/v1/boards/{search}/commands", json={"id": "b1", "name": "note.add", "data": {"text": "x"}}
    )
    assert "share" not in answer.json()


async def test_shares_come_from_the_file_of_the_installation(tmp_path: Path) -> None:
    own = Path("board/config/data/shares.toml").read_text().replace("account = 2_000", "account = 3_000")
    (tmp_path / "shares.toml").write_text(own)
    assert load_board_shares(str(tmp_path)).account == 3_000
    assert load_board_shares().account == 2_000
    (tmp_path / "shares.toml").write_text(own.replace("reserve = 500", "reserve = 501"))
    with pytest.raises(ConfigurationError, match=r"board\.reserve: Enter 500 or less"):
        Settings(_env_file=None, files_path=str(tmp_path)).check()


# -- the reserve --------------------------------------------------------------------------------------------------------------


async def test_each_person_is_told_what_still_works_on_a_full_board(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", await entities(team, search) + 1)
    set_shares(monkeypatch, team.server.service, reserve=3, reserve_account=2)
    assert (await note(team.bob, search))["seqs"], "the last one"
    full = "This board is full. Ask a coordinator to make room."
    assert await sentence(team.bob, search) == await sentence(team.charlie, search) == full
    for _ in range(2):
        await note(team.alice, search)
    assert await share(team, search, team.alice) == ((await share(team, search, team.alice))[0], 2)
    mine = "This board is full, and so is the reserve for coordinators. Make room first."
    assert await sentence(team.alice, search) == mine, "a stolen account does not use up the reserve"
    assert (await note(team.ada, search))["seqs"]
    assert await sentence(team.ada, search) == mine, "the rest is for what comes with a status"
    assert (await scene.does("search.set_status", {"status": "found", "reason": "seen", "outcome": OUTCOME}))[0][
        "type"
    ] == "search.status_set"


async def test_the_part_of_the_reserve_is_new_once_there_was_room_again(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", await entities(team, search))
    set_shares(monkeypatch, team.server.service, reserve=5, reserve_account=1)
    column = await scene.one("column.add", {"role": "waiting"})
    assert "reserve" in await sentence(team.alice, search)
    assert "reserve" in await sentence(team.alice, search, "column.add", {"role": "waiting"})
    (first,) = [id for role, id in (await scene.columns()).items() if role == "doing"]
    for id in (column["id"], first):
        await scene.does("column.remove", {"column": id})
    assert (await share(team, search, team.alice))[1] == 0, "the board was below its limit"
    for _ in range(2):
        await note(team.alice, search)
    assert "reserve" in await sentence(team.alice, search)


# -- the same class elsewhere -------------------------------------------------------------------------------------------------


async def test_one_account_opens_only_so_many_searches(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, opened = team.ada, [await team.ada.open_search() for _ in range(2)]
    has = await team.server.service.database.read(lambda session: _opened(session, ada.account["id"]))
    set_shares(monkeypatch, team.server.service, searches=has)
    with pytest.raises(Refusal, match="too_large") as refused:
        await ada.open_search()
    assert f"You opened {has} searches" in refused.value.body["message"]
    dora = await team.add_person("Dora", "coordinator")
    assert await dora.open_search(), "another coordinator opens it"
    assert (await ada.command(opened[0], "note.add", {"text": "x"}))["seqs"]


def _opened(session: Session, account: str) -> int:
    return int(session.connection().execute(searches._OPENED, {"account": id_bytes(account)}).scalar_one())


async def test_alarms_about_one_card_do_not_pile_up(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "MAX_ENDED", 2)
    monkeypatch.setattr(alarms, "DROPS_AT", tuple("0123456789abcdef"))
    team, search = scene.team, scene.search
    card = (await scene.sighting())["id"]
    for _ in range(5):
        for priority in ("urgent", "normal"):
            await scene.does("sighting.update", {"sighting": card, "priority": priority}, team.charlie)
    there = [kind for kind, _ in (await team.alice.snapshot(search))["entities"] if kind == "alarm"]
    assert len(there) == 3, "the newest two that ended when the last one was raised, and that one"
    screen = await team.bob.subscribe(search)
    assert screen.entities == (await team.alice.snapshot(search))["entities"]


async def test_the_number_of_displays_is_bounded(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displays, "MAX_ACTIVE", 0)
    screen = DisplayBrowser(team.server)
    code, search = await screen.pairing_code(), await team.alice.open_search()
    paired = {"code": code, "name": "Room 1", "profile": "room", "language": "en", "shows": {"boards": [search]}}
    answer = await team.alice.http.post("/api/v1/displays", json=paired)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), answer.text
    monkeypatch.undo()
    answer = await team.alice.http.post("/api/v1/displays", json=paired)
    assert answer.status_code == 201, answer.text
    await screen.close()
