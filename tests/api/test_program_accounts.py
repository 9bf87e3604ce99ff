"""The account of a program that takes in sightings is given no work: nobody would see it there."""

from typing import Any

import httpx2 as httpx
import pytest

from models.accounts import Account
from models.board import OPERATIONS
from models.read_position import ReadPosition
from tests.api.test_administration import browser
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, create_token, new_id
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def program(team: Team, role: str = "coordinator", scope: str = "intake") -> str:
    """The account of a program; its id."""
    secret = await create_token(team.server.service, "Hotline", role, scope)
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}) as http:
        return str((await http.get("/api/v1/me")).json()["id"])


async def machines(who: Person) -> set[str]:
    """Return the accounts that a form does not offer."""
    return {each["id"] for each in (await who.http.get("/api/v1/accounts")).json()["accounts"] if each["machine"]}


async def test_account_with_intake_tokens_alone_is_listed_as_a_program(team: Team) -> None:
    hotline, both = await program(team), await program(team, scope="write")
    told = await machines(team.bob)
    assert hotline in told
    assert both not in told
    assert team.alice.account["id"] not in told


async def test_it_leads_no_search_is_given_no_card_and_takes_no_shift_over(scene: SearchScenario) -> None:
    team, alice = scene.team, scene.team.alice
    hotline, sighting = await program(team), (await scene.sighting())["id"]
    facts = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
    number = await handover_steps.prepare_handover(alice)
    tries: list[tuple[str, str, dict[str, Any], str]] = [
        (OPERATIONS, "search.open", facts | {"lead": hotline}, "lead"),
        (scene.search, "search.update", {"lead": hotline}, "lead"),
        (scene.search, "sighting.add", {"description": "a girl", "assignee": hotline}, "assignee"),
        (scene.search, "task.add", {"title": "call", "assignee": hotline}, "assignee"),
        (scene.search, "card.assign", {"card": sighting, "assignee": hotline}, "assignee"),
        (OPERATIONS, "handover.write", {"handover": number, "incoming": hotline}, "incoming"),
    ]
    for board, name, data, field in tries:
        answer = await alice.http.post(f"/api/v1/boards/{board}/commands", json={"id": new_id(), "name": name, "data": data})
        assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (422, "invalid", [field]), name
    await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})
    answer = await alice.http.post(
        f"/api/v1/boards/{OPERATIONS}/commands",
        json={"id": new_id(), "name": "handover.prepare", "data": {"incoming": hotline}},
    )
    assert list(answer.json()["fields"]) == ["incoming"]
    bob = team.bob.account["id"]
    assert (await scene.one("card.assign", {"card": sighting, "assignee": bob}))["state"]["assignee"] == bob


async def test_it_may_see_a_search_but_is_not_who_can_always_act_there(scene: SearchScenario) -> None:
    hotline, alice = await program(scene.team), scene.team.alice.account["id"]
    await scene.refuses("invalid", "search.set_access", {"access": "members", "members": [hotline]}, "members")
    assert await scene.one("search.set_access", {"access": "members", "members": [hotline, alice]})


async def test_account_that_ever_signed_in_is_a_person(team: Team) -> None:
    """A person may have a token for taking in, too."""
    hotline = await program(team)
    rows = (await team.ada.http.get("/api/v1/accounts")).json()["accounts"]
    assert hotline in {each["id"] for each in rows if each["machine"]}
    account = await team.server.service.database.read(lambda session: session.get_one(Account, hotline))
    async with browser(team.server, account) as http:
        assert hotline not in await machines(team.bob)
        assert (await http.post("/logout")).status_code == 303
    assert hotline not in await machines(team.bob)


async def test_account_that_read_a_board_is_a_person_without_a_recorded_sign_in(team: Team) -> None:
    """Sign-ins are kept from 0.4.0 on, marks on boards from 0.3.0 on."""
    hotline, database = await program(team), team.server.service.database
    for board, at, is_machine in (("did", "", True), ("saw", "2026-01-01T00:00:00.000000Z", False)):
        mark = ReadPosition(account=hotline, board=board, epoch="e", seq=0, at=at)
        await database.write(lambda session, mark=mark: session.add(mark))
        assert (hotline in await machines(team.bob)) == is_machine


async def test_a_card_does_not_go_back_to_what_is_a_machine_by_now(scene: SearchScenario) -> None:
    scope = await program(scene.team, scope="write")
    card = (await scene.sighting(assignee=scope))["id"]
    taken = await scene.one("card.assign", {"card": card, "assignee": None})
    await scene.team.server.service.database.write(lambda session: _only_intake(session, scope))
    await scene.refuses("conflict", "undo", {"seq": taken["seq"]}, "assignee")


def _only_intake(session: Any, account: str) -> None:
    session.connection().exec_driver_sql(f"UPDATE token SET scope = 'intake' WHERE account = '{account}'")
