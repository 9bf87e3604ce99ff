"""Wall displays: paired by a code that somebody types, listed, changed and revoked at once; what they see comes and goes as
it may be seen; and they are nobody anywhere else."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from board.dev import Postgres, Redis
from board.displays import pairing
from board.displays.displays import PairDisplay
from board.errors import Refused
from board.live.display_filter import DisplayFacts
from models.times import now
from tests.realtime.test_many_processes import processes
from tests.support.appeals import set_child_alert
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import BoardReplica, Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

OPERATIONS = ["operations"]
SHOWN = {"language": "en", "shows": {"boards": OPERATIONS}}
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
PATH = "/api/v1/displays"
_names = itertools.count(1)


class Wall:
    """A display with its browser, and its sockets, which are closed in the end."""

    def __init__(self, team: Team) -> None:
        self.team, self.browser, self.sockets = team, DisplayBrowser(team.server), list[Person]()

    async def begin(self, *boards: str, profile: str = "room") -> Person:
        shown = await pair_browser(self.team.alice, self.browser, [*boards], profile)
        self.path = f"{PATH}/{shown['id']}"
        return await self.open()

    async def open(self, page: str = "") -> Person:
        self.sockets.append(await self.browser.connect(query=f"?display={page}"))
        return self.sockets[-1]

    async def change(self, **data: Any) -> None:
        response = await self.team.alice.http.patch(self.path, json=data)
        assert response.status_code == 200, response.text


@pytest.fixture
async def wall(team: Team) -> AsyncIterator[Wall]:
    wall = Wall(team)
    yield wall
    for socket in wall.sockets:
        await socket.close()
        assert not [frame for frame in socket.frames if frame["type"] == "failure"], "a screen could not follow"
    await wall.browser.close()


async def closed(person: Person) -> int:
    """Return the code with which a socket was closed, within the promised time."""
    async with asyncio.timeout(5):
        await person.socket.wait_closed()
    return int(person.socket.close_code or 0)


def of(person: Person, type: str) -> list[dict[str, Any]]:
    return [frame for frame in person.frames if frame["type"] == type]


# -- pairing --------------------------------------------------------------------------------------------------------------


async def test_a_screen_is_paired_by_whoever_leads_and_types_its_code_once(team: Team, wall: Wall) -> None:
    code, data = await wall.browser.pairing_code(), {"name": "Big room"} | SHOWN
    assert len(code) == 9
    assert set(code) - {"-"} <= set(pairing.ALPHABET)
    assert await wall.browser.pairing_state() == "waiting"
    with pytest.raises(InvalidStatus, match="401"):
        await wall.browser.connect()
    typed = data | {"code": code.lower().replace("-", " ").replace("1", "l").replace("0", "o")}
    assert (await team.bob.http.post(PATH, json=typed)).status_code == 403
    wrong = await team.alice.http.post(PATH, json=typed | {"code": "0000-0000"})
    assert (wrong.status_code, wrong.json()["code"], [*wrong.json()["fields"]]) == (404, "not_found", ["code"])
    assert await wall.browser.pairing_state() == "waiting"
    made = await team.alice.http.post(PATH, json=typed)
    assert (made.status_code, made.json()["profile"]) == (201, "room")
    answer = await wall.browser.request("GET", "/api/v1/wall/codes/mine")
    assert answer.json() == {"state": "paired"}
    given, dropped = answer.headers.get_list("set-cookie")
    assert all(each in given for each in ("board_display=", "HttpOnly", "SameSite=strict", "Max-Age=34560000"))
    assert dropped.startswith('board_pairing="";')
    display = await wall.open()
    assert display.account == {"id": made.json()["id"], "name": "Big room", "role": "wall"}
    assert of(display, "hello")[0]["display"] == {
        "profile": "room", "language": "en", "shows": {"boards": OPERATIONS, "every_s": 20}, "theme": "dark", "sound": False,
        "reload": 0,
    }  # fmt: skip
    assert (await team.alice.http.post(PATH, json=typed)).status_code == 404, "a code is used once"
    assert made.json()["id"] in [each["id"] for each in (await team.alice.http.get(PATH)).json()["displays"]]


async def test_a_code_lives_ten_minutes(team: Team) -> None:
    (code, secret), database, begins = pairing.new_code(), team.server.service.database, now()
    await database.write(lambda session: pairing.start(session, code, secret, begins))
    data, late = PairDisplay.model_validate({"code": code, "name": "Late"} | SHOWN), begins + timedelta(minutes=10)
    assert await database.read(lambda session: pairing.state(session, secret, late - timedelta(seconds=1))) == "waiting"
    assert await database.read(lambda session: pairing.state(session, secret, late)) == "expired"
    with pytest.raises(Refused, match="not_found"):
        await database.write(lambda session: pairing.pair(session, data, "nobody", late))
    await database.write(lambda session: pairing.pair(session, data, "nobody", late - timedelta(seconds=1)))


async def test_codes_are_not_guessed(team: Team, wall: Wall) -> None:
    guesser = await team.add_person("Greta", "coordinator")
    data = {"code": "7F3K-9QXD", "name": "x"} | SHOWN
    answers = [await guesser.http.post(PATH, json=data) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert [*answers[-1].json()["fields"]] == ["code"]
    assert (await pair_browser(team.alice, wall.browser, OPERATIONS))["name"], "others go on"


async def test_a_display_shows_what_is_there_and_may_be_seen(team: Team, wall: Wall) -> None:
    discreet = await team.alice.open_search()
    await team.alice.command(discreet, "search.set_appeal", {"level": "discreet"})
    await wall.begin(*OPERATIONS)
    for board in (UNKNOWN_ID, discreet, await team.secret_search()):
        refused = await team.alice.http.patch(wall.path, json={"shows": {"boards": [*OPERATIONS, board]}})
        assert (refused.status_code, [*refused.json()["fields"]]) == (422, ["shows"])
    wrong: dict[str, Any]
    for wrong in ({"profile": "all"}, {"language": "tlh"}, {"shows": {"boards": []}}, {"token": "x"}):
        assert (await team.alice.http.patch(wall.path, json=wrong)).status_code == 422
    assert (await team.alice.http.patch(f"{PATH}/{UNKNOWN_ID}", json={"name": "x"})).status_code == 404
    assert (await team.bob.http.patch(wall.path, json={"name": "x"})).status_code == 403


# -- simultaneous displays ------------------------------------------------------------------------------------------------


async def test_changed_settings_reach_the_screen_at_once(team: Team, wall: Wall) -> None:
    lead = team.alice.account
    one, other = await team.alice.open_search(lead=lead["id"]), await team.alice.open_search()
    display = await wall.begin(*OPERATIONS, one)
    assert "lead_name" not in (await display.subscribe(one)).entities["search", one]
    await wall.change(name="Renamed", theme="day", sound=True)
    await display.wait_until(lambda: of(display, "account"))
    assert of(display, "account")[0]["account"]["name"] == "Renamed"
    await wall.change(profile="inner")
    await display.wait_until(lambda: display.boards[one].entities["search", one].get("lead_name") == lead["name"])
    await team.alice.http.post(f"{wall.path}/reload")
    await wall.change(shows={"boards": [other], "every_s": 60})
    await display.wait_until(lambda: display.boards[one].unsubscribed)
    assert (display.boards[one].unsubscribed, of(display, "display")[-1]["display"]["reload"]) == ("forbidden", 1)
    assert (await display.request({"type": "subscribe", "board": one}, type="error"))["code"] == "not_found"
    assert (await display.subscribe(other)).entities


async def test_revoked_display_is_disconnected_and_let_in_nowhere(team: Team, wall: Wall) -> None:
    display = await wall.begin(*OPERATIONS)
    told = {"version": "0.2.0", "current": True, "boards": {"operations": 1}, "screen": "1920x1080", "rows": 4, "mute": True}
    assert (await wall.browser.request("POST", "/api/v1/wall/told", json=told)).status_code == 200
    listed = (await team.alice.http.get(PATH)).json()["displays"][0]
    assert (listed["current"], listed["version"]) == (True, "0.2.0")
    assert listed["told"] == {"boards": {"operations": 1}, "since": None, "screen": "1920x1080", "rows": 4, "mute": True}
    foreign = await wall.browser.request("POST", "/api/v1/wall/told", json=told, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert (await wall.browser.request("POST", "/api/v1/wall/told", json=told | {"screen": "big"})).status_code == 422
    assert (await team.bob.http.delete(wall.path)).status_code == 403
    assert (await team.alice.http.delete(wall.path)).status_code == 200
    assert await closed(display) == 4501
    assert (await wall.browser.request("POST", "/api/v1/wall/told", json=told)).status_code == 401
    assert await wall.browser.pairing_state() == "expired"
    with pytest.raises(InvalidStatus, match="401"):
        await wall.browser.connect()
    assert (await team.alice.http.delete(wall.path)).status_code == 404
    last = (await team.alice.http.get(PATH)).json()["displays"][-1]
    assert last["revoked_at"]


async def test_a_display_has_one_screen_and_it_is_the_newest(wall: Wall) -> None:
    first = await wall.begin(*OPERATIONS)
    second = await wall.open()
    assert await closed(first) == 4502
    assert (await second.subscribe("operations")).live


async def test_a_page_is_not_shown_out_by_an_attempt_of_its_own(wall: Wall) -> None:
    await wall.begin(*OPERATIONS)
    first = await wall.open("a" * 32)
    late = await wall.open("a" * 32)  # the page had given up this attempt, which is answered only now
    assert (await first.subscribe("operations")).live
    other = await wall.open("b" * 32)
    assert [await closed(first), await closed(late)] == [4502, 4502]
    assert (await other.subscribe("operations")).live


# -- visible data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["members", "discreet", "undone"])
async def test_a_search_is_lost_and_comes_back_whole(team: Team, wall: Wall, how: str) -> None:
    alice = team.alice
    search = await alice.open_search()
    display = await wall.begin(*OPERATIONS, search)
    desk, board = await display.subscribe("operations"), await display.subscribe(search)
    position = (desk.epoch, desk.seq)
    if how == "members":
        away = ("search.set_access", {"access": "members", "members": [alice.account["id"]]})
        back = ("search.set_access", {"access": "desk", "members": []})
    else:
        away, back = ("search.set_appeal", {"level": "discreet"}), ("search.set_appeal", {"level": "posters"})
    lost = await alice.command(search, *away)
    await display.wait_until(lambda: board.unsubscribed and ("search", search) not in desk.entities)
    assert desk.events[-1] == {"seq": desk.seq, "hidden": True, "kind": "search", "id": search, "state": None}
    assert (await display.request({"type": "subscribe", "board": search}, type="error"))["code"] == "not_found"
    await alice.command(search, "search.update", {"person": {"age": 12}})
    back = ("undo", {"seq": lost["seqs"][0]}) if how == "undone" else back
    await alice.command(search, *back)
    await display.wait_until(lambda: ("search", search) in desk.entities)
    assert desk.entities["search", search]["person"] == {"first_name": "Noor", "age": 12}
    assert desk.events[-2] == {"seq": desk.seq - 1, "hidden": True}
    snapshots = len(of(display, "snapshot"))
    await display.subscribe("operations", *position)
    assert len(of(display, "snapshot")) == snapshots + 1, "a position before that can't be continued"
    assert (await display.subscribe(search)).live


async def test_all_searches_have_their_counts_also_where_none_is_shown_alone(team: Team, wall: Wall) -> None:
    alice = team.alice
    search = await alice.open_search()
    hidden = await alice.open_search(access="members", members=[alice.account["id"]])
    seqs = (await alice.command(search, "sighting.add", {"description": "a girl"}))["seqs"]
    event = (await alice.http.get(f"/api/v1/boards/{search}/events", params={"after": seqs[0] - 1, "limit": 1})).json()["events"][
        0
    ]
    sure = await alice.command(search, "sighting.assess", {"sighting": event["id"], "assessment": "confirmed"})
    await alice.command(search, "note.add", {"text": "nobody else was there"})
    display = await wall.begin(*OPERATIONS)
    await display.subscribe("operations")
    await display.wait_until(lambda: any(search in each["searches"] for each in of(display, "summary")))
    told = {id: each for frame in of(display, "summary") for id, each in frame["searches"].items()}
    assert hidden not in told
    assert told[search]["open_tasks"] > 0
    last = told[search]["last"]
    assert (last["seq"], last["type"], last["assessment"]) == (sure["seqs"][0], "sighting.assessed", "confirmed")


async def test_a_search_that_is_shown_alone_comes_with_its_own_counts(team: Team, wall: Wall) -> None:
    alice = team.alice
    search, other = await alice.open_search(), await alice.open_search()
    decided = await alice.command(search, "search.set_worrying", {"worrying": True, "basis": "alone at night"})
    display = await wall.begin(search)
    await display.subscribe(search)
    await display.wait_until(lambda: of(display, "summary"))
    first = of(display, "summary")[0]
    assert (first["board"], first["searches"].keys()) == (search, {search})
    assert first["searches"][search]["last"]["seq"] == decided["seqs"][0]
    await alice.command(other, "note.add", {"text": "x", "category": "decision"})
    decided = await alice.command(search, "note.add", {"text": "x", "category": "decision"})
    await display.wait_until(lambda: of(display, "summary")[-1]["searches"][search]["last"]["seq"] == decided["seqs"][0])
    assert all(each["searches"].keys() == {search} for each in of(display, "summary"))


async def test_only_displays_for_staff_are_told_the_kind_of_an_open_search(team: Team, wall: Wall) -> None:
    search = await team.alice.open_search(kind="runaway")
    display = await wall.begin(*OPERATIONS)
    desk = await display.subscribe("operations")
    assert "kind" not in desk.entities["search", search]
    other = await team.alice.open_search(kind="parental_abduction")
    await display.wait_until(lambda: ("search", other) in desk.entities)
    assert "parental_abduction" not in str(display.frames)
    await wall.change(profile="inner")
    await display.wait_until(lambda: display.boards["operations"].entities["search", other].get("kind") == "parental_abduction")


async def test_events_come_to_what_a_snapshot_says(team: Team, wall: Wall) -> None:
    alice = team.alice
    search = await alice.open_search(lead=alice.account["id"])
    display = await wall.begin(*OPERATIONS, search, profile="inner")
    desk, board = await display.subscribe("operations"), await display.subscribe(search)
    await alice.command(search, "sighting.add", {"description": "a girl", "seen_at": "2026-11-24T15:10:00Z"})
    await alice.command(search, "note.add", {"text": "x"})
    await alice.command(search, "note.add", {"text": "x", "category": "decision"})
    seq = (await set_child_alert(alice, search))["seqs"][-1]
    await display.wait_for_seq(search, seq)
    await display.wait_for_seq("operations", (await alice.snapshot("operations"))["seq"])  # its copy of the search follows
    before = {name: dict(each.entities) for name, each in (("operations", desk), (search, board))}
    appeal = before[search]["search", search]["appeal"]
    assert (appeal["level"], sorted(appeal)) == ("child_alert", ["level", "until"])
    for name, entities in before.items():
        assert (await display.subscribe(name)).entities == entities
    await display.wait_until(lambda: any(search in each["searches"] for each in of(display, "summary")))
    told = next(each["searches"][search] for each in of(display, "summary") if search in each["searches"])
    assert set(told) == {
        "unassessed_sightings",
        "open_tasks",
        "overdue_tasks",
        "overdue_open",
        "promised",
        "last",
        "credible_sighting",
        "promise",
        "alarm",
        "unanswered",
    }
    await alice.command(search, "search.set_status", {"status": "found", "reason": "came home", "outcome": OUTCOME})
    await display.wait_until(lambda: display.boards["operations"].entities["search", search]["status"] == "found")
    ended = display.boards["operations"].entities["search", search]
    assert ended == {"kind": "runaway", "status": "found", "status_at": ended["status_at"]}
    assert ended["status_at"]
    again = await display.subscribe(search)
    assert again.entities["search", search] == ended
    assert again.of_kind("task")
    assert not [state for state in again.of_kind("task").values() if "title" in state]


async def test_returning_display_gets_nothing_about_a_found_child(team: Team, wall: Wall) -> None:
    alice = team.alice
    first = await wall.begin(*OPERATIONS)
    desk = await first.subscribe("operations")
    await first.close()
    search = await alice.open_search()
    await alice.command(search, "search.set_status", {"status": "found", "reason": "came home", "outcome": OUTCOME})
    other = await alice.open_search()
    display = await wall.open()
    display.boards["operations"] = BoardReplica("operations", desk.epoch, desk.seq, dict(desk.entities))
    desk = await display.subscribe("operations", desk.epoch, desk.seq)
    assert not of(display, "snapshot")
    assert desk.entities["search", search]["status"] == "found"
    assert desk.entities["search", other]["person"]["first_name"] == "Noor"
    assert [event["id"] for event in desk.events if "Noor" in str(event)] == [other]
    await alice.command(search, "search.set_status", {"status": "open", "reason": "it was not her"})
    await display.wait_until(lambda: desk.entities["search", search].get("person") == {"first_name": "Noor", "age": None})


async def test_signed_in_person_beside_a_display_is_one_or_the_other(team: Team, wall: Wall) -> None:
    display = await wall.begin(*OPERATIONS)
    assert (await wall.browser.request("GET", "/api/v1/me")).status_code == 401
    with pytest.raises(InvalidStatus, match="403"):
        await wall.browser.connect(origin="https://elsewhere.example")
    lead = await team.add_person("Lena", "coordinator")
    person = await wall.browser.connect(lead.token)
    assert person.account["name"] == "Lena"
    meant = await wall.browser.connect(lead.token, "?display")
    wall.sockets += [person, meant]
    assert meant.account == display.account
    assert await closed(display) == 4502


async def test_expired_session_does_not_fall_back_to_display_cookie(wall: Wall) -> None:
    display = await wall.begin(*OPERATIONS)
    wall.browser.http.cookies.set("board_session", "ended")
    for bearer in ("", "revoked"):
        with pytest.raises(InvalidStatus, match="401"):
            await wall.browser.connect(bearer)
    assert (await display.subscribe("operations")).live, "nobody has taken its seat"


def test_later_of_two_statuses_at_one_moment_stands() -> None:
    facts = DisplayFacts()
    for status, ended in (("open", False), ("found", True), ("open", False), ("closed", True)):
        facts.learn_status("search", "2026-11-24T22:00:00.000Z", status)
        assert (facts.ended_at("search") is not None) == ended
    facts.learn_status("search", "2026-11-24T21:00:00.000Z", "open")
    assert facts.ended_at("search"), "what was before says nothing of now"


# -- several processes ----------------------------------------------------------------------------------------------------


async def test_all_of_it_holds_on_two_processes_without_redis(tmp_path: Path, postgres: Postgres, server_dir: Path) -> None:
    redis = Redis(server_dir / "walls")
    redis.start()
    try:
        async with processes(tmp_path, postgres, redis) as both:
            alice = await both.add_person(both.one, "Alice", "coordinator")
            search, browser = await alice.open_search(), DisplayBrowser(both.two)
            here = DisplayBrowser(both.one)
            code = await here.pairing_code()
            data = {"code": code, "name": "Wall", "language": "en", "shows": {"boards": ["operations", search]}}
            made = await alice.http.post(PATH, json=data)
            assert await here.pairing_state() == "paired"
            browser.http.cookies.update(here.http.cookies)
            first, second = await here.connect(), await browser.connect()
            both.people += [first, second]
            assert await closed(first) == 4502
            desk, board = await second.subscribe("operations"), await second.subscribe(search)
            redis.kill()
            await alice.command(search, "search.set_appeal", {"level": "discreet"})
            await second.wait_until(lambda: board.unsubscribed and not desk.of_kind("search"))
            await alice.http.delete(f"{PATH}/{made.json()['id']}")
            assert await closed(second) == 4501
            await here.close()
            await browser.close()
    finally:
        redis.stop()
