"""Tips: calls that fit no search. They wait on the list of all searches until somebody places or dismisses them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import Session

from board.client import Refusal
from board.commands.searches import archiving
from board.commands.sightings import tips
from board.engine import board_limits
from board.maintenance.archiving import Archiving
from models.board import OPERATIONS, Board
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, Person, create_token, new_id
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

PATH = "/api/v1/intake/sightings"
DAY = timedelta(days=1)
SEALED = {"source": {"kind": "named", "sealed": True}, "source_name": "Griet Ozolin", "source_contact": "0470 11"}


async def tip(who: Person, **data: Any) -> str:
    """Add a tip; return its id."""
    ack = await who.command(OPERATIONS, "tip.add", {"description": "a boy alone at Brussels-South"} | data)
    return str((await event(who, ack["seqs"][0]))["id"])


async def event(who: Person, seq: int, board: str = OPERATIONS) -> dict[str, Any]:
    response = await who.http.get(f"/api/v1/boards/{board}/events", params={"after": seq - 1, "limit": 1})
    return dict(response.json()["events"][0])


async def history(who: Person, entity: str, board: str = OPERATIONS) -> list[dict[str, Any]]:
    response = await who.http.get(f"/api/v1/boards/{board}/events", params={"entity": entity, "limit": 1000})
    return list(response.json()["events"])


async def state(who: Person, id: str) -> dict[str, Any]:
    return dict((await who.snapshot(OPERATIONS))["entities"]["tip", id])


async def place(who: Person, id: str, search: str) -> dict[str, Any]:
    """Place a tip; return the state of the sighting that it became."""
    await who.command(OPERATIONS, "tip.place", {"tip": id, "search": search})
    placed = (await state(who, id))["placed"]
    return dict((await who.snapshot(search))["entities"]["sighting", placed["sighting"]])


async def refused(who: Person, name: str, data: dict[str, Any]) -> Refusal:
    """Give a command that must be refused and write nothing; return the refusal."""
    head = (await who.snapshot(OPERATIONS))["seq"]
    with pytest.raises(Refusal) as refusal:
        await who.command(OPERATIONS, name, data)
    assert (await who.snapshot(OPERATIONS))["seq"] == head
    return refusal.value


# -- taking in ------------------------------------------------------------------------------------------------------------


async def test_a_tip_waits_to_be_looked_at_on_the_list_of_all_searches(team: Team) -> None:
    screen = await team.charlie.subscribe(OPERATIONS)
    first = await tip(team.bob, seen_at="2026-11-24T22:00:00Z", channel="hotline", priority="urgent", clothing="a red coat")
    added = (await history(team.bob, first))[0]
    await team.charlie.wait_for_seq(OPERATIONS, added["seq"])
    mine = screen.of_kind("tip")[first]
    assert added["type"] == "tip.added"
    assert (mine["queue"], mine["queue_since"], mine["placed"], mine["dismissed"]) == ("look", added["at"], None, None)
    assert (mine["description"], mine["channel"], mine["priority"]) == ("a boy alone at Brussels-South", "hotline", "urgent")
    assert (mine["received_at"], mine["late"], mine["assignee"], mine["source_kept"]) == (added["at"], False, None, None)
    second = await tip(team.bob, received_at="2020-01-01T00:00:00Z")
    assert (await state(team.bob, second))["number"] == mine["number"] + 1
    assert (await state(team.bob, second))["late"] is True


async def test_a_tip_is_corrected_and_assigned(team: Team) -> None:
    id, bob = await tip(team.bob), team.bob.account["id"]
    await team.alice.command(OPERATIONS, "tip.update", {"tip": id, "description": "two boys", "place": {"text": "Halle"}})
    await team.alice.command(OPERATIONS, "tip.assign", {"tip": id, "assignee": bob})
    now = await state(team.bob, id)
    assert (now["description"], now["place"]["text"], now["assignee"], now["queue"]) == ("two boys", "Halle", bob, "look")
    alerts = (await team.bob.http.get("/api/v1/alerts")).json()["alerts"]
    assert [alert["kind"] for alert in alerts if alert["entity"]["id"] == id] == ["assigned"]
    await team.bob.command(OPERATIONS, "tip.assign", {"tip": id, "assignee": None})
    assert (await state(team.bob, id))["assignee"] is None


async def test_an_urgent_tip_alerts_who_holds_the_shift(team: Team) -> None:
    await team.ada.command(OPERATIONS, "shift.take", {"reason": "nobody is here"})
    id = await tip(team.bob, priority="urgent")
    alerts = (await team.ada.http.get("/api/v1/alerts")).json()["alerts"]
    assert [alert["kind"] for alert in alerts if alert["entity"]["id"] == id] == ["urgent"]
    assert id not in (await team.charlie.http.get("/api/v1/alerts")).text


async def test_wrong_data_is_refused_in_the_contracts_order(team: Team) -> None:
    id, search = await tip(team.bob), await team.alice.open_search()
    assert (await refused(team.bob, "tip.add", {"description": " "})).code == "invalid"
    assert (await refused(team.bob, "tip.add", {"description": "x", "column": "x"})).code == "invalid"
    assert (await refused(team.bob, "tip.add", {"description": "x", "queue": "answered"})).code == "invalid"
    assert (await refused(team.bob, "tip.add", {"description": "x", "assignee": UNKNOWN_ID})).code == "not_found"
    assert (await refused(team.bob, "tip.update", {"tip": UNKNOWN_ID, "description": ""})).code == "invalid"
    assert (await refused(team.bob, "tip.update", {"tip": UNKNOWN_ID, "description": "x"})).code == "not_found"
    assert (await refused(team.bob, "tip.assign", {"tip": UNKNOWN_ID, "assignee": None})).code == "not_found"
    assert (await refused(team.bob, "tip.dismiss", {"tip": id, "reason": " "})).code == "invalid"
    assert (await refused(team.bob, "tip.dismiss", {"tip": UNKNOWN_ID, "reason": "x"})).code == "not_found"
    assert (await refused(team.bob, "tip.restore", {"tip": search})).code == "not_found"
    for wrong in (UNKNOWN_ID, "", "operations", "audit", "x" * 65, 7, None):
        assert (await refused(team.bob, "tip.place", {"tip": id, "search": wrong})).code in ("not_found", "invalid")
    assert (await refused(team.bob, "tip.place", {"tip": UNKNOWN_ID, "search": search})).fields.keys() == {"tip"}
    with pytest.raises(Refusal, match="unknown_command"):
        await team.bob.command(search, "tip.add", {"description": "x"})


async def test_a_call_that_fits_no_search_is_taken_in_as_a_tip(team: Team) -> None:
    token = await create_token(team.server.service, "Hotline", "investigator", "intake")
    async with httpx.AsyncClient(
        base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S
    ) as hotline:
        said = {"id": new_id(), "board": "operations", "description": "two girls with rucksacks", "channel": "app", **SEALED}
        answers = [await hotline.post(PATH, json=said) for _ in range(2)]
        body = answers[0].json()
        assert [(answer.status_code, answer.json()) for answer in answers] == [(201, body)] * 2
        assert body.keys() == {"board", "tip", "number", "seq"}
        assert body["board"] == OPERATIONS
        now = await state(team.bob, body["tip"])
        assert (now["number"], now["channel"], now["source_kept"]) == (body["number"], "app", True)
        other = await hotline.post(PATH, json=said | {"description": "three girls"})
        assert (other.status_code, other.json()["fields"].keys()) == (422, {"id"})
        wrong = await hotline.post(PATH, json=said | {"id": new_id(), "assignee": team.bob.account["id"]})
        assert wrong.status_code == 422
    victor = await team.victor.http.post(PATH, json={"id": new_id(), "board": "operations", "description": "x"})
    assert victor.status_code == 403


async def test_a_full_list_takes_no_more_and_places_what_it_has(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    id, search = await tip(team.bob), await team.alice.open_search()
    count = await team.server.service.database.read(lambda session: session.get_one(Board, OPERATIONS).entities)
    with monkeypatch.context() as full:
        full.setattr(board_limits, "MAX_ENTITIES", count)
        assert (await refused(team.bob, "tip.add", {"description": "x"})).code == "too_large"
    assert (await place(team.bob, id, search))["description"] == "a boy alone at Brussels-South"


# -- placing --------------------------------------------------------------------------------------------------------------


async def test_placed_tip_keeps_its_times_and_has_links_in_both_histories(team: Team) -> None:
    search = await team.alice.open_search()
    given = {
        "seen_at": "2026-11-24T22:00:00.000Z", "received_at": "2026-11-24T22:05:00.000Z", "channel": "app", "direction": "Lille",
        "place": {"text": "Gent", "lat": 51.05, "lon": 3.72, "radius_m": 50}, "clothing": "blue", "company": "alone",
        "priority": "urgent", "assignee": team.alice.account["id"], "source": {"kind": "anonymous", "sealed": False},
    }  # fmt: skip
    id = await tip(team.bob, **given)
    before = await state(team.bob, id)
    screen, own = await team.charlie.subscribe(OPERATIONS), await team.charlie.subscribe(search)
    ack = await team.alice.command(OPERATIONS, "tip.place", {"tip": id, "search": search})
    placed = await event(team.alice, ack["seqs"][0])
    await team.charlie.wait_for_seq(OPERATIONS, placed["seq"])
    after = placed["state"]["placed"]
    await team.charlie.wait_until(lambda: after["sighting"] in own.of_kind("sighting"))
    sighting = own.of_kind("sighting")[after["sighting"]]
    same = (*given, "description", "late")
    assert {name: sighting[name] for name in same} == {name: before[name] for name in same}
    assert (sighting["grade"], sighting["assessment"], sighting["withdrawn"]) == (
        {"source": "F", "content": 6},
        "unassessed",
        False,
    )
    assert sighting["from_tip"] == {"id": id, "number": before["number"]}
    assert (after["board"], after["number"], after["by"]) == (search, sighting["number"], team.alice.account["id"])
    assert (placed["state"]["queue"], placed["state"]["queue_since"], after["at"]) == ("answered", placed["at"], placed["at"])
    assert screen.of_kind("tip")[id] == placed["state"]
    (added,) = await history(team.bob, after["sighting"], search)
    assert (added["type"], added["actor"]["id"]) == ("sighting.added", team.alice.account["id"])
    assert added["command"] == placed["command"]


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie"])
async def test_a_sealed_source_stays_sealed_as_it_was(team: Team, reader: str) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob, **SEALED)
    await team.bob.command(OPERATIONS, "tip.update", {"tip": id, "source_contact": "0470 22"})
    who: Person = getattr(team, reader)
    before = await who.http.get(f"/api/v1/tips/{id}/source")
    await place(team.charlie, id, search)
    sighting = (await state(team.bob, id))["placed"]["sighting"]
    after = await who.http.get(f"/api/v1/boards/{search}/sightings/{sighting}/source")
    by_tip = await who.http.get(f"/api/v1/tips/{id}/source")
    if reader == "charlie":  # neither took it in nor coordinates
        assert [answer.status_code for answer in (before, after, by_tip)] == [403, 403, 403]
    else:
        now = {"name": "Griet Ozolin", "contact": "0470 22"}
        assert after.json() == now
        assert [[answer.json()[name] for name in now] for answer in (before, by_tip)] == [[*now.values()]] * 2
        assert [each["contact"] for each in by_tip.json()["earlier"]] == ["0470 11"]
    assert "Ozolin" not in json.dumps([await history(team.alice, id), await history(team.alice, sighting, search)])


async def test_reading_the_source_of_a_tip_is_recorded_and_refused_to_viewers(team: Team) -> None:
    id = await tip(team.bob, **SEALED)
    assert (await team.bob.http.get(f"/api/v1/tips/{id}/source")).status_code == 200
    (entry,) = (await team.ada.http.get("/api/v1/audit", params={"kind": "source", "limit": 1})).json()["entries"]
    assert (entry["type"], entry["id"], entry["actor"]["id"]) == ("source.read", id, team.bob.account["id"])
    assert (entry["about"]["board"], entry["about"]["reference"]) == (OPERATIONS, None)
    assert (await team.victor.http.get(f"/api/v1/tips/{id}/source")).status_code == 403
    assert (await team.bob.http.get(f"/api/v1/tips/{UNKNOWN_ID}/source")).status_code == 404
    charlie = await refused(team.charlie, "tip.update", {"tip": id, "source_name": "x"})
    assert charlie.code == "forbidden"
    assert (await refused(team.charlie, "tip.update", {"tip": id, "source": {"sealed": False}})).code == "forbidden"


async def test_a_tip_placed_twice_at_once_is_one_sighting(team: Team) -> None:
    searches = [await team.alice.open_search() for _ in range(2)]
    id = await tip(team.bob)
    people = [team.alice, team.bob, team.charlie, team.ada]
    commands = [who.command(OPERATIONS, "tip.place", {"tip": id, "search": searches[at % 2]}) for at, who in enumerate(people)]
    answers = await asyncio.gather(*commands, return_exceptions=True)
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == ["conflict"] * 3
    placed = (await state(team.bob, id))["placed"]
    assert all(refusal.body["current"]["placed"] == placed for refusal in refusals)
    found = [key for search in searches for key in (await team.bob.snapshot(search))["entities"] if key[0] == "sighting"]
    assert found == [("sighting", placed["sighting"])]


async def test_a_placed_tip_changes_no_more(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob)
    await place(team.bob, id, search)
    tries: dict[str, dict[str, Any]] = {
        "tip.update": {"description": "x"}, "tip.assign": {"assignee": None}, "tip.dismiss": {"reason": "x"},
        "tip.place": {"search": search},
    }  # fmt: skip
    for name, data in tries.items():
        refusal = await refused(team.alice, name, {"tip": id} | data)
        assert (refusal.code, refusal.body["current"]["queue"]) == ("conflict", "answered")


async def test_a_closed_search_takes_no_tip(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob)
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "at home", "acknowledge": "as it is"})
    assert (await refused(team.bob, "tip.place", {"tip": id, "search": search})).code == "closed"
    assert (await state(team.bob, id))["placed"] is None


async def test_a_placement_is_acknowledged_again_after_a_lost_answer(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob)
    body = {"id": new_id(), "name": "tip.place", "data": {"tip": id, "search": search}}
    answers = [await team.bob.http.post(f"/api/v1/boards/{OPERATIONS}/commands", json=body) for _ in range(2)]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 2
    assert answers[0].status_code == 200
    assert len([key for key in (await team.bob.snapshot(search))["entities"] if key[0] == "sighting"]) == 1


# -- dismissing and taking back -------------------------------------------------------------------------------------------


async def test_a_tip_is_dismissed_with_a_reason_and_taken_back(team: Team) -> None:
    id = await tip(team.bob)
    await team.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "an advertisement"})
    now = await state(team.alice, id)
    assert (now["queue"], now["dismissed"]["reason"], now["dismissed"]["by"]) == (
        "answered", "an advertisement", team.bob.account["id"],
    )  # fmt: skip
    assert (await history(team.alice, id))[-1]["reason"] == "an advertisement"
    again = await refused(team.alice, "tip.dismiss", {"tip": id, "reason": "the same"})
    assert (again.code, again.body["current"]) == ("conflict", now)
    await team.alice.command(OPERATIONS, "tip.restore", {"tip": id, "reason": "it was none"})
    restored = (await history(team.alice, id))[-1]
    assert (restored["type"], restored["state"]["queue"], restored["state"]["dismissed"]) == ("tip.restored", "look", None)
    assert restored["state"]["queue_since"] == restored["at"]
    assert (await team.alice.command(OPERATIONS, "tip.restore", {"tip": id}))["seqs"] == []


async def test_a_dismissed_tip_is_placed_later(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob)
    await team.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "cannot be placed"})
    assert (await place(team.bob, id, search))["from_tip"]["id"] == id
    assert (await state(team.bob, id))["dismissed"] is None


async def test_a_source_that_was_sealed_meanwhile_comes_back_sealed(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob, source={"kind": "unknown", "sealed": False})
    await place(team.bob, id, search)
    sighting = (await state(team.bob, id))["placed"]["sighting"]
    sealed = {"source": {"kind": "named", "sealed": True}, "source_name": "Griet Ozolin"}
    await team.alice.command(search, "sighting.update", {"sighting": sighting} | sealed)
    await team.charlie.command(search, "card.withdraw", {"card": sighting})
    await team.charlie.command(OPERATIONS, "tip.restore", {"tip": id})
    restored = await state(team.charlie, id)
    assert (restored["source"], restored["source_kept"]) == (sealed["source"], True)
    path = f"/api/v1/tips/{id}/source"
    assert (await team.charlie.http.get(path)).status_code == 403
    assert (await team.alice.http.get(path)).json()["name"] == "Griet Ozolin"


async def test_a_wrongly_placed_tip_is_taken_back_once_its_sighting_is_withdrawn(team: Team) -> None:
    wrong, right = await team.alice.open_search(), await team.alice.open_search()
    id = await tip(team.bob, **SEALED)
    await place(team.bob, id, wrong)
    assert (await refused(team.bob, "tip.restore", {"tip": id})).code == "invalid"
    sighting = (await state(team.bob, id))["placed"]["sighting"]
    await team.bob.command(wrong, "card.withdraw", {"card": sighting, "reason": "another child"})
    await team.bob.command(OPERATIONS, "tip.restore", {"tip": id})
    assert ((await state(team.bob, id))["placed"], (await state(team.bob, id))["queue"]) == (None, "look")
    await place(team.bob, id, right)
    again = (await state(team.bob, id))["placed"]
    source = await team.bob.http.get(f"/api/v1/boards/{right}/sightings/{again['sighting']}/source")
    assert source.json() == {"name": "Griet Ozolin", "contact": "0470 11"}


# -- rights ---------------------------------------------------------------------------------------------------------------


async def test_an_alert_about_a_tip_ends_with_the_sight_of_it(team: Team) -> None:
    charlie, members = team.charlie, [team.alice.account["id"], team.bob.account["id"]]
    search = await team.alice.open_search()
    id = await tip(team.bob, assignee=charlie.account["id"])

    async def alerted(who: Person) -> tuple[bool, int]:
        told = (await who.http.get("/api/v1/alerts")).json()
        return id in {alert["entity"]["id"] for alert in told["alerts"]}, told["unread"]

    there, unread = await alerted(charlie)
    assert there
    assert unread >= 1
    await place(team.bob, id, search)
    assert await alerted(charlie) == (True, unread + 1), "everybody sees the search; the sighting is assigned, too"
    await team.alice.command(search, "search.set_access", {"access": "members", "members": members})
    assert await alerted(charlie) == (False, unread - 1)
    await team.alice.command(search, "search.set_access", {"access": "desk", "members": []})
    assert await alerted(charlie) == (True, unread + 1)


async def test_tip_on_a_members_only_search_is_seen_by_its_members_alone(team: Team) -> None:
    secret, id = await team.secret_search(team.bob), await tip(team.bob, description="Zébulonne near the canal")
    assert (await refused(team.charlie, "tip.place", {"tip": id, "search": secret})).code == "not_found"
    screens = {person: await person.subscribe(OPERATIONS) for person in (team.bob, team.charlie, team.victor)}
    away = await team.open_socket(team.charlie)
    kept = await away.subscribe(OPERATIONS)
    held = dict(kept.entities)
    await away.request({"type": "unsubscribe", "board": OPERATIONS}, type="unsubscribed")
    ack = await team.bob.command(OPERATIONS, "tip.place", {"tip": id, "search": secret})
    for person in screens:
        await person.wait_for_seq(OPERATIONS, ack["seqs"][0])
    assert id in screens[team.bob].of_kind("tip")
    for outsider in (team.charlie, team.victor):
        assert id not in screens[outsider].of_kind("tip"), "it leaves the screen at once"
        said = [
            await outsider.http.get(f"/api/v1/{path}")
            for path in (
                f"boards/{OPERATIONS}", f"boards/{OPERATIONS}/events?limit=1000", f"boards/{OPERATIONS}/journal.json",
                f"boards/{OPERATIONS}/journal.csv", "find?q=zebulonne", f"since?board={OPERATIONS}", f"tips/{id}/source",
                f"boards/{OPERATIONS}/events?entity={id}",
            )
        ]  # fmt: skip
        for trace in ("Zébulonne", secret, id):
            assert [answer.url for answer in said if trace in answer.text] == []
    for name, data in {"tip.restore": {}, "tip.dismiss": {"reason": "x"}, "tip.update": {"description": "x"}}.items():
        assert (await refused(team.charlie, name, {"tip": id} | data)).code == "not_found"
    assert ("tip", id) in held
    kept.entities = held  # as a client that lost its connection keeps them
    assert id not in (await away.subscribe(OPERATIONS, kept.epoch, kept.seq)).of_kind("tip"), "nor on one that was away"
    assert "Zébulonne" in (await team.bob.http.get("/api/v1/find?q=zebulonne")).text


async def test_a_tip_follows_the_access_of_its_search(team: Team) -> None:
    search, id = await team.alice.open_search(), await tip(team.bob, description="Yvonnette at the lock")
    screen = await team.charlie.subscribe(OPERATIONS)
    await team.bob.command(OPERATIONS, "tip.place", {"tip": id, "search": search})
    await team.charlie.wait_until(lambda: (screen.of_kind("tip").get(id) or {}).get("placed"))
    members = [team.alice.account["id"], team.bob.account["id"]]
    await team.alice.command(search, "search.set_access", {"access": "members", "members": members})
    await team.charlie.wait_until(lambda: ("tip", id) not in screen.entities)
    assert "Yvonnette" not in (await team.charlie.http.get(f"/api/v1/boards/{OPERATIONS}")).text
    assert "Yvonnette" in (await team.bob.http.get(f"/api/v1/boards/{OPERATIONS}")).text
    await team.alice.command(search, "search.set_access", {"access": "desk", "members": []})
    await team.charlie.wait_until(lambda: ("tip", id) in screen.entities)
    assert screen.entities == (await team.charlie.snapshot(OPERATIONS))["entities"]


async def test_a_tip_that_is_taken_back_is_seen_by_all_again(team: Team) -> None:
    secret, id = await team.secret_search(team.bob), await tip(team.bob)
    screen = await team.charlie.subscribe(OPERATIONS)
    await place(team.bob, id, secret)
    await team.charlie.wait_until(lambda: ("tip", id) not in screen.entities)
    sighting = (await state(team.bob, id))["placed"]["sighting"]
    await team.bob.command(secret, "card.withdraw", {"card": sighting})
    await team.bob.command(OPERATIONS, "tip.restore", {"tip": id})
    await team.charlie.wait_until(lambda: ("tip", id) in screen.entities)
    assert screen.entities == (await team.charlie.snapshot(OPERATIONS))["entities"]


# -- archiving ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def archive(desk: Team) -> int:
    return await Archiving(desk.server.service).archive_tips()


async def test_answered_tips_leave_the_snapshot_a_day_later_and_are_still_found(desk: Team, wall_clock: WallClock) -> None:
    search = await desk.alice.open_search()
    placed, dismissed, waiting = [await tip(desk.bob, description=f"{name} by the canal") for name in ("Ada", "Bea", "Cleo")]
    await place(desk.bob, placed, search)
    wall_clock.set(0.5 * DAY)
    await desk.bob.command(OPERATIONS, "tip.dismiss", {"tip": dismissed, "reason": "a joke"})
    screen = await desk.charlie.subscribe(OPERATIONS)
    counted = await desk.server.service.database.read(lambda session: session.get_one(Board, OPERATIONS).entities)
    assert await archive(desk) == 0
    wall_clock.set(1 * DAY)
    assert await archive(desk) == 1
    wall_clock.set(1.5 * DAY)
    assert sum(await asyncio.gather(*(archive(desk) for _ in range(4)))) == 1, "once"
    last = (await history(desk.bob, dismissed))[-1]
    assert (last["type"], last["actor"], last["command"], last["state"], last["changes"]) == (
        "tip.archived",
        None,
        None,
        None,
        [],
    )
    await desk.charlie.wait_for_seq(OPERATIONS, last["seq"])
    assert set(screen.of_kind("tip")) == {waiting}
    assert screen.entities == (await desk.charlie.snapshot(OPERATIONS))["entities"]
    assert screen.entities == (await desk.charlie.snapshot(OPERATIONS, at=last["seq"]))["entities"]
    hits = (await desk.bob.http.get("/api/v1/find", params={"q": "canal"})).json()["hits"]
    assert {hit["id"]: hit["archived"] for hit in hits if hit["kind"] == "tip"} == {placed: True, dismissed: True, waiting: False}
    assert (await history(desk.bob, dismissed))[-2]["state"]["dismissed"]["reason"] == "a joke"
    count = lambda session: session.get_one(Board, OPERATIONS).entities  # noqa: E731
    assert await desk.server.service.database.read(count) == counted - 2
    wall_clock.set(400 * DAY)
    assert await archive(desk) == 0, "what waits is never archived"


async def test_ended_alarms_of_tips_leave_the_snapshot_a_day_later(desk: Team, wall_clock: WallClock) -> None:
    await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
    settled, waiting = [await tip(desk.bob, priority="urgent", description=name) for name in ("Ada", "Bea")]
    await desk.bob.command(OPERATIONS, "tip.dismiss", {"tip": settled, "reason": "a joke"})
    screen = await desk.charlie.subscribe(OPERATIONS)
    alarms = {state["about"]["id"]: id for id, state in screen.of_kind("alarm").items()}
    assert alarms.keys() == {settled, waiting}
    archiving = Archiving(desk.server.service)
    assert await archiving.archive_alarms() == 0
    wall_clock.set(1.5 * DAY)
    assert sum(await asyncio.gather(*(archiving.archive_alarms() for _ in range(4)))) == 1, "once"
    last = (await history(desk.bob, alarms[settled]))[-1]
    assert (last["type"], last["actor"], last["command"], last["state"]) == ("alarm.archived", None, None, None)
    await desk.charlie.wait_for_seq(OPERATIONS, last["seq"])
    assert [state["about"]["id"] for state in screen.of_kind("alarm").values()] == [waiting]
    assert screen.entities == (await desk.charlie.snapshot(OPERATIONS))["entities"]
    wall_clock.set(400 * DAY)
    assert await archiving.archive_alarms() == 0, "what nobody has taken note of stays"


async def test_an_archived_tip_comes_back_whole_and_leaves_anew(desk: Team, wall_clock: WallClock) -> None:
    search, id = await desk.alice.open_search(), await tip(desk.bob)
    await desk.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "a joke"})
    entities: Any = lambda session: session.get_one(Board, OPERATIONS).entities  # noqa: E731
    counted = await desk.server.service.database.read(entities)
    wall_clock.set(1 * DAY)
    assert await archive(desk) == 1
    screen = await desk.charlie.subscribe(OPERATIONS)
    ack = await desk.bob.command(OPERATIONS, "tip.place", {"tip": id, "search": search})
    await desk.charlie.wait_for_seq(OPERATIONS, ack["seqs"][0])
    assert screen.of_kind("tip")[id]["placed"]["board"] == search
    assert screen.entities == (await desk.charlie.snapshot(OPERATIONS))["entities"]
    assert await desk.server.service.database.read(entities) == counted
    wall_clock.set(2 * DAY)
    assert await archive(desk) == 1


async def test_a_tip_that_is_taken_back_meanwhile_stays(desk: Team, wall_clock: WallClock) -> None:
    id = await tip(desk.bob)
    await desk.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "a joke"})
    wall_clock.set(1 * DAY)
    service = desk.server.service

    def due(session: Session) -> list[str]:
        return archiving.due_tips(session, service.clock())

    found = await service.database.read(due)
    assert found == [id]
    await desk.bob.command(OPERATIONS, "tip.restore", {"tip": id})
    written = await service.write(lambda session: archiving.archive_tips(session, found, service.clock))
    assert written.events == ()
    assert ("tip", id) in (await desk.bob.snapshot(OPERATIONS))["entities"]


# -- displays -------------------------------------------------------------------------------------------------------------


async def test_no_display_gets_a_tip() -> None:
    assert tips.KIND.display_fields == {"room": (), "inner_room": ()}


async def test_waiting_tips_are_unanswered_and_placed_ones_are_not(team: Team) -> None:
    id, search = await tip(team.bob, priority="urgent", place={"text": "Halle"}), await team.alice.open_search()

    async def entry() -> dict[str, Any] | None:
        body = (await team.charlie.http.get("/api/v1/unanswered", params={"limit": 500})).json()
        return next((each for each in body["entries"] if each["id"] == id), None)

    found = await entry()
    assert found is not None
    assert (found["kind"], found["board"], found["reference"], found["child"], found["status"]) == (
        "tip",
        OPERATIONS,
        *[None] * 3,
    )
    assert (found["queue"], found["priority"], found["place"], found["late"]) == ("look", "urgent", "Halle", False)
    await place(team.bob, id, search)
    assert await entry() is None
