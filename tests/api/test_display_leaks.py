"""Every byte that leaves the server for a display, over a run in which each field has a secret and every command is given."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from board.api.routes import CALLS
from board.client import Refusal
from board.commands.registry import TABLE
from board.web.http import BASE
from models.display import PROFILES
from tests.api.test_rights import board_of, filled, give_out, prepare, times_of_duties
from tests.support import handover_steps, uploads
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import BoardReplica as Screened
from tests.support.people import Person, new_id
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team
from tests.support.wakes import add_wake

SECRET = "zqx"  # contained in every typed text; first names and titles of tasks have their own marks
CALLED_AT = "2026-11-19T01:02:03.000Z"  # time of a note that is no decision
FIRST, TITLE, LOOK, HEIGHT = "Noorfirst", "Titleforinner", "Lookforinner", 157
PLACE, AIM, AIMED_AT = "Placeforinner", "Aimforinner", "2026-11-23T09:08:07.000Z"
NEEDED_UNTIL = "2026-11-22T07:08:09.000Z"
SEEN_AT, RECEIVED_AT, BORN, LAT, LON = "2026-11-21T04:05:06.000Z", "2026-11-21T05:06:07.000Z", "2013-02-17", 50.84673, 4.35249
BEFORE = "2019-05-23"  # of an earlier disappearance
STAFF = ("Bobzq", "Charliezq", "Victorzq", "Leadforinner")  # without the holder of the shift
INNER = (SEEN_AT, TITLE, STAFF[3], LOOK, f'"height_cm": {HEIGHT}', "sturdy", AIM, AIMED_AT, PLACE)  # for displays in inner rooms
PERSON = {
    "first_name": FIRST, "last_name": f"{SECRET} surname", "age": 11, "birth_date": BORN, "sex": "f",
    "description": f"{SECRET} has diabetes", "height_cm": HEIGHT, "build": "sturdy", "hair": f"{LOOK} hair",
    "eyes": f"{SECRET} eyes", "features": f"{SECRET} scar", "clothing": f"{LOOK} coat", "needs": f"{SECRET} insulin",
    "needs_until": NEEDED_UNTIL,
}  # fmt: skip
DETAILS = {
    "taking_parent": f"{SECRET} father", "relation": "father", "described_person": f"{SECRET} bearded",
    "vehicle_plate": f"{SECRET} plate", "vehicle_make": f"{SECRET} make", "vehicle_colour": f"{SECRET} colour",
    "countries": [f"{SECRET} country"], "papers": f"{SECRET} passport", "hague": "yes", "central_authority": "no",
    "facility": f"{SECRET} centre", "guardian": f"{SECRET} guardian", "aliases": [f"{SECRET} alias"],
    "languages": [f"{SECRET} Dari"], "destination": f"{SECRET} Calais",
}  # fmt: skip
EARLIER = {"date": BEFORE, "days": 7301, "place": f"{SECRET} ditch", "reference": f"{SECRET} old", "note": f"{SECRET} by bus"}
SEARCH = {
    "details": DETAILS, "earlier": {"k1": EARLIER},
    "kind": "runaway", "person": PERSON, "missing_since": "2026-11-20T15:10:00Z",
    "last_seen": {"text": f"{SECRET} street 12", "lat": LAT, "lon": LON},
    "criteria": {"medication": {"answer": "yes", "basis": f"{SECRET} mother"}},
}  # fmt: skip
SIGHTING: dict[str, Any] = {
    "description": f"{SECRET} seen", "seen_at": SEEN_AT, "received_at": RECEIVED_AT, "channel": "social_media",
    "source": {"kind": "anonymous", "sealed": True},
    "place": {"text": f"{SECRET} square", "lat": LAT, "lon": LON, "radius_m": 57},
    "direction": f"{SECRET} north", "clothing": f"{SECRET} red", "company": f"{SECRET} uncle", "priority": "urgent",
    "source_name": f"{SECRET} Griet", "source_contact": f"{SECRET} 0470",
}  # fmt: skip
TASK: dict[str, Any] = {
    "title": TITLE, "instruction": f"{SECRET} ring", "due": "2026-11-24T15:10:00Z", "priority": "urgent",
    "result": f"{SECRET} none",
    "checklist": {"k1": {"text": f"{SECRET} item", "done": False, "rank": "a1"}},
    "place": {"text": f"{SECRET} quay", "lat": 51.0532, "lon": 3.7313, "radius_m": 78},
}  # fmt: skip
SEARCHED_PLACE: dict[str, Any] = {
    "name": f"{SECRET} park", "kind": "area",
    "location": {"text": f"{SECRET} street", "lat": 51.0531, "lon": 3.7312, "radius_m": 77},
    "outline": [[51.05311, 3.73121], [51.05312, 3.73122], [51.05313, 3.73123]], "searched_by": f"{SECRET} team",
    "searched_from": "2026-11-24T15:10:00Z", "searched_until": "2026-11-24T16:10:00Z", "remarks": f"{SECRET} empty",
}  # fmt: skip
REPORT: dict[str, Any] = {
    "source_name": f"{SECRET} Samira", "source_contact": f"{SECRET} 0400", "caller_role": "mother",
    "caller_place": f"{SECRET} flat",
    "person": {
        "first_name": "Noor", "last_name": f"{SECRET} Haddad", "description": f"{SECRET} curls", "needs": f"{SECRET} insulin",
    },
    "belongings": {"phone": "no", "phone_note": f"{SECRET} off", "company": "internet", "company_note": f"{SECRET} Yanis"},
    "last_seen": {"text": f"{SECRET} metro", "lat": LAT, "lon": LON}, "last_seen_by": f"{SECRET} brother",
    "circumstances": f"{SECRET} quarrel", "may_go": f"{SECRET} aunt",
}  # fmt: skip
TOLD = {"reason": f"{SECRET} why"}
NOTE = {"text": f"{SECRET} note", "category": "decision", "happened_at": "2026-11-24T15:10:00Z"}
CONTACT = {
    "name": f"{SECRET} An", "role": "guardian", "relation": f"{SECRET} aunt", "languages": [f"{SECRET} Dari"],
    "next_call": CALLED_AT, "phones": [{"number": "0470 12 34 56", "label": f"{SECRET} mobile"}],
    "email": f"{SECRET}@example.org", "note": f"{SECRET} nights",
}  # fmt: skip
DECIDED = {
    "role": "examining_magistrate", "name": f"{SECRET} judge", "at": CALLED_AT, "by_way": "writing",
    "reference": f"{SECRET} FP 7",
}  # fmt: skip
OUTCOME = {
    "found_at": "2026-11-24T23:00:00Z", "place": f"{SECRET} barn", "condition": "injured", "how": "police",
    "confirmed_by": f"{SECRET} officer", "family_told": True, "police_told": True,
}  # fmt: skip
MATERIAL = {
    "what": "brief", "languages": ["fr"], "shows": ["last_name", "looks", "place", "needs", "birth_date"],
    "texts": {"fr": f"{SECRET} sentence"}, "until": "2099-01-01T00:00:00Z", "decided_by": f"{SECRET} prosecutor",
    "words": [
        {"field": name, "word": PERSON[name], "fr": f"{SECRET} translation"} for name in ("hair", "eyes", "features", "needs")
    ],
}  # fmt: skip
GIVEN: dict[str, dict[str, Any]] = {  # data for each command of the table
    "search.open": SEARCH,
    "search.update": {
        "person": PERSON | {"last_name": f"{SECRET} other"},
        "details": {"facility": f"{SECRET} house"},
        "earlier": {"k2": EARLIER},
    },
    "search.set_status": {"status": "found", "outcome": OUTCOME} | TOLD,
    "search.set_outcome": {"outcome": {"place": f"{SECRET} shed", "reason": f"{SECRET} told"}} | TOLD,
    "search.set_worrying": {"worrying": True, "basis": f"{SECRET} officer", "decided_by": DECIDED},
    "search.set_appeal": {"level": "public", "until": "2026-12-24T12:00:00Z", "decided_by": DECIDED} | TOLD,
    "search.set_talk": {
        "why": f"{SECRET} quarrel",
        "where": f"{SECRET} barn",
        "with_whom": f"{SECRET} nobody",
        "helped": f"{SECRET} dog",
        "would_help": f"{SECRET} puppies",
    },
    "search.set_goal": {"text": f"{AIM} of the night", "until": AIMED_AT},
    "search.set_photo": {"file": "{file}"},
    "search.link": {"search": "{search}", "how": "together"},
    "search.set_access": {"access": "members", "members": "{mine}"},
    "column.add": {"title": f"{SECRET} column", "role": "waiting"},
    "column.rename": {"column": "{doing}", "title": f"{SECRET} now"},
    "column.move": {"column": "{done}", "before": "{inbox}"},
    "column.remove": {"column": "{waiting}"},
    "sighting.add": SIGHTING,
    "sighting.update": {"sighting": "{sighting}", "direction": f"{SECRET} south"},
    "sighting.grade": {"sighting": "{sighting}", "grade": {"source": "B", "content": 2}} | TOLD,
    "sighting.assess": {"sighting": "{sighting}", "assessment": "confirmed"} | TOLD,
    "sighting.looked_at": {"sighting": "{sighting}"},
    "sighting.pass_on": {"sighting": "{sighting}", "to": f"{SECRET} zone", "reference": f"{SECRET} 12/2026"},
    "sighting.set_of_both": {"sighting": "{sighting}", "search": None},
    "task.add": TASK,
    "place.add": SEARCHED_PLACE,
    "place.update": {"place": "{place}", "remarks": f"{SECRET} nothing"},
    "task.update": {"task": "{task}", "result": f"{SECRET} done"},
    "card.move": {"card": "{sighting}", "column": "{done}"},
    "card.assign": {"card": "{sighting}", "assignee": "{alice}"},
    "card.withdraw": {"card": "{sighting}"} | TOLD,
    "card.restore": {"card": "{task}"} | TOLD,
    "note.add": NOTE,
    "contact.add": CONTACT,
    "contact.update": {"contact": "{contact}", "note": f"{SECRET} nights", "phones": [{"number": "0471 12 34 56"}]},
    "contact.log": {"contact": "{contact}", "result": "calls_back", "text": f"{SECRET} said", "next_call": CALLED_AT},
    "contact.withdraw": {"contact": "{contact}"},
    "contact.restore": {"contact": "{contact}"},
    "file.attach": {"upload": "{upload}", "card": "{sighting}", "caption": f"{SECRET} at the bus"},
    "file.update": {"file": "{file}", "caption": f"{SECRET} at the tram", "taken_at": "2026-11-24T15:10:00Z"},
    "file.withdraw": {"file": "{file}"} | TOLD,
    "file.propose_removal": {"file": "{file}"} | TOLD,
    "file.confirm_removal": {"file": "{file}"},
    "duty.begin": {"until": "{soon}"},
    "duty.extend": {"until": "{later}"},
    "duty.end": {"keep": ["x"]},
    "duty.plan": {"entries": "{entries}"},
    "board.make_room": {"groups": ["withdrawn"], "unchanged_days": 30},
    "board.bring_back": {"entity": "{sighting}"},
    "material.approve": MATERIAL,
    "material.withdraw": {"material": "{material}"} | TOLD,
    "distribution.add": {"material": "{material}", "recipients": [f"{SECRET} taxi"], "way": "email", "language": "fr"},
    "distribution.update": {"distribution": "{distribution}", "recipient": f"{SECRET} bus"},
    "distribution.take_down": {"distributions": "{distributions}", "note": f"{SECRET} asked"},
    "distribution.withdraw": {"distribution": "{distribution}"} | TOLD,
    "tip.add": SIGHTING,
    "tip.update": {"tip": "{tip}", "direction": f"{SECRET} south"},
    "tip.assign": {"tip": "{tip}", "assignee": "{alice}"},
    "tip.place": {"tip": "{tip}", "search": "{search}"},
    "tip.dismiss": {"tip": "{tip}"} | TOLD,
    "tip.restore": {"tip": "{tip}"} | TOLD,
    "report.add": REPORT,
    "report.update": {"report": "{report}", "may_go": f"{SECRET} sea", "source_name": f"{SECRET} mother"},
    "report.ask": {"report": "{report}", "text": f"{SECRET} which?"},
    "report.end_call": {"report": "{report}"},
    "report.open": {"report": "{report}"},
    "report.join": {"report": "{report}", "search": "{search}"},
    "report.close": {"report": "{report}", "why": "other", "note": f"{SECRET} at home"},
    "report.reopen": {"report": "{report}"},
    "wake.answer": {"wake": "{wake}", "answer": "not_same"} | TOLD,
    "alarm.take": {"alarm": "{alarm}"},
    "alarm.extend": {"alarm": "{alarm}", "until": "{soon}", "note": f"{SECRET} call"},
    "alarm.hand_on": {"alarm": "{alarm}", "to": "{helper}"} | TOLD,
    "alarm.give_back": {"alarm": "{alarm}"} | TOLD,
    "undo": {"seq": "{graded}"},
    "shift.take": TOLD,
    "handover.prepare": {"incoming": None},
    "handover.write": {"handover": "{handover}", "remarks": f"{SECRET} remark", "faults": f"{SECRET} fault"},
    "handover.sign": {"handover": "{handover}", "positions": "{positions}"},
    "handover.read": {"handover": "{handover}", "seq": 1},
    "handover.restate": {"handover": "{handover}", "text": f"{SECRET} understood"},
    "handover.answer": {
        "handover": "{handover}",
        "account": "{taker}",
        "at": "{restated_at}",
        "correct": False,
        "reason": f"{SECRET} not so",
    },
    "handover.accept": {"handover": "{handover}", "restatement": f"{SECRET} restated"} | TOLD,
    "handover.refuse": {"handover": "{handover}"} | TOLD,
    "handover.withdraw": {"handover": "{handover}"} | TOLD,
}
# given on the search of another command: a display shows at most 50 boards
SHARED = dict.fromkeys(("distribution.add", "distribution.update", "distribution.withdraw", "file.update"), "material.approve")
SHARED |= dict.fromkeys(("duty.begin", "duty.extend", "duty.end", "duty.plan"), "note.add")
SHARED |= dict.fromkeys(("board.make_room", "board.bring_back"), "column.add")
SHARED |= dict.fromkeys(("alarm.extend", "alarm.give_back"), "alarm.take")
SHARED |= dict.fromkeys(("column.rename", "column.move", "column.remove"), "column.add")
SHARED |= dict.fromkeys(("wake.answer", "contact.add", "contact.update", "contact.log", "contact.withdraw"), "note.add")
SHARED |= dict.fromkeys(("contact.restore", "tip.add", "report.add", "place.add", "place.update"), "note.add")
SHARED |= {"sighting.set_of_both": "note.add", "search.link": "card.move"}  # with the search of another scene
SHARED |= {  # each report is that of another scene
    "report.update": "task.add", "report.ask": "task.update", "report.end_call": "sighting.add", "report.open": "tip.update",
    "report.join": "sighting.update", "report.close": "tip.assign", "report.reopen": "tip.restore",
}  # fmt: skip
FRAMES = {  # all keys that any frame may contain
    "alarm", "rule", "occasion", "raised_at", "step", "assigned", "lapsed_at", "promise",  # of a search, in its summary
    "released_at",
    "type", "account", "id", "name", "role", "heartbeat_s", "server", "form", "display", "profile", "language", "shows",
    "boards", "every_s", "theme", "sound", "reload", "board", "epoch", "seq", "entities", "kind", "state", "events",
    "at", "changes", "hidden", "reason", "heads", "searches", "unassessed_sightings", "open_tasks", "overdue_tasks",
    "unanswered", "look", "judge", "pass_on", "late_open", "overdue_open", "promised",
    "last", "shift", "since", "number", "handover", "code", "message", "more", "status", "worrying", "missing_since",
    "person", "first_name", "age", "appeal", "level", "until", "status_at", "rank", "column", "assessment", "priority",
    "withdrawn", "late", "undecided", "due", "duties", "absent", "next", "category", "happened_at", "holder_name", "public_photo",
    "together",
}  # fmt: skip
MORE = {
    "room": set[str](),
    "inner": {
        "lead_name",
        "seen_at",
        "title",
        "height_cm",
        "build",
        "hair",
        "clothing",
        "goal",
        "text",
        "credible_sighting",
        "place",
    },
}
ID = re.compile(r"operations|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Screen:
    """A display of one profile, all that it ever received, and its present socket."""

    profile: str
    browser: DisplayBrowser
    sockets: list[Person] = field(default_factory=list)

    @property
    def now(self) -> Person:
        return self.sockets[-1]

    async def open(self) -> Person:
        self.sockets.append(await self.browser.connect())
        return self.now

    def frames(self) -> list[dict[str, Any]]:
        return [frame for socket in self.sockets for frame in socket.frames]

    def bytes(self) -> bytes:
        frames = [json.dumps(frame, ensure_ascii=False).encode() for frame in self.frames()]
        return b"\n".join([*self.browser.received, *frames])


@dataclass
class PlayedNight:
    """Commands of a night, and all bytes that displays were sent."""

    screens: list[Screen]
    given: set[str]
    unseen: list[str]  # searches that no display may ever see
    accounts: list[str]


async def _scene(team: Team, lead: str) -> tuple[str, dict[str, Any]]:
    """A search with a card of each kind and all its secrets, and what is there by name."""
    alice, search = team.alice, await team.alice.open_search(**SEARCH, lead=lead)
    await alice.command(search, "sighting.add", SIGHTING)
    await alice.command(search, "task.add", TASK)
    await alice.command(search, "place.add", SEARCHED_PLACE)
    await give_out(alice, search, MATERIAL, f"{SECRET} station")
    await alice.command(search, "contact.add", CONTACT)
    entities = (await alice.snapshot(search))["entities"]
    names: dict[str, Any] = {state["role"]: id for (kind, id), state in entities.items() if kind == "column"}
    names["task"] = next(id for (kind, id), state in entities.items() if state.get("title") == TITLE)
    names |= {kind: id for kind, id in entities if kind in ("sighting", "place", "material", "distribution", "contact")}
    names["distributions"] = [names["distribution"]]
    grade = {"sighting": names["sighting"], "grade": {"content": 3}} | TOLD
    (names["graded"],) = (await alice.command(search, "sighting.grade", grade))["seqs"]
    await team.bob.command(search, "note.add", {"text": f"@Alice {SECRET} calls", "please_answer": True})
    entities = (await alice.snapshot(search))["entities"]
    names["alarm"] = next(id for (kind, id), state in entities.items() if kind == "alarm" and state["rule"] == "please_answer")
    told = (await alice.command("operations", "tip.add", SIGHTING))["seqs"][0]
    events = await alice.http.get("/api/v1/boards/operations/events", params={"after": told - 1, "limit": 1})
    names |= {"tip": events.json()["events"][0]["id"], "search": search}
    told = (await alice.command("operations", "report.add", REPORT))["seqs"][0]
    events = await alice.http.get("/api/v1/boards/operations/events", params={"after": told - 1, "limit": 1})
    names["report"] = events.json()["events"][0]["id"]
    names["wake"] = await add_wake(team.server.service, search, names["tip"])
    names["file"] = await uploads.attach_upload(alice, search, await uploads.ready(alice, search, f"{SECRET}.jpg"))
    names["upload"] = await uploads.ready(alice, search, f"{SECRET}.jpg")
    return search, names | {
        "helper": team.ada.account["id"],
        "alice": alice.account["id"],
        "mine": [alice.account["id"], team.ada.account["id"]],
        "positions": {},
    }


async def _give(team: Team, name: str, search: str, names: dict[str, Any]) -> None:
    if name in handover_steps.COMMANDS:
        names |= await handover_steps.prepare_for(name, team.alice, team.ada, search)
    if name in ("sighting.assess", "sighting.pass_on"):  # where a child was seen is for inner rooms once it is credible, as text
        await team.alice.command(search, "sighting.update", {"sighting": names["sighting"], "place": {"text": PLACE}})
    names |= times_of_duties(names["helper"])
    await prepare(name, team, search, names)
    if name == "search.link":
        names = names | {
            "search": next(id for kind, id in (await team.alice.snapshot("operations"))["entities"] if kind == "search")
        }
    if name == "card.restore":
        await team.alice.command(search, "card.withdraw", {"card": names["task"]} | TOLD)
    await team.alice.command(board_of(name, search), name, filled(GIVEN[name], names))


async def _refused(screen: Screen, boards: list[str], unseen: list[str]) -> None:
    """All that a display may not: each command, what it does not show, what is no message, and every call."""
    socket = screen.now
    for name, data in GIVEN.items():
        with pytest.raises(Refusal, match="forbidden"):
            await socket.command(boards[0] if TABLE[name].board_kind == "search" else "operations", name, data)
    for board in (*unseen, UNKNOWN_ID, SECRET):
        answer = await socket.request({"type": "subscribe", "board": board}, type="error", board=board)
        assert answer["code"] == "not_found"
        del answer["board"]  # its own texts
    for frame in ({"type": "presence", "board": boards[0]}, {"type": "alerts"}, {"type": "alarms"}):
        assert (await socket.request(frame, type="error"))["code"] == "forbidden"
    assert (await socket.request('{"type":', type="error"))["code"] == "invalid"
    own = [path for _, path in CALLS if path.startswith("/wall/")]
    for method, path in CALLS:
        if path not in (*own, "/openapi.json", "/asyncapi.json"):
            at = re.sub(r"\{\w+\}", boards[0], path.replace("{number}", "1"))
            response = await screen.browser.request(method, BASE + at, json={"id": new_id(), "name": "note.add", "data": NOTE})
            of_photo = path.endswith(("/thumb", "/view"))  # of a file that is no public photo: see test_public_photos
            assert response.status_code == (404 if of_photo else 401), (method, path)
    for path in ("/", f"/searches/{boards[0]}", "/since", "/account", "/accounts", "/api", "/metrics", "/wall", "/displays"):
        await screen.browser.request("GET", path)


async def _begin(team: Team, profile: str, boards: list[str]) -> Screen:
    screen = Screen(profile, DisplayBrowser(team.server))
    await pair_browser(team.alice, screen.browser, ["operations", *boards], profile, name="Wall")
    display = await screen.open()
    for board in ("operations", *boards):
        await display.subscribe(board)
    return screen


async def _catch_up(team: Team, screen: Screen, boards: list[str]) -> list[str]:
    """Wait until the screen has everything; return the boards that it still has."""
    display = screen.now
    for board in ("operations", *boards):
        seq = (await team.alice.snapshot(board))["seq"]
        await display.wait_until(partial(_has, display, board, seq))
    await display.wait_until(lambda: [each for each in display.frames if each["type"] == "summary"])
    return [board for board in boards if not display.boards[board].unsubscribed]


def _has(display: Person, board: str, seq: int) -> bool:
    return display.boards[board].seq >= seq or display.boards[board].unsubscribed is not None


async def _come_back(screen: Screen, boards: list[str]) -> None:
    """Resume by positions, and from snapshots."""
    before = screen.now.boards
    await screen.now.close()
    display = await screen.open()
    for board in ("operations", *boards):
        display.boards[board] = Screened(board, before[board].epoch, 3)
        await display.subscribe(board, before[board].epoch, 3)
        await display.subscribe(board)


@pytest.fixture(scope="module")
async def played_night(team: Team) -> AsyncIterator[PlayedNight]:
    alice = team.alice
    lead = await team.add_person(STAFF[3], "coordinator")
    staff = [await team.add_person(name, "investigator") for name in STAFF[:3]]
    unseen = [await team.secret_search(team.ada, **SEARCH), (await _scene(team, lead.account["id"]))[0]]
    await alice.command(unseen[1], "search.set_appeal", {"level": "discreet"} | TOLD)
    scenes = {name: await _scene(team, lead.account["id"]) for name in TABLE.keys() - SHARED.keys()}
    scenes = {name: scenes[SHARED.get(name, name)] for name in TABLE}
    boards = list(dict.fromkeys(search for search, _ in scenes.values()))
    screens = [await _begin(team, profile, boards) for profile in PROFILES]
    for person in staff:
        await person.subscribe(boards[0])
        await person.send({"type": "presence", "board": boards[0], "card": SECRET, "editing": True})
    for name, (search, names) in scenes.items():
        await _give(team, name, search, names)
    for name in ("note.add", "sighting.add", "task.add"):
        for board in unseen:
            await alice.command(board, name, GIVEN[name])
    for board in ("operations", boards[0]):
        await alice.command(board, "note.add", NOTE | {"category": "contact", "happened_at": CALLED_AT})
    people = [alice, team.ada, team.bob, team.victor, lead, *staff]
    try:
        for screen in screens:
            kept = await _catch_up(team, screen, boards)
            assert set(boards) - set(kept) == {scenes["search.set_access"][0]}
            await _refused(screen, kept, unseen)
            await _come_back(screen, kept)
        yield PlayedNight(screens, set(scenes), unseen, [person.account["id"] for person in people])
    finally:
        for screen in screens:
            await screen.now.close()
            await screen.browser.close()


@pytest.fixture(scope="module", params=PROFILES)
def screen(request: pytest.FixtureRequest, played_night: PlayedNight) -> Screen:
    return next(each for each in played_night.screens if each.profile == request.param)


def test_every_command_of_the_table_was_given(played_night: PlayedNight) -> None:
    assert played_night.given == set(TABLE) == set(GIVEN), "a new command, or a new field, needs its secrets here"


def test_no_secret_leaves_the_server_for_a_display(played_night: PlayedNight, screen: Screen) -> None:
    told = screen.bytes().decode()
    secrets = [SECRET, BORN, str(LAT), str(LON), RECEIVED_AT, CALLED_AT, NEEDED_UNTIL, "social_media", "injured"]
    secrets += ["+32470123456", "470 12 34 56"]
    secrets += [*STAFF[:3], *played_night.accounts, *played_night.unseen]
    secrets += [*INNER] if screen.profile == "room" else []
    found = {secret: told[max(0, told.index(secret) - 200) :][:260] for secret in secrets if secret in told}
    assert not found


def test_display_gets_the_fields_of_its_profile(screen: Screen) -> None:
    """The other side: what was looked for could have been found, and what is meant for the wall is there."""
    told = screen.bytes().decode()
    assert FIRST in told
    assert all((secret in told) == (screen.profile == "inner") for secret in INNER)


def test_display_gets_nothing_about_a_found_person(screen: Screen) -> None:
    told = [each for frame in screen.frames() for each in (*frame.get("entities", ()), *frame.get("events", ()))]
    ended = [each["state"] for each in told if each.get("kind") == "search" and (each["state"] or {}).get("status") == "found"]
    assert {tuple(sorted(state)) for state in ended} == {("kind", "status", "status_at")}


def test_nothing_has_a_name_that_is_not_on_the_list(screen: Screen) -> None:
    """Field names reveal leaks without text too: a number, a code, a yes or no."""
    names = {name for frame in screen.frames() for name in _names(frame) if not ID.fullmatch(name)}
    answers = {"fields", "current"}
    assert names - answers <= FRAMES | MORE[screen.profile]
    paths = {path for frame in screen.frames() for event in frame.get("events", ()) for path in event.get("changes", ())}
    assert {name for path in paths for name in path.split(".")} <= FRAMES | MORE[screen.profile]
    assert MORE[screen.profile] <= names, "what is on the list is there"


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _names(each)
