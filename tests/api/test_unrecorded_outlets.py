"""Unrecorded outlets: a route without an entry of the read log sends nothing of a search."""

import re
from typing import Any

import pytest

from board.audit import outlets
from tests.api.test_contradictions import AALST, GHENT
from tests.support.audit_scene import QUERIES, UNTIL, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

WORD = "Zqmarker"  # in each typed text of the search
PLACE = {"text": WORD, "lat": 50.73514, "lon": 4.26813}
SECRETS = re.compile(f"{WORD}|50\\.735|4\\.268|51\\.047|3\\.730|50\\.943|4\\.0397|not both with", re.I)
OF_THE_CALLER = {  # routes that every page of the caller asks for
    "GET /api/v1/alerts": "alerts that were sent to the caller",
    "GET /api/v1/work": "cards that the caller has",
    "GET /api/v1/alarms": "open alarms",
}
MORE_QUERIES = {"GET /api/v1/since": ("",)}


@pytest.fixture(scope="module")
async def scene(team: Team) -> AuditScene:
    """Search with a word in each text, and with places and a link."""
    scene = await AuditScene(team).prepare()
    alice, person = team.alice, {"first_name": WORD, "last_name": WORD}
    search = await team.secret_search(team.bob, person=person, missing_since="2026-11-24T15:00:00Z", last_seen=PLACE)
    other = await team.secret_search(team.bob, person=person)
    await alice.command(search, "search.link", {"search": other, "how": "together"})
    for sighting in (GHENT, AALST):
        await alice.command(search, "sighting.add", {"description": WORD, "source_name": WORD} | sighting)
    await alice.command(search, "note.add", {"text": WORD})
    await alice.command(search, "task.add", {"title": WORD, "assignee": alice.account["id"]})
    entities = (await alice.snapshot(search))["entities"]
    scene.ids |= {"board": search, "id": search, "card": next(id for kind, id in entities if kind == "task")}
    scene.ids |= {"sighting": next(id for kind, id in entities if kind == "sighting")}
    return scene


def routes(is_recorded: bool) -> list[str]:
    table = outlets.CALLS | outlets.PAGES
    others = {name for name, outlet in table.items() if outlet.reason == outlets.PUBLIC}
    return [
        name
        for name, outlet in table.items()
        if name.startswith("GET ") and name not in others and bool(outlet.entries) == is_recorded
    ]


async def answers_with_data(scene: AuditScene, names: list[str]) -> dict[str, str]:
    """Return the first secret in the answers of each route that has one."""
    found = dict[str, str]()
    for name in names:
        route = name.split(" ")[1]
        for query in MORE_QUERIES.get(name, QUERIES.get(name, ("",))):
            answer = await scene.team.alice.http.get(scene.path(route + query))
            if secret := SECRETS.search(answer.text):
                found[name] = secret[0]
    return found


async def test_unrecorded_routes_send_nothing_of_a_search(scene: AuditScene) -> None:
    found = await answers_with_data(scene, routes(is_recorded=False))
    assert found.keys() - OF_THE_CALLER.keys() == set(), found


async def test_recorded_routes_show_that_the_secrets_are_found(scene: AuditScene) -> None:
    names = [
        name for name in routes(is_recorded=True) if re.search(r"\{(board|id)\}", name) and not name.endswith((".pdf", ".zip"))
    ]
    found = await answers_with_data(scene, names)
    expected = {"", "/links", "/reach", "/contradictions", "/timeline", "/events", "/places.geojson", "/cards.csv"}
    assert {f"GET /api/v1/boards/{{board}}{path}" for path in expected} - found.keys() == set()


async def test_computed_data_is_recorded_once_for_those_who_follow_the_board(scene: AuditScene) -> None:
    team, paths = scene.team, ("/links", "/contradictions", f"/reach{UNTIL}")
    eva = await team.add_person("Eva", "coordinator")
    search = await eva.open_search(last_seen=PLACE)
    await eva.subscribe(search)
    await scene.record.restart()
    for path in paths:
        await eva.http.get(f"/api/v1/boards/{search}{path}")
    assert await scene.record.types(eva.account["id"]) == []
    await eva.request({"type": "unsubscribe", "board": search}, type="unsubscribed")
    await eva.http.get(f"/api/v1/boards/{search}/links")
    assert await scene.record.types(eva.account["id"]) == ["snapshot.read"]


async def test_map_of_a_wall_is_a_read_of_its_display(scene: AuditScene) -> None:
    team, wall = scene.team, DisplayBrowser(scene.team.server)
    search = await team.alice.open_search(last_seen=PLACE)
    display = await pair_browser(team.alice, wall, [search], profile="inner")
    await scene.record.restart()
    answer: Any = await wall.request("GET", f"/wall/searches/{search}/map.svg")
    assert answer.status_code == 200
    entry = await scene.record.one(display["id"], "snapshot.read")
    assert (entry.id, entry.about["why"], entry.actor["kind"]) == (search, "display", "display")
    await wall.close()
