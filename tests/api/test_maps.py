"""Printed maps, drawings, and maps on walls: for those who may see the search, at any moment, and in inner rooms only."""

import xml.etree.ElementTree as ET
from pathlib import Path

import httpx2 as httpx
import pypdfium2
import pytest

from board.client import Refusal
from board.documents.pdf import TIMEOUT_S
from board.maps.points import map_points
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.map_points import in_form_of_pages, on_pages
from tests.support.people import Person
from tests.support.random_histories import HistoryGenerator
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

SEEN = {"text": "Zqkorenmarkt", "lat": 51.0545, "lon": 3.722}
SIGHTING = {
    "description": "Zqgirl with a yellow rucksack", "seen_at": "2026-11-24T05:05:00Z",
    "place": {"text": "Zqveldstraat", "lat": 51.048, "lon": 3.725, "radius_m": 77},
}  # fmt: skip
GHENT = {
    "description": "Girl at the tram stop", "seen_at": "2026-11-24T16:00:00Z",
    "place": {"text": "Gent-Zuid", "lat": 51.0471, "lon": 3.7302, "radius_m": 50},
}  # fmt: skip
AALST = {
    "description": "Girl at the station", "seen_at": "2026-11-24T16:04:00Z",
    "place": {"text": "Aalst", "lat": 50.943, "lon": 4.0397, "radius_m": 100},
}  # fmt: skip
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "came_back"}
PARK = {"name": "Zqpark", "kind": "area", "outline": [[51.04, 3.7], [51.045, 3.705], [51.036, 3.712]]}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    scene = SearchScenario(team, await team.alice.open_search(last_seen=SEEN))
    await scene.one("sighting.add", SIGHTING)
    await scene.one("place.add", PARK)
    return scene


async def drawing(person: Person, search: str, query: str = "") -> str:
    answer = await person.http.get(f"/searches/{search}/map.svg{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml"), answer.text
    ET.fromstring(answer.text)
    return answer.text


async def test_drawing_has_the_points_of_the_moment(scene: SearchScenario) -> None:
    now = await drawing(scene.team.alice, scene.search)
    assert "· 7" in now or "· 1" in now, "the numbers are those of cards"
    assert 'fill="url(#hatch)"' in now
    before = await drawing(scene.team.alice, scene.search, "?at=1")
    assert 'fill="url(#hatch)"' not in before
    for at in ("99999", "0"):
        assert (await scene.team.alice.http.get(f"/searches/{scene.search}/map.svg?at={at}")).status_code == 404


async def test_map_is_on_a4_and_a3(scene: SearchScenario) -> None:
    for size, width in (("A4", 842), ("A3", 1191)):
        answer = await scene.team.alice.http.get(f"/searches/{scene.search}/map.pdf?size={size}", timeout=TIMEOUT_S)
        assert answer.headers["content-type"] == "application/pdf", answer.text
        pages = [*pypdfium2.PdfDocument(answer.content)]
        assert round(pages[0].get_width()) == width
        text = "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\u00a0", " ")
        for word in ("Zqkorenmarkt", "Zqveldstraat", "Zqpark", "± 77 m", "Natural Earth"):
            assert word in text, word


async def test_paper_names_sightings_that_cannot_both_be_true(scene: SearchScenario) -> None:
    assert "not both" not in await drawing(scene.team.alice, scene.search)
    one, other = [(await scene.one("sighting.add", sighting))["state"]["number"] for sighting in (GHENT, AALST)]
    svg = await drawing(scene.team.alice, scene.search)
    for words in ("24 km in 4 min: not both", "Cannot both be true", f"· {one}<", f"· {other}<"):
        assert words in svg.replace("\u00a0", " "), words
    pages = pypdfium2.PdfDocument(
        (await scene.team.alice.http.get(f"/searches/{scene.search}/map.pdf?size=A3", timeout=TIMEOUT_S)).content
    )
    listed = " ".join(pages[1].get_textpage().get_text_range().replace("\u00a0", " ").split())
    assert f"cannot both be true with Sighting {other}: 24 km in 4 min" in listed
    assert f"cannot both be true with Sighting {one}: 24 km in 4 min" in listed


async def test_history_on_paper_has_the_map(scene: SearchScenario) -> None:
    answer = await scene.team.alice.http.get(f"/searches/{scene.search}/history.pdf", timeout=TIMEOUT_S)
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "Natural Earth" in text


async def test_outsider_and_stranger_get_no_map(scene: SearchScenario) -> None:
    hidden = await scene.team.secret_search()
    for ending in ("svg", "pdf"):
        assert (await scene.team.charlie.http.get(f"/searches/{hidden}/map.{ending}")).status_code == 404
        assert (await scene.team.charlie.http.get(f"/searches/operations/map.{ending}")).status_code == 404
    async with httpx.AsyncClient(base_url=scene.team.server.url) as stranger:
        assert (await stranger.get(f"/searches/{scene.search}/map.svg")).status_code == 303


async def test_radius_beyond_the_limit_is_refused(scene: SearchScenario) -> None:
    for radius, code in ((0, None), (1_000_000, None), (10_000_000, "invalid"), (-1, "invalid")):
        data = {"description": "far away", "place": {"lat": 90, "lon": 180, "radius_m": radius}}
        if code is None:
            await scene.one("sighting.add", data)
        else:
            with pytest.raises(Refusal, match=code):
                await scene.team.alice.command(scene.search, "sighting.add", data)
    await drawing(scene.team.alice, scene.search)


async def test_wall_in_an_inner_room_gets_the_map_and_no_other_does(scene: SearchScenario) -> None:
    search, path = scene.search, f"/wall/searches/{scene.search}/map.svg"
    hidden = await scene.team.secret_search()
    walls = {profile: DisplayBrowser(scene.team.server) for profile in ("room", "inner")}
    for profile, wall in walls.items():
        await pair_browser(scene.team.alice, wall, [search], profile=profile)
        screen = await wall.connect()
        await screen.subscribe(search)
        wall.received.append(str(screen.frames).encode())
        await screen.close()
    shown = await walls["inner"].request("GET", path)
    assert shown.status_code == 200
    ET.fromstring(shown.text)
    assert 'fill="url(#hatch)"' in shown.text
    assert "Zq" not in shown.text, "no word that people typed"
    assert (await walls["room"].request("GET", path)).status_code == 404
    assert (await walls["inner"].request("GET", f"/wall/searches/{hidden}/map.svg")).status_code == 404
    assert (await scene.team.alice.http.get(path)).status_code == 404, "it is for displays"
    await scene.team.alice.command(search, "search.set_status", {"status": "found", "reason": "x", "outcome": OUTCOME})
    assert (await walls["inner"].request("GET", path)).status_code == 404
    received = b"".join(walls["room"].received)
    for secret in (b"Zqkorenmarkt", b"Zqgirl", b"Zqveldstraat", b"Zqpark", b"51.0545", b"51.048", b"51.045", b"<svg"):
        assert secret not in received, secret
    for wall in walls.values():
        await wall.close()


@pytest.mark.parametrize(("searches", "moments", "commands"), [(3, 6, 30), pytest.param(50, 20, 60, marks=pytest.mark.slow)])
def test_points_of_random_histories_equal_the_snapshots(tmp_path: Path, searches: int, moments: int, commands: int) -> None:
    """Equal the scripts' points, folded from the events, and the server's points of the snapshot at each moment."""
    histories = HistoryGenerator(commands, moments).play(searches)
    histories = [history for history in histories if any(event.get("kind") == "sighting" for event in history.events)]
    seqs = [[int(at) for at in history.stored if at.isdecimal()] for history in histories]
    asked = [{"events": history.events, "moments": moments} for history, moments in zip(histories, seqs, strict=True)]
    shown, count = on_pages(tmp_path, [], asked)["histories"], 0
    for history, numbers, found in zip(histories, seqs, shown, strict=True):
        for seq, points in zip(numbers, found, strict=True):
            snapshot = history.stored[str(seq)]
            assert points == in_form_of_pages(map_points((kind, id, state) for (kind, id), (_, state) in snapshot.items()))
            count += len(points)
    assert len(histories) >= searches
    assert all(len(numbers) >= moments for numbers in seqs)
    assert count > searches * moments


async def test_found_child_is_on_the_map_from_the_moment_of_finding(scene: SearchScenario) -> None:
    alice, search = scene.team.alice, scene.search
    point = {"lat": 51.2287, "lon": 2.9275, "radius_m": 321}
    found = {"status": "found", "reason": "x", "outcome": OUTCOME | {"place": "Zqpier", "point": point}}
    before = (await alice.snapshot(search))["seq"]
    assert "Where found" not in await drawing(alice, search)
    for broken in ({"lat": 51.2}, {"lat": 91, "lon": 3}, {"lat": 51.2, "lon": 3, "radius_m": -1}):
        with pytest.raises(Refusal, match="invalid"):
            await alice.command(search, "search.set_status", found | {"outcome": OUTCOME | {"point": broken}})
    await alice.command(search, "search.set_status", found)
    assert (await scene.state("search", search))["outcome"]["point"] == point
    assert "Where found" in await drawing(alice, search)
    assert "Where found" not in await drawing(alice, search, f"?at={before}"), "nobody knew it"
    pages = pypdfium2.PdfDocument((await alice.http.get(f"/searches/{search}/map.pdf?size=A4", timeout=TIMEOUT_S)).content)
    text = "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\u00a0", " ")
    for word in ("Zqpier", "51.22870, 2.92750", "± 321 m", "Where found"):
        assert word in text, word
    removed = await scene.one("search.set_outcome", {"outcome": {"point": {"lat": None, "lon": None, "radius_m": None}}})
    assert (await scene.state("search", search))["outcome"]["point"] is None
    assert "Where found" not in await drawing(alice, search)
    await scene.one("undo", {"seq": removed["seq"]})
    assert (await scene.state("search", search))["outcome"]["point"] == point


async def test_wall_gets_no_point_of_the_finding_and_an_outsider_no_map(scene: SearchScenario) -> None:
    hidden, walls = await scene.team.secret_search(), {name: DisplayBrowser(scene.team.server) for name in ("room", "inner")}
    point = {"lat": 51.2287, "lon": 2.9275, "radius_m": 321}
    found = {"status": "found", "reason": "x", "outcome": OUTCOME | {"place": "Zqpier", "point": point}}
    for search in (scene.search, hidden):
        await scene.team.alice.command(search, "search.set_status", found)
    for profile, wall in walls.items():
        await pair_browser(scene.team.alice, wall, [scene.search], profile=profile)
        screen = await wall.connect()
        await screen.subscribe(scene.search)
        wall.received.append(str(screen.frames).encode())
        await screen.close()
        received = b"".join(wall.received)
        assert b"found" in received
        assert [secret for secret in (b"Zqpier", b"51.2287", b"2.9275") if secret in received] == []
        await wall.close()
    assert (await scene.team.charlie.http.get(f"/searches/{hidden}/map.svg")).status_code == 404
    assert "Where found" in await drawing(scene.team.alice, hidden)
