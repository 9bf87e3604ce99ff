"""Contacts and the outlets of data: every route that the program has, found by its table, is read by each kind of reader."""

from collections.abc import Iterable
from copy import copy

import httpx2 as httpx
import pytest

from board.audit import outlets
from board.documents import pdf
from models.board import OPERATIONS
from models.display import PROFILES
from models.times import format_utc, now
from tests.api.test_administration import browser, hire
from tests.api.test_contact_leaks import SECRETS, leaks
from tests.api.test_contacts import CONTACT, NAME
from tests.support.audit_scene import BODIES, QUERIES, AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

ROUTES = [name for name in outlets.CALLS | outlets.PAGES if name.startswith("GET ") or name in BODIES]
DETAILS = "GET /api/v1/boards/{board}/contacts/{contact}"
DIALLED = SECRETS[1:]  # forms of the number


@pytest.fixture(scope="module")
async def scene(team: Team) -> AuditScene:
    """Members-only search with a contact whose call is due. Victor, who may not read contacts, is a member; Charlie is not."""
    scene = await AuditScene(team).prepare()
    alice, members = team.alice, [person.account["id"] for person in (team.alice, team.bob, team.victor)]
    await alice.command(scene.search, "search.set_access", {"access": "members", "members": members})
    await alice.command(scene.search, "contact.add", CONTACT | {"next_call": format_utc(now())})
    entities = (await alice.snapshot(scene.search))["entities"]
    scene.ids["contact"] = next(id for (kind, id), state in entities.items() if kind == "contact" and state["name"] == NAME)
    await alice.http.get(scene.path("/api/v1/boards/{board}/contacts/{contact}"))  # for the logs of reads
    return scene


@pytest.fixture(autouse=True)
def _papers_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the text of each paper, which is compressed in a PDF."""

    async def rendered(html: str, picture_width: int = 0) -> bytes:
        return b"%PDF" + html.encode()

    monkeypatch.setattr(pdf, "pdf", rendered)


async def read(scene: AuditScene, http: httpx.AsyncClient, name: str) -> list[httpx.Response]:
    """Send the requests of a route; those that take words get the name of the contact."""
    method, route = name.split(" ")
    queries = ("?q=zqxanna",) if name.endswith("/find") else QUERIES.get(name, ("",))
    body = {"json": BODIES[name]} if name in BODIES else {}
    return [await http.request(method, scene.path(route + query), **body) for query in queries]


async def leaking(scene: AuditScene, http: httpx.AsyncClient, secrets: Iterable[str] = SECRETS) -> dict[str, list[str]]:
    """Return the secrets in the answers of each route; routes without any are left out."""
    found = {name: await read(scene, http, name) for name in ROUTES}
    leaked = {name: leaks(b"\n".join(answer.content for answer in answers), tuple(secrets)) for name, answers in found.items()}
    return {name: secrets for name, secrets in leaked.items() if secrets}


async def test_no_route_shows_a_contact_without_the_right(scene: AuditScene) -> None:
    assert len(ROUTES) > 90, "there is something to see"
    for reader in (scene.team.victor, scene.team.charlie):
        assert await leaking(scene, reader.http) == {}, reader.account["name"]
    async with browser(scene.team.server) as stranger:
        assert await leaking(scene, stranger) == {}


async def test_administrators_logs_and_exports_have_no_contact(scene: AuditScene) -> None:
    """The administrator is no member, and sees who read the contact."""
    async with browser(scene.team.server, await hire(scene.team.server, "admin", "Ada")) as http:
        assert await leaking(scene, http) == {}
        log = (await http.get("/api/v1/audit", params={"kind": "contact.read"})).json()["entries"]
        assert scene.ids["contact"] in [entry["id"] for entry in log], "the read itself is there"


async def test_number_is_in_one_route_and_the_name_on_the_search_alone(scene: AuditScene) -> None:
    """Read the routes as a member with the right: each check could have failed."""
    shown = await leaking(scene, scene.team.bob.http)
    assert [name for name, secrets in shown.items() if set(secrets) & set(DIALLED)] == [DETAILS]
    assert {
        "GET /api/v1/boards/{board}",
        "GET /api/v1/boards/{board}/journal.csv",
        "GET /searches/{id}/history.pdf",
    } <= shown.keys()
    figures = [name for name in shown if "figures" in name or ".geojson" in name or ".gpx" in name or ".kml" in name]
    assert (figures, [name for name in shown if name.endswith((".svg", "/timeline"))]) == ([], [])


async def test_no_route_shows_a_contact_to_a_wall(scene: AuditScene) -> None:
    alice, shown = scene.team.alice, copy(scene)
    search = await alice.open_search()
    await alice.command(search, "contact.add", CONTACT | {"next_call": format_utc(now())})
    entities = (await alice.snapshot(search))["entities"]
    shown.ids = scene.ids | {"board": search, "id": search} | {kind: id for kind, id in entities if kind == "contact"}
    assert leaks((await alice.http.get(f"/api/v1/boards/{search}")).content), "it could be found"
    for profile in PROFILES:
        screen = DisplayBrowser(scene.team.server)
        await pair_browser(alice, screen, [OPERATIONS, search], profile)
        assert await leaking(shown, screen.http) == {}, profile
        await screen.close()
