"""Alerts reach the people concerned, and nobody else: by an assessment, a status, a card of theirs, a mention of their name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from board.commands.alarms import alerts
from board.commands.cards import mentions
from models.alert import KINDS
from models.times import now
from tests.api.test_administration import browser, hire
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, connect_person, create_token, new_id, running_server
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]

PEOPLE = ("alice", "bob", "charlie", "victor", "ada")


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    """A search that everybody sees, with a sighting on it."""
    return SearchScenario(team, await team.alice.open_search())


async def listed(person: Person, board: str) -> list[dict[str, Any]]:
    """Return a person's alerts about a search, newest first."""
    response = await person.http.get("/api/v1/alerts")
    assert response.status_code == 200, response.text
    return [each for each in response.json()["alerts"] if each["board"] == board]


async def alerted(team: Team, board: str, seq: int) -> dict[str, str]:
    """Return who is alerted by an event, and by which kind."""
    found = {name: await listed(getattr(team, name), board) for name in PEOPLE}
    return {name: each["kind"] for name, all in found.items() for each in all if each["seq"] == seq}


async def unread(person: Person) -> int:
    return int((await person.http.get("/api/v1/alerts")).json()["unread"])


async def mark(person: Person, body: Any) -> int:
    response = await person.http.post("/api/v1/alerts/read", json=body)
    assert response.status_code == 200, response.text
    return int(response.json()["unread"])


async def bell(person: Person) -> dict[str, Any]:
    return await person.request({"type": "alerts"}, type="alerts")


async def told(person: Person, **like: Any) -> dict[str, Any]:
    """Wait until this is the last alerts frame of a socket."""

    def last() -> dict[str, Any] | None:
        frame = next(each for each in reversed(person.frames) if each["type"] == "alerts")
        return frame if frame.items() >= like.items() else None

    return dict(await person.wait_until(last))


# -- recipients ---------------------------------------------------------------------------------------------------------------


async def test_each_kind_alerts_whom_it_should_and_nobody_else(scene: SearchScenario) -> None:
    team, board = scene.team, scene.search
    bob = team.bob.account["id"]
    others = {name: kind for name in PEOPLE[1:] for kind in ["status"]}
    seen = await scene.one("sighting.add", {"description": "a girl"}, team.bob)
    assessed = await scene.one("sighting.assess", {"sighting": seen["id"], "assessment": "credible"})
    doubted = await scene.one("sighting.assess", {"sighting": seen["id"], "assessment": "unverifiable"})
    given = await scene.one("card.assign", {"card": seen["id"], "assignee": bob})
    task = await scene.one("task.add", {"title": "call", "assignee": bob})
    named = await scene.one("note.add", {"text": "Ask @BÖB", "card": seen["id"]})
    closed = await scene.one("search.set_status", {"status": "closed", "reason": "moved", "acknowledge": "as it is"})
    again = await scene.one("search.set_status", {"status": "closed", "reason": "moved away", "acknowledge": "as it is"})
    assert await alerted(team, board, seen["seq"]) == {}
    assert await alerted(team, board, assessed["seq"]) == dict.fromkeys(others, "sighting")
    assert await alerted(team, board, doubted["seq"]) == {}
    assert await alerted(team, board, given["seq"]) == {"bob": "assigned"}
    assert await alerted(team, board, task["seq"]) == {"bob": "assigned"}
    assert await alerted(team, board, named["seq"]) == {"bob": "mention"}
    assert await alerted(team, board, closed["seq"]) == others
    assert await alerted(team, board, again["seq"]) == {}  # another reason, the same status
    card = {"kind": "sighting", "id": seen["id"], "number": seen["state"]["number"]}
    status, mention, _, _, sighting = await listed(team.bob, board)
    actor = {"id": team.alice.account["id"], "name": "Alice"}
    assert status == {
        "board": board, "reference": (await scene.state("search", board))["reference"], "seq": closed["seq"], "at": closed["at"],
        "kind": "status", "type": "search.status_set", "actor": actor, "entity": {"kind": "search", "id": board}, "card": None,
        "value": "closed", "acknowledge": "as it is", "reason": None, "handover": None, "read": False, "desktop": False,
        "child": "Noor",
    }  # fmt: skip
    assert (mention["entity"], mention["card"]) == ({"kind": "note", "id": named["id"]}, card)
    assert (sighting["value"], sighting["card"]) == ("credible", card)


async def test_an_alert_names_the_child_and_the_place_as_they_are_now(team: Team) -> None:
    board = await team.alice.open_search(person={"first_name": "Mila", "last_name": "de Boer"})
    scene = SearchScenario(team, board)
    seen = await scene.sighting(place={"text": "Gent"})
    await scene.one("sighting.assess", {"sighting": seen["id"], "assessment": "credible"})
    (alert,) = await listed(team.bob, board)
    assert (alert["child"], alert["place"]) == ("Mila D.", "Gent")
    await scene.one("search.update", {"person": {"age": 6}})
    await scene.one("sighting.update", {"sighting": seen["id"], "place": {"text": "Gent-Zuid"}})
    (alert,) = await listed(team.bob, board)
    assert (alert["child"], alert["place"]) == ("Mila D., 6", "Gent-Zuid")
    await scene.one("search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    assert await listed(team.bob, board) == []  # whoever may not see the search learns no name


async def test_a_new_urgent_sighting_alerts_the_lead_and_who_holds_the_shift(scene: SearchScenario) -> None:
    team, board = scene.team, scene.search
    await handover_steps.take_shift(team.ada)
    await scene.one("search.update", {"lead": team.bob.account["id"]})
    both = {"bob": "urgent", "ada": "urgent"}
    added = await scene.sighting(priority="urgent")
    usual, task = await scene.sighting(), await scene.task(priority="urgent")
    assert [await alerted(team, board, event["seq"]) for event in (added, usual, task)] == [both, {}, {}]
    changed = []
    for priority in ("urgent", "low", "urgent"):
        changed.append(await scene.one("sighting.update", {"sighting": usual["id"], "priority": priority}))
    same = await scene.one("sighting.update", {"sighting": usual["id"], "clothing": "a red coat"})
    assert [await alerted(team, board, event["seq"]) for event in [*changed, same]] == [both, {}, both, {}]
    newest = (await listed(team.bob, board))[0]
    assert (newest["type"], newest["value"], newest["card"]["id"]) == ("sighting.updated", None, usual["id"])
    own = await scene.one("sighting.add", {"description": "a girl", "priority": "urgent"}, team.bob)
    named = await scene.sighting(description="@Bob has seen her", priority="urgent")
    assert await alerted(team, board, own["seq"]) == {"ada": "urgent"}
    assert await alerted(team, board, named["seq"]) == both | {"bob": "mention"}


async def test_urgent_sighting_alerts_the_shift_holder_who_may_see_the_search(team: Team) -> None:
    hidden = SearchScenario(team, await team.secret_search(team.bob))
    await handover_steps.take_shift(team.ada)
    first = await hidden.sighting(priority="urgent")
    await hidden.one("search.update", {"lead": team.bob.account["id"]})
    second = await hidden.sighting(priority="urgent")
    assert [await alerted(team, hidden.search, event["seq"]) for event in (first, second)] == [{}, {"bob": "urgent"}]
    desk = SearchScenario(team, await team.alice.open_search())
    await handover_steps.take_shift(team.alice)
    third = await desk.one("sighting.add", {"description": "a girl", "priority": "urgent"}, team.charlie)
    assert await alerted(team, desk.search, third["seq"]) == {"alice": "urgent"}


async def test_event_that_alerts_by_two_kinds_is_listed_once(scene: SearchScenario) -> None:
    bob = scene.team.bob
    before = await unread(bob)
    task = await scene.one("task.add", {"title": "call", "instruction": "@Bob, please", "assignee": bob.account["id"]})
    assert await alerted(scene.team, scene.search, task["seq"]) == {"bob": "assigned"}
    assert await unread(bob) == before + 1


async def test_nobody_is_alerted_of_their_own_doing(scene: SearchScenario) -> None:
    team, alice = scene.team, scene.team.alice
    seen = await scene.sighting(assignee=alice.account["id"])
    note = await scene.one("note.add", {"text": "@Alice takes it, @Bob helps"})
    taken = await scene.one("card.assign", {"card": seen["id"], "assignee": team.bob.account["id"]}, team.bob)
    assert await alerted(team, scene.search, seen["seq"]) == {}
    assert await alerted(team, scene.search, note["seq"]) == {"bob": "mention"}
    assert await alerted(team, scene.search, taken["seq"]) == {}


async def test_edit_alerts_only_people_who_were_not_named_before(scene: SearchScenario) -> None:
    team = scene.team
    task = await scene.task(instruction="@Bob calls the school")
    same = await scene.one("task.update", {"task": task["id"], "instruction": "@Bob calls the school at 8", "title": "Ask @bob"})
    more = await scene.one("task.update", {"task": task["id"], "checklist": {"a": {"text": "@Bob and @Charlie"}}})
    folded = await scene.one("card.withdraw", {"card": task["id"], "reason": "as @Bob said"})
    moved = await scene.one("search.update", {"person": {"description": "known to @Victor"}})
    found = [await alerted(team, scene.search, event["seq"]) for event in (task, same, more, folded, moved)]
    assert found == [{"bob": "mention"}, {}, {"charlie": "mention"}, {"bob": "mention"}, {"victor": "mention"}]


async def test_a_note_on_the_operations_board_names_people_too(team: Team) -> None:
    ack = await team.alice.command("operations", "note.add", {"text": "@Victor watches tonight"})
    assert await alerted(team, "operations", ack["seqs"][0]) == {"victor": "mention"}
    assert (await listed(team.victor, "operations"))[0]["reference"] is None


DESK = [
    ("1", "Zoé Lemaire"),
    ("2", "Jean-Luc Peeters"),
    ("3", "Zoé"),
    ("4", "Marie Claes"),
    ("5", "Marie Peeters"),
    ("6", "Öz (IT)"),
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@ZOE LEMAIRE!", "1"),
        ("@Zoé: who?", "3"),  # two names begin like this, and one is exactly this
        ("@jean-luc", "2"),
        ("(@Jean-Luc's turn)", "2"),
        ("@Jean", ""),
        ("@marie", ""),  # ambiguous
        ("@Marie  Claes, @marie peeters", "45"),
        ("@Mariecke @Zoé-Anne", ""),
        ("zoe@lemaire.example, a@zoe", ""),
        ("@@ @ @, @öz", "6"),
        ("@nobody @öz (IT)", "6"),
        ("@" * 2_000 + "a" + "-" * 2_000, ""),
    ],
)
def test_names_in_a_text_mention_these_accounts(text: str, ids: str) -> None:
    assert mentions.mentioned([text], mentions.names_by_key(DESK)) == set(ids)


async def test_texts_without_an_at_ask_for_no_names(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(session: object) -> None:
        raise AssertionError("names were read")

    monkeypatch.setattr(mentions, "_names", fail)
    await scene.one("note.add", {"text": "Bob"})
    with pytest.raises(BaseException, match="failed"):
        await scene.one("note.add", {"text": "@Bob"})


async def test_a_new_account_starts_without_alerts_and_is_alerted_from_then_on(team: Team, scene: SearchScenario) -> None:
    first, second = await scene.sighting(), await scene.sighting()
    assess = {"assessment": "confirmed"}
    before = await scene.one("sighting.assess", {"sighting": first["id"]} | assess)
    kim = await team.add_person("Kim", "investigator")
    assert (await unread(kim), await listed(kim, scene.search)) == (0, [])
    assert (await bell(kim))["unread"] == 0
    assert before["seq"] in {each["seq"] for each in await listed(team.bob, scene.search)}
    after = await scene.one("sighting.assess", {"sighting": second["id"]} | assess)
    await told(kim, unread=1)
    assert [each["seq"] for each in await listed(kim, scene.search)] == [after["seq"]]
    assert await mark(kim, {"all": True}) == 0


# -- rights -------------------------------------------------------------------------------------------------------------------


async def test_alert_of_a_search_that_is_no_longer_visible_is_hidden(team: Team) -> None:
    alice, charlie = team.alice, await team.open_socket(team.charlie)
    await mark(charlie, {"all": True})
    assert (await bell(charlie))["unread"] == 0
    search = await team.secret_search(charlie)
    scene = SearchScenario(team, search)
    await scene.one("note.add", {"text": "@Charlie, look"})
    seen = await scene.sighting(assignee=charlie.account["id"])
    await scene.one("sighting.assess", {"sighting": seen["id"], "assessment": "confirmed"})
    last = {"board": search, "seq": (await listed(charlie, search))[0]["seq"]}
    await told(charlie, unread=3, last=last)
    assert not await listed(team.victor, search)

    members = [alice.account["id"]]
    await alice.command(search, "search.set_access", {"access": "members", "members": members})
    await told(charlie, unread=0, last=None)
    at = len(charlie.frames)
    await scene.one("search.set_status", {"status": "closed", "reason": "@Charlie", "acknowledge": "as it is"})
    assert not await listed(charlie, search)
    assert await mark(charlie, {"alerts": [last]}) == await mark(charlie, {"all": True}) == await unread(charlie) == 0
    assert (await bell(await team.open_socket(charlie)))["unread"] == 0
    assert search not in str(charlie.frames[at:])

    await scene.one("search.set_status", {"status": "open", "reason": "again"})
    await alice.command("operations", "note.add", {"text": "@Charlie"})
    await told(charlie, unread=1)
    await alice.command(search, "search.set_access", {"access": "desk", "members": []})
    await told(charlie, unread=6)  # an invisible alert stays unread
    assert len(await listed(team.victor, search)) == 3


# -- read ---------------------------------------------------------------------------------------------------------------------


async def test_alert_read_on_one_screen_is_read_on_all(scene: SearchScenario) -> None:
    team = scene.team
    desk, phone, other = [await team.open_socket(person) for person in (team.bob, team.bob, team.victor)]
    await mark(desk, {"all": True})
    await mark(other, {"all": True})
    for each in (desk, phone, other):
        nothing = {"type": "alerts", "unread": 0, "last": None, "quiet": False, "alarms": {"sound": "on_duty", "desktop": True}}
        assert (await bell(each)) == nothing
    first = await scene.task(assignee=desk.account["id"])
    second = await scene.one("search.set_status", {"status": "closed", "reason": "x", "acknowledge": "as it is"})
    for each in (desk, phone):
        await told(each, unread=2, last={"board": scene.search, "seq": second["seq"]})
    unknown = {"board": "operations", "seq": 2**53}
    assert await mark(phone, {"alerts": [{"board": scene.search, "seq": second["seq"]}, unknown]}) == 1
    for each in (desk, phone):
        await told(each, unread=1, last={"board": scene.search, "seq": first["seq"]})
    await told(other, unread=1)
    assert [each["read"] for each in await listed(desk, scene.search)] == [True, False]
    assert await mark(desk, {"all": True}) == 0
    await told(phone, unread=0, last=None)
    assert [each["read"] for each in await listed(phone, scene.search)] == [True, True]
    assert (await bell(await team.open_socket(phone)))["unread"] == 0
    assert not (await listed(other, scene.search))[0]["read"]
    silent = await team.open_socket(team.bob)
    await silent.subscribe(scene.search)
    assert not [frame for frame in silent.frames if frame["type"] == "alerts"]  # this socket did not ask for alerts


async def test_socket_gets_each_alert_once_and_none_of_its_own_doing(scene: SearchScenario) -> None:
    team = scene.team
    alice, bob = await team.open_socket(team.alice), await team.open_socket(team.bob)
    for each in (alice, bob):
        await mark(each, {"all": True})
        assert (await bell(each))["unread"] == 0
    await scene.task(assignee=bob.account["id"])
    await told(bob, unread=1)
    assert await mark(bob, {"all": True}) == 0
    await told(bob, unread=0)
    await team.alice.open_search()  # many events on one board and one on another are read by one query
    await scene.one("search.set_status", {"status": "closed", "reason": "x", "acknowledge": "as it is"})
    await scene.one("search.set_status", {"status": "open", "reason": "x"})
    await told(bob, unread=2)
    await scene.one("task.add", {"title": "call", "assignee": alice.account["id"]}, bob)
    await told(alice, unread=1)
    assert (await bell(await team.open_socket(alice)))["unread"] == await unread(alice) == 1


async def test_alerts_and_reads_of_another_process_arrive(
    installation: dict[str, Any], tmp_path: Path, alice: Person, bob: Person
) -> None:
    search = await alice.open_search()
    assert (await bell(bob))["unread"] == 0
    async with running_server(tmp_path, **installation) as other:
        elsewhere = await connect_person(other, bob.token)
        assert (await bell(elsewhere))["unread"] == 0
        await alice.command(search, "task.add", {"title": "call", "assignee": bob.account["id"]})
        for each in (elsewhere, bob):
            await told(each, unread=1)
        assert await mark(elsewhere, {"all": True}) == 0
        await told(bob, unread=0, last=None)
        await elsewhere.close()


async def test_alerts_older_than_two_weeks_are_not_listed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, service = await team.open_socket(team.bob), team.server.service
    await mark(bob, {"all": True})
    monkeypatch.setattr(service, "clock", lambda: now() - alerts.RETENTION - timedelta(minutes=1))
    old = await team.alice.open_search()
    await team.alice.command(old, "task.add", {"title": "x", "assignee": bob.account["id"]})
    monkeypatch.setattr(service, "clock", lambda: now() - alerts.RETENTION + timedelta(minutes=1))
    await team.alice.command(old, "task.add", {"title": "y", "assignee": bob.account["id"]})
    assert [each["type"] for each in await listed(bob, old)] == ["task.added"]
    assert (await bell(bob))["unread"] == 1


# -- choices ------------------------------------------------------------------------------------------------------------------


async def test_each_person_chooses_which_and_where(team: Team) -> None:
    eva = await hire(team.server, name=f"Eva{new_id()}")
    search = await team.alice.open_search()
    places = dict.fromkeys(KINDS, "list")
    async with browser(team.server, eva) as http:

        async def choose(**chosen: str) -> dict[str, Any]:
            assert (await http.post("/account/alerts", data=places | chosen)).headers["location"] == "/account?changed=alerts"
            return dict((await http.get("/api/v1/alerts")).json())

        await http.post("/api/v1/alerts/read", json={"all": True}, headers={"Origin": team.server.url})
        await team.alice.command(search, "note.add", {"text": f"@{eva.name}"})
        await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "x", "acknowledge": "as it is"})
        found = await choose(status="off", mention="desktop")
        assert [(each["kind"], each["desktop"]) for each in found["alerts"] if each["board"] == search] == [("mention", True)]
        assert (found["unread"], found["quiet"]) == (1, False)
        found = await choose(mention="desktop", quiet="yes")
        assert [(each["kind"], each["desktop"]) for each in found["alerts"] if each["board"] == search] == [
            ("status", False), ("mention", False),
        ]  # fmt: skip
        assert (found["unread"], found["quiet"]) == (2, True)
        assert await choose(**dict.fromkeys(KINDS, "off")) == {"alerts": [], "unread": 0, "quiet": False}
        assert (await http.post("/account/alerts", data=places | {"status": "everywhere"})).status_code == 422
        earlier = {kind: "off" for kind in KINDS if kind not in ("urgent", "handover")}  # sent by a page of an earlier version
        assert (await http.post("/account/alerts", data=earlier)).status_code == 303
        assert (await http.get("/account")).text.count("selected") == len(KINDS) + 1, "and the sound of alarms"


async def test_a_choice_acts_on_open_sockets(team: Team) -> None:
    victor = await team.open_socket(team.victor)
    await mark(victor, {"all": True})
    await bell(victor)
    search = await team.alice.open_search()
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "x", "acknowledge": "as it is"})
    await told(victor, unread=1, quiet=False)

    def choose(status: str, quiet: bool) -> Any:
        places = dict.fromkeys(KINDS, "list") | {"status": status}
        return lambda session: alerts.update_settings(session, victor.account["id"], places, quiet)

    await team.server.service.database.write(choose("list", quiet=True))
    await told(victor, unread=1, quiet=True)
    await team.server.service.database.write(choose("off", quiet=False))
    await told(victor, unread=0, quiet=False)
    await team.server.service.database.write(choose("list", quiet=False))
    await told(victor, unread=1, quiet=False)


# -- refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {}, {"all": False}, {"all": 1}, {"all": True, "alerts": []}, {"alerts": {}}, {"alerts": [1]},
        *({"alerts": [each]} for each in ({"board": "x"}, {"board": "", "seq": 1}, {"board": "x", "seq": 1, "more": 1})),
        *({"alerts": [{"board": "x", "seq": seq}]} for seq in ("1", True, 1.5, -1, 2**53 + 1)),
        {"alerts": [{"board": "x", "seq": 1}] * 201},
    ],
)  # fmt: skip
async def test_invalid_list_of_alerts_is_refused(team: Team, body: Any) -> None:
    response = await team.bob.http.post("/api/v1/alerts/read", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


async def test_read_token_marks_nothing_and_intake_token_sees_nothing(team: Team) -> None:
    reader = await team.add_person("Rita", "investigator", "read")
    assert await unread(reader) >= 0
    assert "unread" in await bell(reader)
    assert (await reader.http.post("/api/v1/alerts/read", json={"all": True})).status_code == 403
    token = await create_token(team.server.service, "Ines", "investigator", "intake")
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as intake:
        assert (await intake.get("/api/v1/alerts")).status_code == 403
        assert (await intake.post("/api/v1/alerts/read", json={"all": True})).status_code == 403
    async with httpx.AsyncClient(base_url=team.server.url) as nobody:
        assert (await nobody.get("/api/v1/alerts")).status_code == 401
        assert (await nobody.post("/api/v1/alerts/read", json={"all": True})).status_code == 401
