"""Reports of disappearances: recorded during the call, with an alarm for coordinators; opened, joined or closed by them."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from board.client import Refusal
from board.commands.reports.reports import NEEDED
from board.documents.pdf import TIMEOUT_S
from board.maintenance.archiving import Archiving
from models.board import OPERATIONS
from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, Person, create_token, new_id
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

PATH = "/api/v1/reports"
CALLER = {"source_name": "Samira Haddad", "source_contact": "+32 400 00 12 34"}
CHILD = {"first_name": "Lina", "last_name": "Haddad", "age": 12, "sex": "f"}


async def report(who: Person, **data: Any) -> str:
    """Add a report; return its id."""
    ack = await who.command(OPERATIONS, "report.add", CALLER | data)
    return str((await events(who))[ack["seqs"][0] - 1]["id"])


async def events(who: Person, board: str = OPERATIONS, **params: Any) -> list[dict[str, Any]]:
    response = await who.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1000} | params)
    return list(response.json()["events"])


async def state(who: Person, id: str) -> dict[str, Any]:
    return dict((await who.snapshot(OPERATIONS))["entities"]["report", id])


async def of_kind(who: Person, kind: str, board: str = OPERATIONS) -> list[dict[str, Any]]:
    entities = (await who.snapshot(board))["entities"]
    return [state for (each, _), state in entities.items() if each == kind]


async def opened(who: Person, id: str, **data: Any) -> str:
    """Open a report as a search; return its board."""
    return str((await who.command(OPERATIONS, "report.open", {"report": id} | data))["opened"])


async def refused(who: Person, name: str, data: dict[str, Any]) -> Refusal:
    """Give a command that must be refused and write nothing; return the refusal."""
    head = (await who.snapshot(OPERATIONS))["seq"]
    with pytest.raises(Refusal) as refusal:
        await who.command(OPERATIONS, name, data)
    assert (await who.snapshot(OPERATIONS))["seq"] == head
    return refusal.value


# -- recording ------------------------------------------------------------------------------------------------------------


async def test_a_first_name_is_enough_and_raises_an_alarm(team: Team) -> None:
    screen = await team.alice.subscribe(OPERATIONS)
    id = await report(team.bob, source_name=None, source_contact=None, person={"first_name": "لينا"})
    added = (await events(team.bob, entity=id))[0]
    await team.alice.wait_for_seq(OPERATIONS, added["seq"])
    mine = screen.of_kind("report")[id]
    assert (mine["status"], mine["person"]["first_name"], mine["taken_by"]) == ("waiting", "لينا", team.bob.account["id"])
    assert (mine["received_at"], mine["ended_at"], mine["decision"], mine["source_kept"]) == (added["at"], None, None, None)
    (alarm,) = [each for each in await of_kind(team.alice, "alarm") if each["about"]["id"] == id]
    assert (alarm["occasion"], alarm["ended_at"], alarm["caused_by"]) == ("report_waiting", None, team.bob.account["id"])
    assert team.alice.account["id"] in alarm["asked"]
    assert team.bob.account["id"] not in alarm["asked"]
    listed = (await team.alice.http.get("/api/v1/alarms")).json()["alarms"]
    (shown,) = [each for each in listed if each["about"]["id"] == id]
    assert (shown["title"], shown["about"]["number"], shown["asked_me"]) == ("لينا", mine["number"], True)


@pytest.mark.parametrize("name", ["source_name", "source_contact"])
async def test_a_caller_who_hangs_up_leaves_a_report(team: Team, name: str) -> None:
    id = await report(team.bob, **({"source_name": None, "source_contact": None} | {name: "0400 00 12 34"}))
    await team.bob.command(OPERATIONS, "report.end_call", {"report": id})
    ended = await state(team.bob, id)
    assert (ended["status"], ended["source_kept"], ended["ended_at"] is None) == ("waiting", True, False)
    assert (await team.bob.command(OPERATIONS, "report.end_call", {"report": id}))["seqs"] == []


async def test_a_report_without_name_and_number_is_refused(team: Team) -> None:
    for empty in ({}, {"source_name": " ", "person": {"first_name": None}}, {"circumstances": "a quarrel"}):
        refusal = await refused(team.bob, "report.add", empty)
        assert (refusal.code, refusal.fields) == ("invalid", {"source_name": NEEDED})
    id = await report(team.bob, source_contact=None)
    assert (await refused(team.bob, "report.update", {"report": id, "source_name": None})).fields == {"source_name": NEEDED}


async def test_typed_facts_arrive_one_after_the_other(team: Team) -> None:
    id = await report(team.bob)
    steps: list[dict[str, Any]] = [
        {"person": CHILD}, {"person": {"birth_date": "2014-03-14"}}, {"missing_since": "2026-11-24T20:30:00Z"},
        {"last_seen": {"text": "Zwarte Vijvers", "lat": 50.86, "lon": 4.33}},
        {"belongings": {"phone": "no", "phone_note": "off since 23:05"}},
        {"belongings": {"medication": "yes"}, "person": {"needs": "insulin"}},
        {"criteria": {"danger_to_life": {"answer": "unknown"}}},
        {"circumstances": "a quarrel", "may_go": "an aunt in Vilvoorde"}, {"caller_role": "mother"},
    ]  # fmt: skip
    for step in steps:
        await team.bob.command(OPERATIONS, "report.update", {"report": id} | step)
    typed = await state(team.alice, id)
    assert (typed["person"]["first_name"], typed["person"]["birth_date"], typed["person"]["needs"]) == (
        "Lina",
        "2014-03-14",
        "insulin",
    )
    assert (typed["belongings"]["phone_note"], typed["caller_role"], typed["last_seen"]["text"]) == (
        "off since 23:05", "mother", "Zwarte Vijvers",
    )  # fmt: skip
    assert sorted(typed["suggested"]) == ["medication", "under_13"]
    assert len(await events(team.bob, entity=id)) == len(steps), "an answer that says nothing new is no event"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"belongings": {"company": "parent"}}, "parental_abduction"),
        ({"belongings": {"company": "stranger"}}, "third_party_abduction"),
        ({"belongings": {"company": "friend"}}, "runaway"), ({"caller_role": "facility"}, "unaccompanied_minor"), ({}, None),
    ],
)  # fmt: skip
async def test_answers_suggest_a_type_and_criteria(team: Team, answers: dict[str, Any], kind: str | None) -> None:
    id = await report(team.bob, **answers)
    first = await state(team.bob, id)
    assert (first["kind"], first["possible_kind"]) == (None, kind)
    assert first["suggested"] == (["third_party"] if kind == "third_party_abduction" else [])
    await team.bob.command(OPERATIONS, "report.update", {"report": id, "criteria": {"third_party": {"answer": "no"}}})
    assert (await state(team.bob, id))["suggested"] == []


@pytest.mark.parametrize(("contact", "problem"), [
    ("0470 12 34 56", None), ("116 000", None), ("samira@example.org", None), ("ask at the bakery", None), (None, None),
    ("+33 6 12 34 56 78", "abroad"), ("0470 12 34 56, 0031 6 12345678", "abroad"), ("0999 99 99 99", "not_here"),
    ("1" * 40, "length"), ("0470 ABC 12 34", "no_number"), ("0470 12 34 56 12 34 56", "length"),
])  # fmt: skip
async def test_the_number_of_a_caller_is_checked_during_the_call(team: Team, contact: str | None, problem: str | None) -> None:
    id = await report(team.bob, source_contact=contact)
    assert (await state(team.alice, id))["callback"] == problem
    await team.bob.command(OPERATIONS, "report.update", {"report": id, "source_contact": "+49 30 123456"})
    assert (await state(team.alice, id))["callback"] == "abroad"
    await team.bob.command(OPERATIONS, "report.update", {"report": id, "source_contact": contact, "may_go": "home"})
    assert (await state(team.alice, id))["callback"] == problem


TOMORROW = format_utc(now() + timedelta(days=2))
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"person": {"birth_date": TOMORROW[:10]}}, "person.birth_date"), ({"person": {"age": -1}}, "person.age"),
    ({"person": {"age": 131}}, "person.age"), ({"missing_since": TOMORROW}, "missing_since"),
    ({"received_at": TOMORROW}, "received_at"), ({"kind": "none"}, "kind"),
    ({"belongings": {"phone": "perhaps"}}, "belongings.phone"), ({"taken_by": "x"}, "taken_by"),
    ({"belongings": {"shoes": "yes"}}, "belongings.shoes"), ({"source_contact": "1" * 401}, "source_contact"),
    ({"criteria": {"danger_to_others": {"answer": "yes"}}}, "criteria.danger_to_others"),
    ({"circumstances": "x" * 4_001}, "circumstances"), ({"last_seen": {"lat": 50.0}}, "last_seen"),
    ({"status": "opened"}, "status"), ({"possible_kind": "runaway"}, "possible_kind"),
    ({"earlier": {"a": {"search": UNKNOWN_ID}}}, "earlier.a.search"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "field"), WRONG)
async def test_wrong_facts_are_refused_at_their_fields(team: Team, wrong: dict[str, Any], field: str) -> None:
    added = await refused(team.bob, "report.add", CALLER | wrong)
    assert (added.code, [*added.fields]) == ("invalid", [field])
    id = await report(team.bob)
    changed = await refused(team.bob, "report.update", {"report": id} | wrong)
    assert (changed.code, [*changed.fields]) == ("invalid", [field])


async def test_a_young_adult_and_an_unknown_age_are_recorded(team: Team) -> None:
    for name, age in (("Олег", 19), ("لينا", None)):
        id = await report(team.bob, person={"first_name": name, "age": age})
        added = await state(team.bob, id)
        assert (added["person"]["first_name"], added["person"]["age"], added["suggested"]) == (name, age, [])
        await team.bob.command(OPERATIONS, "report.update", {"report": id, "person": {"age": None}})
        assert (await state(team.bob, id))["person"]["age"] is None
        await team.bob.command(OPERATIONS, "report.update", {"report": id, "person": {"age": age}})
        search = await opened(team.alice, id)
        child = (await team.alice.snapshot(search))["entities"]["search", search]["person"]
        assert (child["first_name"], child["age"]) == (name, age)


async def test_a_caller_is_in_no_state_and_each_read_is_recorded(team: Team) -> None:
    id = await report(team.bob, person=CHILD)
    await team.bob.command(OPERATIONS, "report.update", {"report": id, "source_contact": "+49 30 1234"})
    told = json.dumps(
        [await events(team.alice), await state(team.alice, id), (await team.alice.http.get("/api/v1/alarms")).json()]
    )
    assert "Samira" not in told
    assert "1234" not in told
    answer = (await team.alice.http.get(f"{PATH}/{id}/caller")).json()
    assert (answer["name"], answer["contact"]) == ("Samira Haddad", "+49 30 1234")
    assert [each["contact"] for each in answer["earlier"]] == ["+32 400 00 12 34"]
    (entry,) = (await team.ada.http.get("/api/v1/audit", params={"kind": "caller", "limit": 1})).json()["entries"]
    assert (entry["type"], entry["id"], entry["actor"]["id"]) == ("caller.read", id, team.alice.account["id"])
    assert (await team.victor.http.get(f"{PATH}/{id}/caller")).status_code == 403
    assert (await team.bob.http.get(f"{PATH}/{UNKNOWN_ID}/caller")).status_code == 404


async def test_a_coordinator_asks_the_person_on_the_telephone(team: Team) -> None:
    id = await report(team.bob)
    page = await team.bob.subscribe(OPERATIONS)
    await team.alice.command(OPERATIONS, "report.ask", {"report": id, "text": "Which insulin?"})
    await team.bob.wait_until(lambda: page.of_kind("report")[id]["questions"])
    (question,) = page.of_kind("report")[id]["questions"]
    assert (question["text"], question["by"]) == ("Which insulin?", team.alice.account["id"])
    for number in range(21):
        await team.alice.command(OPERATIONS, "report.ask", {"report": id, "text": f"Question {number}"})
    assert [each["text"] for each in (await state(team.bob, id))["questions"]][::19] == ["Question 1", "Question 20"]
    assert (await refused(team.bob, "report.ask", {"report": id, "text": "x"})).code == "forbidden"
    assert (await refused(team.alice, "report.ask", {"report": id, "text": " "})).code == "invalid"


async def test_viewers_and_investigators_have_only_their_rights(team: Team) -> None:
    id, search = await report(team.bob, person=CHILD), await team.alice.open_search()
    for name, data in {"report.add": CALLER, "report.update": {"report": id}, "report.end_call": {"report": id}}.items():
        assert (await refused(team.victor, name, data)).code == "forbidden"
    decisions = {"report.open": {}, "report.join": {"search": search}, "report.close": {"why": "advice"}, "report.reopen": {}}
    for name, more in decisions.items():
        assert (await refused(team.bob, name, {"report": id} | more)).code == "forbidden", name


@pytest.mark.parametrize(("reach", "details"), [
    ("0470 12 34 56, samira@example.org", {"phones": ["+32 470 12 34 56"], "email": "samira@example.org", "note": None}),
    ("ask for her at the bakery", {"phones": [], "email": None, "note": "ask for her at the bakery"}),
])  # fmt: skip
async def test_its_caller_is_a_contact_of_the_search(team: Team, reach: str, details: dict[str, Any]) -> None:
    id = await report(team.bob, source_contact=reach, caller_role="mother", person=CHILD)
    search = await opened(team.alice, id)
    [contact] = await of_kind(team.alice, "contact", search)
    assert (contact["name"], contact["role"], contact["relation"]) == ("Samira Haddad", "parent", "mother")
    assert reach not in json.dumps(contact)
    [key] = [id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "contact"]
    read = (await team.alice.http.get(f"/api/v1/boards/{search}/contacts/{key}")).json()
    assert [phone["shown"] for phone in read["phones"]] == details["phones"]
    assert (read["email"], read["note"]) == (details["email"], details["note"])


async def test_a_caller_that_gave_nothing_is_no_contact(team: Team) -> None:
    id = await report(team.bob, source_name=None, source_contact=None, person=CHILD)
    assert await of_kind(team.alice, "contact", await opened(team.alice, id)) == []


async def test_an_installation_can_let_investigators_open_reports(tmp_path: Path) -> None:
    (tmp_path / "roles.toml").write_text(
        'viewer = []\ninvestigator = ["report"]\ncoordinator = []\nadmin = []\n'
    )  # fmt: skip
    async with running_team(tmp_path, files_path=str(tmp_path)) as team:
        id = await report(team.bob, person=CHILD)
        assert (await refused(team.alice, "report.open", {"report": id})).code == "forbidden"
        assert await opened(team.bob, id)


# -- opening --------------------------------------------------------------------------------------------------------------


FACTS: dict[str, Any] = {
    "person": CHILD | {"clothing": "white down jacket", "needs": "insulin", "description": "long black curls"},
    "missing_since": "2026-11-24T20:30:00.000Z", "last_seen": {"text": "Zwarte Vijvers", "lat": 50.86, "lon": 4.33},
    "last_seen_by": "her brother",
    "belongings": {
        "phone": "no", "phone_note": "off since 23:05", "medication": "yes", "company": "internet", "company_note": "Yanis",
    },
    "circumstances": "a quarrel", "may_go": "an aunt", "caller_role": "mother", "details": {"languages": ["French"]},
    "criteria": {"danger_to_life": {"answer": "yes", "basis": "the mother"}},
}  # fmt: skip


async def test_an_opened_report_becomes_a_search_with_all_facts(team: Team) -> None:
    id = await report(team.bob, **FACTS)
    number = (await state(team.bob, id))["number"]
    search = await opened(team.alice, id)
    entities = (await team.bob.snapshot(search))["entities"]
    found = entities["search", search]
    assert {name: found["person"][name] for name in FACTS["person"]} == FACTS["person"]
    assert {name: found[name] for name in ("missing_since", "last_seen")} == {
        name: FACTS[name] for name in ("missing_since", "last_seen")
    }
    assert (found["kind"], found["details"]["languages"], found["worrying"]) == ("runaway", ["French"], None)
    assert [found["criteria"][key]["answer"] for key in ("under_13", "medication", "danger_to_life")] == ["yes"] * 3
    assert found["criteria"]["medication"]["basis"] == "insulin"
    assert found["members"] == [team.alice.account["id"], team.bob.account["id"]]
    assert [*found["reports"].values()] == [
        {"number": number, "role": "mother", "taken_by": team.bob.account["id"], "at": (await state(team.bob, id))["received_at"]}
    ]
    assert len([kind for kind, _ in entities if kind == "task"]) > 3
    notes = "\n".join(state["text"] for (kind, _), state in entities.items() if kind == "note")
    for said in ("off since 23:05", "Yanis", "a quarrel", "an aunt", "her brother"):
        assert said in notes
    assert "Samira" not in notes
    assert "00 12 34" not in json.dumps([*map(str, entities.values())])
    ((contact, caller),) = [(id, state) for (kind, id), state in entities.items() if kind == "contact"]
    assert (caller["name"], caller["role"], caller["details_kept"]) == ("Samira Haddad", "parent", True)
    details = (await team.alice.http.get(f"/api/v1/boards/{search}/contacts/{contact}")).json()
    assert [phone["number"] for phone in details["phones"]] == ["+32400001234"]
    decided = await state(team.bob, id)
    assert (decided["status"], decided["decision"]["search"], decided["kind"]) == ("opened", search, "runaway")
    (alarm,) = [each for each in await of_kind(team.alice, "alarm") if each["about"]["id"] == id]
    assert alarm["ended_at"] is not None


async def test_a_report_without_a_first_name_is_not_opened(team: Team) -> None:
    id = await report(team.bob)
    refusal = await refused(team.alice, "report.open", {"report": id})
    assert (refusal.code, [*refusal.fields]) == ("invalid", ["person.first_name"])
    await team.bob.command(OPERATIONS, "report.update", {"report": id, "person": {"first_name": "Lina"}})
    search = await opened(team.alice, id)
    found = (await team.alice.snapshot(search))["entities"]["search", search]
    assert (found["kind"], found["missing_since"]) == ("undefined", (await state(team.alice, id))["received_at"])


async def test_one_of_two_coordinators_opens_a_report(team: Team) -> None:
    id = await report(team.bob, **FACTS)
    before = len(await of_kind(team.alice, "search"))
    commands = [who.command(OPERATIONS, "report.open", {"report": id}) for who in (team.alice, team.ada, team.alice)]
    answers = await asyncio.gather(*commands, return_exceptions=True)
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == ["conflict"] * 2
    assert len(await of_kind(team.alice, "search")) == before + 1
    search = (await state(team.alice, id))["decision"]["search"]
    assert all(refusal.body["current"]["decision"]["search"] == search for refusal in refusals)


async def test_a_call_that_continues_still_fills_its_search(team: Team) -> None:
    id = await report(team.bob, **FACTS)
    search = await opened(team.alice, id)
    late = {"report": id, "person": {"clothing": "a red coat"}, "belongings": {"money": "yes"}}
    refusal = await refused(team.bob, "report.update", late)
    assert (refusal.code, refusal.body["current"]["decision"]["search"]) == ("conflict", search)
    assert (await refused(team.bob, "report.update", late | {"search": UNKNOWN_ID})).code == "conflict"
    await team.bob.command(OPERATIONS, "report.update", late | {"search": search})
    found = (await team.alice.snapshot(search))["entities"]["search", search]
    assert (found["person"]["clothing"], found["person"]["needs"]) == ("a red coat", "insulin")
    assert (await state(team.bob, id))["person"]["clothing"] == "a red coat"
    assert (await events(team.bob, search))[-1]["type"] == "search.updated"


# -- joining and closing --------------------------------------------------------------------------------------------------


async def test_two_parents_are_joined_and_both_histories_stay(team: Team) -> None:
    """Two people answer them at the same time."""
    mother, father = await asyncio.gather(
        report(team.bob, **FACTS), report(team.charlie, source_name="Karim", person=CHILD, caller_role="father")
    )
    search = await opened(team.alice, mother)
    await team.alice.command(OPERATIONS, "report.join", {"report": father, "search": search})
    found = (await team.alice.snapshot(search))["entities"]["search", search]
    assert [(each["role"], each["taken_by"]) for each in found["reports"].values()] == [
        ("mother", team.bob.account["id"]), ("father", team.charlie.account["id"]),
    ]  # fmt: skip
    joined = await state(team.charlie, father)
    assert (joined["status"], joined["decision"]["search"]) == ("joined", search)
    assert [each["type"] for each in await events(team.alice, entity=father)] == ["report.added", "report.joined"]
    assert "search.reported" in [each["type"] for each in await events(team.alice, search)]
    assert (await refused(team.ada, "report.join", {"report": father, "search": search})).code == "conflict"
    await team.charlie.command(OPERATIONS, "report.update", {"report": father, "may_go": "the sea"})
    assert (await state(team.charlie, father))["may_go"] == "the sea"


async def test_only_a_visible_open_search_takes_a_report(team: Team) -> None:
    secret, closed = await team.secret_search(), await team.alice.open_search()
    await team.alice.command(closed, "search.set_status", {"status": "closed", "reason": "at home", "acknowledge": "as it is"})
    id = await report(team.bob, person=CHILD)
    assert (await refused(team.alice, "report.join", {"report": id, "search": closed})).code == "closed"
    for wrong in (secret, UNKNOWN_ID, "operations", "audit", "", 7):
        assert (await refused(team.ada, "report.join", {"report": id, "search": wrong})).code in ("not_found", "invalid")
    assert (await state(team.bob, id))["status"] == "waiting"


@pytest.mark.parametrize("way", ["open", "join"])
async def test_a_members_only_search_hides_its_report(team: Team, way: str) -> None:
    id = await report(team.bob, **FACTS)
    screen = await team.charlie.subscribe(OPERATIONS)
    assert id in screen.of_kind("report")
    if way == "open":
        search = await opened(team.alice, id, access="members")
    else:
        search = await team.secret_search(team.bob)
        await team.alice.command(OPERATIONS, "report.join", {"report": id, "search": search})
    await team.charlie.wait_until(lambda: id not in screen.of_kind("report"))
    assert id not in [entity for _, entity in (await team.charlie.snapshot(OPERATIONS))["entities"]]
    assert "Lina" not in (await team.charlie.http.get("/api/v1/find", params={"q": "Haddad"})).text
    assert await events(team.charlie, entity=id) == []
    assert (await team.charlie.http.get(f"{PATH}/{id}/caller")).status_code == 404
    assert (await team.charlie.http.get(f"/reports/{id}/brief.pdf")).status_code == 404
    for name, data in {"report.update": {"may_go": "x"}, "report.end_call": {}}.items():
        assert (await refused(team.charlie, name, {"report": id} | data)).code == "not_found"
    assert (await state(team.bob, id))["decision"]["search"] == search
    await team.alice.command(search, "search.set_access", {"access": "desk", "members": []})
    await team.charlie.wait_until(lambda: id in screen.of_kind("report"))


async def test_a_report_is_closed_with_a_reason_and_reopened(team: Team) -> None:
    id = await report(team.bob, person=CHILD)
    assert (await refused(team.alice, "report.close", {"report": id})).code == "invalid"
    assert (await refused(team.alice, "report.close", {"report": id, "why": "other", "note": " "})).fields.keys() == {"note"}
    await team.alice.command(OPERATIONS, "report.close", {"report": id, "why": "came_home"})
    closed = await state(team.bob, id)
    assert (closed["status"], closed["decision"]["why"], closed["decision"]["search"]) == ("closed", "came_home", None)
    for name, data in {"report.update": {"may_go": "x"}, "report.open": {}, "report.close": {"why": "advice"}}.items():
        assert (await refused(team.alice, name, {"report": id} | data)).code == "conflict"
    await team.alice.command(OPERATIONS, "report.reopen", {"report": id})
    again = [each["ended_at"] for each in await of_kind(team.alice, "alarm") if each["about"]["id"] == id]
    assert (await state(team.bob, id))["status"] == "waiting"
    assert sorted(at is None for at in again) == [False, True], "a reopened report raises another alarm"


async def test_a_decided_report_leaves_after_a_day(tmp_path: Path, wall_clock: WallClock, installation: dict[str, Any]) -> None:
    async with running_team(tmp_path, **installation) as team:
        waiting, closed = await report(team.bob), await report(team.bob)
        await team.alice.command(OPERATIONS, "report.close", {"report": closed, "why": "advice"})
        archiving = Archiving(team.server.service)
        assert await archiving.archive_reports() == 0
        wall_clock.set(timedelta(days=1, minutes=1))
        assert await archiving.archive_reports() == 1
        assert {id for kind, id in (await team.bob.snapshot(OPERATIONS))["entities"] if kind == "report"} == {waiting}


# -- programs, and paper --------------------------------------------------------------------------------------------------


async def test_a_program_adds_a_report_and_nothing_else(team: Team) -> None:
    token = await create_token(team.server.service, "Hotline", "investigator", "report")
    async with httpx.AsyncClient(
        base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S
    ) as hotline:
        said = {"id": new_id(), **CALLER, **FACTS}
        answers = [await hotline.post(PATH, json=said) for _ in range(2)]
        body = answers[0].json()
        assert [(answer.status_code, answer.json()) for answer in answers] == [(201, body)] * 2
        assert (await state(team.bob, body["report"]))["number"] == body["number"]
        assert (await hotline.post(PATH, json=said | {"may_go": "home"})).json()["fields"].keys() == {"id"}
        assert (await hotline.post(PATH, json={"id": new_id(), "report": "x", **CALLER})).status_code == 422
        assert (await hotline.post(PATH, json=CALLER)).status_code == 422
        large = await hotline.post(PATH, content=b'{"id": "large", "may_go": "' + b"x" * 5_000_000 + b'"}')
        assert large.status_code == 413
        for path in ("/api/v1/boards", f"{PATH}/{body['report']}/caller", "/api/v1/find?q=lina"):
            assert (await hotline.get(path)).status_code == 403
        sighting = {"id": new_id(), "board": "operations", "description": "a boy"}
        assert (await hotline.post("/api/v1/intake/sightings", json=sighting)).status_code == 403
    intake = await create_token(team.server.service, "Other", "investigator", "intake")
    answer = await team.bob.http.post(PATH, json={"id": new_id(), **CALLER}, headers={"Authorization": f"Bearer {intake}"})
    assert answer.status_code == 403


async def test_the_brief_for_the_police_has_all_answers(team: Team) -> None:
    id = await report(team.bob, **FACTS)
    answer = await team.alice.http.get(f"/reports/{id}/brief.pdf", timeout=TIMEOUT_S)
    assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    (entry,) = (await team.ada.http.get("/api/v1/audit", params={"kind": "caller", "limit": 1})).json()["entries"]
    assert (entry["id"], entry["actor"]["id"]) == (id, team.alice.account["id"])
    assert (await team.alice.http.get(f"/reports/{UNKNOWN_ID}/brief.pdf")).status_code == 404
