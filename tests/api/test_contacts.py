"""Contacts: their details are read by one call, and calls are logged and planned. See also `test_contact_leaks`."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.client import Refusal
from board.commands.contacts.contacts import MAX_CONTACTS
from board.commands.contacts.details import MAX_EARLIER
from board.engine import erasure
from models import telephone
from models.board import OPERATIONS
from models.handover import Briefing
from models.times import format_utc, now, parse_utc
from tests.api.test_alarms import Alarms
from tests.api.test_documents import fetched
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import take_shift
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NAME, NUMBER, DIALLED, EMAIL, NOTE = "Zqxanna Voorbeeld", "0470 12 34 56", "+32470123456", "zqx@example.org", "Zqx works nights."
CONTACT = {
    "name": NAME, "role": "parent", "relation": "mother", "languages": ["French"], "email": EMAIL, "note": NOTE,
    "phones": [{"number": NUMBER, "label": "mobile, first"}],
}  # fmt: skip


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


@pytest.fixture
async def alarms(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Alarms]:
    """A search that Alice leads, without alarms; the shift is held by Ada."""
    async with running_team(tmp_path, **installation) as team:
        search = await team.alice.open_search(lead=team.alice.account["id"])
        await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        yield Alarms(team, search, wall_clock)


async def details(scene: SearchScenario, who: Person, contact: str) -> dict[str, Any]:
    response = await who.http.get(f"/api/v1/boards/{scene.search}/contacts/{contact}")
    assert response.status_code == 200, response.text
    return dict(response.json())


# -- details --------------------------------------------------------------------------------------------------------------


async def test_details_are_in_no_event_and_read_by_one_call(team: Team, scene: SearchScenario) -> None:
    added = await scene.one("contact.add", CONTACT, team.bob)
    assert (added["type"], added["state"]["number"], added["state"]["details_kept"]) == ("contact.added", 1, True)
    assert not {"phones", "email", "note"} & added["state"].keys()
    assert "470" not in json.dumps(added)
    assert await details(scene, team.alice, added["id"]) == {
        "phones": [{"number": DIALLED, "shown": "+32 470 12 34 56", "label": "mobile, first"}], "email": EMAIL, "note": NOTE,
    }  # fmt: skip
    entries = (await team.ada.http.get("/api/v1/audit", params={"kind": "contact.read"})).json()["entries"]
    assert [entry["id"] for entry in entries].count(added["id"]) == 1
    for id in (UNKNOWN_ID, scene.search):
        assert (await team.alice.http.get(f"/api/v1/boards/{scene.search}/contacts/{id}")).status_code == 404
    assert (await team.victor.http.get(f"/api/v1/boards/{scene.search}/contacts/{added['id']}")).status_code == 403


async def test_former_details_are_kept_and_can_be_restored(team: Team, scene: SearchScenario) -> None:
    contact = (await scene.one("contact.add", CONTACT))["id"]
    changed = await scene.one("contact.update", {"contact": contact, "email": "other@example.org", "name": "An"}, team.bob)
    assert (changed["changes"], changed["private"]) == (["name"], ["email"])
    read = await details(scene, team.alice, contact)
    assert (read["email"], read["note"]) == ("other@example.org", NOTE)
    (former,) = read["earlier"]
    assert (former["email"], former["seq"], former["account"]) == (EMAIL, changed["seq"], team.bob.account["id"])
    await scene.one("undo", {"seq": changed["seq"]})
    assert (await details(scene, team.alice, contact))["email"] == EMAIL
    for number in range(MAX_EARLIER + 2):
        await scene.one("contact.update", {"contact": contact, "note": f"note {number}"})
    assert len((await details(scene, team.alice, contact))["earlier"]) == MAX_EARLIER, "bounded"
    await scene.refuses("invalid", "undo", {"seq": changed["seq"]}, "seq")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("0612345678", telephone.NOT_HERE), ("0800-CHILD", telephone.NOT_A_NUMBER), ("1" * 40, telephone.WRONG_LENGTH)],
)
async def test_wrong_number_is_refused_by_a_sentence(scene: SearchScenario, number: str, sentence: str) -> None:
    data = CONTACT | {"phones": [{"number": number}]}
    refused = await scene.refuses("invalid", "contact.add", data, "phones.0.number")
    assert refused.fields["phones.0.number"] == sentence


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"role": "uncle"}, "role"), ({"email": "no"}, "email"),
        ({"email": "a b@c.d"}, "email"), ({"note": "x" * 4001}, "note"), ({"phones": [{"number": NUMBER}] * 6}, "phones"),
        ({"languages": ["x"] * 21}, "languages"), ({"last_call": {}}, "last_call"), ({"number": 7}, "number"),
        ({"next_call": "soon"}, "next_call"),
    ],
)  # fmt: skip
async def test_wrong_field_is_refused(scene: SearchScenario, data: dict[str, Any], field: str) -> None:
    await scene.refuses("invalid", "contact.add", CONTACT | data, field)


async def test_erased_events_of_a_contact_hold_no_name(team: Team, scene: SearchScenario) -> None:
    added = await scene.one("contact.add", CONTACT)
    changed = await scene.one("contact.update", {"contact": added["id"], "name": f"{NAME} again"})
    paths = [f"/api/v1/boards/{scene.search}/{name}" for name in ("events?limit=1000", "journal.json", "journal.csv")]
    assert [NAME in (await team.alice.http.get(path)).text for path in paths] == [True] * 3

    def erase(session: Session) -> list[bool]:
        return [erasure.erase(session, scene.search, event["seq"]) for event in (added, changed)]

    assert await team.server.service.database.write(erase) == [True, True]
    assert [NAME in (await team.alice.http.get(path)).text for path in paths] == [False] * 3
    assert (await team.alice.http.get(f"/searches/{scene.search}/history.md")).status_code == 200
    await scene.one("contact.update", {"contact": added["id"], "name": "An"})
    assert (await scene.state("contact", added["id"]))["name"] == "An", "work continues"


async def test_names_of_all_scripts_are_accepted(scene: SearchScenario) -> None:
    for name in ("أنا فوربيلد", "Анна Примерова", "陳大文"):
        assert (await scene.one("contact.add", {"name": name}))["state"]["name"] == name


async def test_search_has_at_most_200_contacts(scene: SearchScenario) -> None:
    for number in range(MAX_CONTACTS):
        await scene.team.bob.command(scene.search, "contact.add", {"name": f"Contact {number}"})
    await scene.refuses("too_large", "contact.add", CONTACT)


async def test_viewers_and_outsiders_change_no_contact(team: Team) -> None:
    search = await team.secret_search(team.bob)
    scene = SearchScenario(team, search)
    contact = (await scene.one("contact.add", CONTACT, team.bob))["id"]
    for name, data in (
        ("contact.add", CONTACT), ("contact.update", {"contact": contact, "name": "x"}),
        ("contact.withdraw", {"contact": contact}),
        ("contact.restore", {"contact": contact}), ("contact.log", {"contact": contact, "result": "reached", "text": "x"}),
    ):  # fmt: skip
        for who in (team.charlie, team.victor):
            with pytest.raises(Refusal, match="not_found"):
                await who.command(search, name, data)
    assert (await team.charlie.http.get(f"/api/v1/boards/{search}/contacts/{contact}")).status_code == 404
    other = await team.alice.open_search()
    with pytest.raises(Refusal, match="not_found"):
        await team.alice.command(other, "contact.withdraw", {"contact": contact})
    with pytest.raises(Refusal, match="forbidden"):
        await team.victor.command(other, "contact.add", CONTACT)


# -- calls ----------------------------------------------------------------------------------------------------------------


async def test_logged_call_is_a_note_and_plans_the_next_one(team: Team, scene: SearchScenario) -> None:
    contact = (await scene.one("contact.add", CONTACT))["id"]
    due = format_utc(now() + timedelta(hours=1))
    data = {"contact": contact, "result": "reached", "text": "Asks her sister.", "next_call": due}
    note, called = await scene.does("contact.log", data, team.bob)
    bob = team.bob.account["id"]
    assert (note["type"], note["state"]["category"], note["state"]["text"]) == ("note.added", "contact", "Asks her sister.")
    assert note["state"]["call"] == {
        "contact": contact, "result": "reached", "incoming": False, "next_call": due, "assignee": bob,
    }  # fmt: skip
    state = called["state"]
    assert (called["type"], state["next_call"], state["assignee"], state["last_call"]["by"]) == ("contact.called", due, bob, bob)
    # a call that is recorded late does not replace the last one
    earlier = format_utc(now() - timedelta(hours=1))
    data = {"contact": contact, "result": "no_answer", "text": "Nobody.", "happened_at": earlier, "incoming": True}
    _, called = await scene.does("contact.log", data, team.charlie)
    state = called["state"]
    assert (state["last_call"]["result"], state["next_call"], state["assignee"]) == ("reached", None, None)
    late = {"contact": contact, "result": "reached", "text": "x", "happened_at": format_utc(now() + timedelta(hours=1))}
    await scene.refuses("invalid", "contact.log", late, "happened_at")
    await scene.refuses("not_found", "contact.log", {"contact": UNKNOWN_ID, "result": "reached", "text": "x"}, "contact")
    await scene.one("contact.withdraw", {"contact": contact})
    await scene.refuses("invalid", "contact.log", {"contact": contact, "result": "reached", "text": "x"}, "contact")


async def calls(alarms: Alarms) -> list[tuple[str, dict[str, Any]]]:
    """Return the alarms about calls; those about the first tasks of the search are others."""
    return [(id, state) for id, state in (await alarms.states()).items() if state["rule"] == "call_due"]


async def test_due_call_raises_escalates_and_lapses(alarms: Alarms) -> None:
    desk, bob = alarms.desk, alarms.desk.bob.account["id"]
    due = format_utc(now() + timedelta(minutes=10))
    data = CONTACT | {"next_call": due, "assignee": bob}
    await desk.alice.command(alarms.search, "contact.add", data)
    await alarms.after(9)
    assert await calls(alarms) == []
    await alarms.after(11)
    ((id, state),) = await calls(alarms)
    assert (state["rule"], state["about"]["kind"], state["asked"]) == ("call_due", "contact", [bob, desk.alice.account["id"]])
    await alarms.after(22)
    ((_, state),) = await calls(alarms)
    assert (state["step"], desk.ada.account["id"] in state["asked"]) == (1, True)
    await desk.bob.command(alarms.search, "alarm.take", {"alarm": id})
    await alarms.after(22 + 31)
    ((_, state),) = await calls(alarms)
    assert (state["taken_by"], state["lapsed_by"]) == (None, bob)
    contact = state["about"]["id"]
    await desk.bob.command(alarms.search, "contact.log", {"contact": contact, "result": "reached", "text": "Told her."})
    ((_, state),) = await calls(alarms)
    assert (state["ended"], state["next_at"]) == ("settled", None)


async def test_moved_or_withdrawn_call_ends_its_alarm(alarms: Alarms) -> None:
    desk = alarms.desk
    ack = await desk.alice.command(alarms.search, "contact.add", CONTACT | {"next_call": format_utc(now())})
    events = (await desk.alice.http.get(f"/api/v1/boards/{alarms.search}/events", params={"after": ack["seqs"][0] - 1})).json()
    contact = events["events"][0]["id"]
    await alarms.after(1)
    for command, data in (
        ("contact.update", {"next_call": format_utc(now() + timedelta(hours=2))}),
        ("contact.update", {"next_call": format_utc(now() - timedelta(minutes=1))}),
        ("contact.withdraw", {}),
    ):
        await desk.bob.command(alarms.search, command, {"contact": contact} | data)
    ended = [state["ended_at"] is not None for _, state in await calls(alarms)]
    assert ended == [True, True], "the moved call is due again"


async def test_call_stays_due_after_the_child_is_found(alarms: Alarms) -> None:
    outcome = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": True}
    await alarms.desk.alice.command(
        alarms.search, "contact.add", CONTACT | {"next_call": format_utc(now() + timedelta(minutes=5))}
    )
    found = {"status": "found", "reason": "at home", "outcome": outcome}
    await alarms.desk.alice.command(alarms.search, "search.set_status", found)
    await alarms.after(6)
    assert [state["ended_at"] for _, state in await calls(alarms)] == [None]


async def test_due_call_is_in_summaries_and_handover(team: Team, scene: SearchScenario) -> None:
    await take_shift(team.alice)
    due = format_utc(now() + timedelta(hours=1))
    contact = (await scene.one("contact.add", CONTACT | {"next_call": due, "assignee": team.bob.account["id"]}))["id"]
    report = (await team.alice.http.get("/api/v1/handover", params={"board": scene.search})).json()
    (call,) = report["searches"][0]["calls"]
    assert (call["id"], call["title"], call["due"], call["role"]) == (contact, NAME, due, "parent")
    assert report["people"][team.bob.account["id"]] == "Bob"
    for path in ("/handover.md", "/handover/briefing.pdf"):
        assert (await fetched(team.alice, path)).status_code == 200
    assert NAME in (await team.alice.http.get("/handover.md")).text


# -- calls that texts of handovers owed -----------------------------------------------------------------------------------


async def test_owed_calls_of_an_open_handover_move_to_a_contact(alarms: Alarms) -> None:
    desk, service = alarms.desk, alarms.desk.server.service
    await desk.ada.command(OPERATIONS, "handover.prepare", {"incoming": None})
    text = f"Call {NAME} on {NUMBER}"
    await desk.ada.command(alarms.search, "handover.write", {"handover": 1, "contacts": text, "assessment": "She left."})

    def owe(session: Any) -> None:
        session.get_one(Briefing, alarms.search).calls_owed = True  # as migration 0072 does

    await service.database.write(owe)
    await alarms.after(1)
    await alarms.after(2)
    entities = (await desk.alice.snapshot(alarms.search))["entities"]
    ((id, contact),) = [(id, state) for (kind, id), state in entities.items() if kind == "contact"]
    briefing = entities["briefing", alarms.search]
    assert (briefing["contacts"], briefing["assessment"]) == (None, "She left.")
    assert parse_utc(contact["next_call"]) - parse_utc(format_utc(service.clock())) > timedelta(minutes=50)
    response = await desk.alice.http.get(f"/api/v1/boards/{alarms.search}/contacts/{id}")
    assert response.json()["note"] == text
    await alarms.after(62)
    assert len(await calls(alarms)) == 1


async def test_calls_at_once_are_numbered_one_by_one(team: Team, scene: SearchScenario) -> None:
    added = [who.command(scene.search, "contact.add", {"name": f"C {n}"}) for n, who in enumerate([team.alice, team.bob] * 10)]
    await asyncio.gather(*added)
    entities = (await team.alice.snapshot(scene.search))["entities"]
    assert sorted(state["number"] for (kind, _), state in entities.items() if kind == "contact") == list(range(1, 21))
