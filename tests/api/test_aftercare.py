"""Tasks after the child is found, by kind and condition, until the search is closed, and the confidential talk with the child."""

from pathlib import Path
from typing import Any

import pytest

from board.client import Refusal
from board.config.predefined_tasks import TaskCatalogue, load_catalogue
from models.db.errors import ConfigurationError
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T15:10:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": True}
TALK = {
    "why": "Zqtalk quarrel.", "where": "A barn.", "with_whom": "Nobody.", "helped": "A woman with a dog.",
    "would_help": "Puppies.",
}  # fmt: skip
POSTER = {"what": "poster", "languages": ["fr"], "shows": ["age"], "until": "2099-01-01T00:00:00Z", "decided_by": "prosecutor"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


def found(**outcome: Any) -> dict[str, Any]:
    return {"status": "found", "reason": "at home", "outcome": OUTCOME | outcome}


async def added(scene: SearchScenario, **outcome: Any) -> list[str]:
    """Set the search to found; return the keys of the tasks that were added."""
    keys = {task.title: task.key for task in TaskCatalogue()._first.found}
    events = await scene.does("search.set_status", found(**outcome))
    return [str(keys[event["state"]["title"]]) for event in events if event["type"] == "task.added"]


async def read(who: Person, search: str, name: str = "talk") -> Any:
    return await who.http.get(f"/api/v1/boards/{search}/{name}")


# -- tasks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome", "keys"),
    [
        ("runaway", {}, ["description", "help", "talk"]),
        ("runaway", {"police_told": None}, ["tell", "description", "help", "talk"]),
        ("parental_abduction", {"condition": "injured"}, ["description", "help"]),
        ("undefined", {"condition": "unknown"}, ["description", "help"]),
        ("runaway", {"condition": "deceased"}, ["description", "family"]),
    ],
)
async def test_tasks_suit_the_kind_and_the_condition(team: Team, kind: str, outcome: dict[str, Any], keys: list[str]) -> None:
    scene = SearchScenario(team, await team.alice.open_search(kind=kind))
    assert await added(scene, **outcome) == keys


async def test_recipients_are_told_only_if_something_was_given_out(team: Team, scene: SearchScenario) -> None:
    await scene.does("search.set_appeal", {"level": "public"})
    material = (await scene.one("material.approve", POSTER))["id"]
    data = {"material": material, "recipients": ["De Lijn"], "way": "email", "language": "fr"}
    await scene.one("distribution.add", data)
    keys = {task.title: task.key for task in TaskCatalogue()._first.found}
    events = await scene.does("search.set_status", found())
    titles = [event["state"]["title"] for event in events if event["type"] == "task.added"]
    assert "asked" in [keys.get(title) for title in titles]


async def test_tasks_are_added_once(scene: SearchScenario) -> None:
    first = await added(scene)
    assert first
    assert await added(scene, place="Gent") == [], "the outcome was corrected"
    await scene.does("search.set_status", {"status": "open", "reason": "gone again"})
    assert await added(scene) == [], "they are open still"


async def test_closing_names_open_tasks_until_done_or_given_up(scene: SearchScenario) -> None:
    await scene.does("search.set_status", found())
    todo = {id: state for (kind, id), state in (await scene.team.alice.snapshot(scene.search))["entities"].items()
            if kind == "task" and state["take_down"]}  # fmt: skip
    close = {"status": "closed", "reason": "over"}
    refused = await scene.refuses("invalid", "search.set_status", close, "acknowledge")
    assert all(f"{state['number']}" in refused.fields["acknowledge"] for state in todo.values())
    done = (await scene.columns())["done"]
    first, *others = todo
    await scene.does("card.move", {"card": first, "column": done})
    for card in others:
        await scene.does("card.withdraw", {"card": card, "reason": "not needed"})
    entities = (await scene.team.alice.snapshot(scene.search))["entities"].items()
    for (kind, id), state in entities:  # urgent first tasks are open too
        if kind == "task" and not state["take_down"]:
            await scene.does("card.move", {"card": id, "column": done})
    (closed,) = await scene.does("search.set_status", close)
    assert (closed["state"]["status"], closed["state"]["acknowledge"]) == ("closed", None)


def test_own_file_without_found_tasks_adds_none(tmp_path: Path) -> None:
    (tmp_path / "first_tasks.toml").write_text('[[runaway]]\ntitle = "Call"\n')
    assert TaskCatalogue(str(tmp_path)).found_tasks("runaway", "well", asked=True, told=False) == []
    (tmp_path / "first_tasks.toml").write_text('[[found]]\ntitle = "Call"\nconditions = ["asleep"]\n')
    with pytest.raises(ConfigurationError, match=r"first_tasks\.toml"):
        TaskCatalogue(str(tmp_path))
    assert load_catalogue().found_tasks("runaway", "well", asked=True, told=False)


# -- the talk -------------------------------------------------------------------------------------------------------------


async def test_talk_is_in_no_event_and_read_by_members_alone(team: Team) -> None:
    search = await team.alice.open_search(members=[team.alice.account["id"], team.bob.account["id"]])
    scene = SearchScenario(team, search)
    await team.charlie.subscribe(search)
    await scene.refuses("invalid", "search.set_talk", TALK, "search")
    await scene.does("search.set_status", found())
    await scene.refuses("invalid", "search.set_talk", {"why": None}, "why")
    event = await scene.one("search.set_talk", TALK, team.bob)
    assert (event["type"], event["private"], event["changes"]) == (
        "search.talk_set", ["talk"], ["talk_kept.at", "talk_kept.by", "talk_kept.offered"],
    )  # fmt: skip
    for who in (team.alice, team.bob):
        body = (await read(who, search)).json()
        assert {name: body[name] for name in TALK} == TALK
        assert (body["by"], body["offered"]) == (team.bob.account["id"], True)
    for who in (team.charlie, team.victor, team.ada):
        assert (await read(who, search)).status_code == 403
    with pytest.raises(Refusal, match="forbidden"):
        await team.charlie.command(search, "search.set_talk", {"why": "x"})
    await team.charlie.wait_for_seq(search, (await team.alice.snapshot(search))["seq"])
    assert "Zqtalk" not in str(team.charlie.frames)
    for path in ("", "/events", "/journal.json", "/journal.csv", "/cards.csv"):
        assert "Zqtalk" not in (await team.alice.http.get(f"/api/v1/boards/{search}{path}")).text
    assert "Zqtalk" not in (await team.alice.http.get(f"/searches/{search}/history.md")).text
    entries = (await team.ada.http.get("/api/v1/audit", params={"kind": "talk.read"})).json()["entries"]
    assert [entry["id"] for entry in entries].count(search) >= 2


async def test_search_without_members_has_coordinators_as_readers(team: Team, scene: SearchScenario) -> None:
    await scene.does("search.set_status", found())
    assert (await read(team.alice, scene.search)).status_code == 404
    await scene.one("search.set_talk", TALK, team.bob)
    assert [(await read(who, scene.search)).status_code for who in (team.alice, team.bob, team.charlie)] == [200, 200, 403]
    other = await team.secret_search(team.bob)
    assert (await read(team.charlie, other)).status_code == 404


async def test_wall_receives_no_byte_of_a_talk(team: Team, scene: SearchScenario) -> None:
    browser = DisplayBrowser(team.server)
    await pair_browser(team.alice, browser, ["operations", scene.search], "inner", name="Wall")
    display = await browser.connect()
    await display.subscribe(scene.search)
    await scene.does("search.set_status", found())
    await scene.one("search.set_talk", TALK)
    await display.wait_for_seq(scene.search, (await team.alice.snapshot(scene.search))["seq"])
    assert "Zqtalk" not in str(display.frames)
    assert b"Zqtalk" not in b"\n".join(browser.received)
    await display.close()
    await browser.close()


@pytest.mark.parametrize("offered", [True, False])
async def test_talk_is_offered_at_the_next_disappearance(team: Team, scene: SearchScenario, offered: bool) -> None:
    await scene.does("search.set_status", found())
    await scene.one("search.set_talk", TALK | {"offered": offered}, team.bob)
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    search = await team.alice.open_search(earlier={"k1": {"search": scene.search, "reference": "x"}})
    answer = await read(team.charlie, search, "earlier-talks")
    assert answer.status_code == 200
    talks = answer.json()["talks"]
    assert [(each["board"], each["talk"]["why"]) for each in talks] == ([(scene.search, TALK["why"])] if offered else [])
    counts = [(await read(who, search, "links")).json()["earlier_talks"] for who in (team.alice, team.charlie, team.victor)]
    assert counts == [len(talks), len(talks), 0], "a viewer reads no talks"
    assert (await read(team.victor, search, "earlier-talks")).status_code == 403
    assert (await read(team.charlie, await team.secret_search(), "earlier-talks")).status_code == 404
    assert (await read(team.charlie, scene.search)).status_code == 403, "the talk itself stays with its members"


@pytest.mark.parametrize("offered", [True, False])
async def test_typed_name_shows_that_a_talk_is_offered(team: Team, offered: bool) -> None:
    name = "Yselin" if offered else "Zelmira"
    scene = SearchScenario(team, await team.alice.open_search(person={"first_name": name}))
    await scene.does("search.set_status", found())
    await scene.one("search.set_talk", TALK | {"offered": offered}, team.bob)
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    shown = {}
    for who in (team.alice, team.charlie, team.victor):
        answer = await who.http.post("/api/v1/earlier", json={"first_name": name})
        shown[who.account["id"]] = [each["talk"] for each in answer.json()["searches"]]
        assert "Zqtalk" not in answer.text
    assert list(shown.values()) == [[offered], [offered], [False]], "a viewer reads no talks"
