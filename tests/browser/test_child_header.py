"""The child's header and the tool row: folded and whole, menus by keyboard, names that are long or run right to left."""

import json

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter"  # 61 letters
RIGHT_TO_LEFT = "فاطمة الزهراء"
SIZES = [(390, 844), (844, 390), (700, 900), (1000, 700), (1400, 760), (1400, 900), (2560, 1440), (2560, 620)]
PHONE, BESIDE = 390, 2200  # from here on, the header stands beside the board
HEAD = "[data-testid=head]"
# Height of a box and top of the first card, in px.
HEIGHT = "async each => { await document.fonts.ready; return each.getBoundingClientRect().height; }"
# Number of files of the font for Latin letters that have come.
FACES = "document.fonts.load('1em \"Searchboard Sans\"').then((faces) => faces.length, () => 0)"
TOP = "each => each.getBoundingClientRect().top"
# Parts of the header, of the tool row and of the bar that lie over one another, or outside of the window.
SPILLS = """() => {
  const rows = [".search-header .names", ".search-header", ".tools", ".add-buttons", ".header-bar", ".side-of-header"];
  const flat = (each) => getComputedStyle(each).display === "contents" ? [...each.children].flatMap(flat) : [each];
  const seen = (each) => each.checkVisibility() && each.getBoundingClientRect().width > 1 && !each.matches("[popover], .space");
  const faults = [];
  for (const row of rows.flatMap((each) => [...document.querySelectorAll(each)])) {
    const parts = [...row.children].flatMap(flat).filter(seen), boxes = parts.map((each) => each.getBoundingClientRect());
    boxes.forEach((a, at) => {
      if (a.left < -0.5 || a.right > innerWidth + 0.5) faults.push(`${parts[at].className} is outside of the window`);
      boxes.slice(at + 1).forEach((b, more) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 9 && high > 4) faults.push(`${parts[at].className} / ${parts[at + 1 + more].className}`);
      });
    });
  }
  return faults;
}"""
# Parts of the header that are lower than what they hold.
SQUEEZED = """() => [...document.querySelectorAll(".search-header > *, .search-header .names")]
  .filter((each) => each.checkVisibility() && each.clientHeight && each.scrollHeight > each.clientHeight + 2)
  .map((each) => each.className)"""
# Names that do not show whole.
CUT = """() => [...document.querySelectorAll("[data-testid=person], .child-name b, .search-header .lead")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).display !== "inline")
  .filter((each) => each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.className || each.dataset.testid)"""


async def is_whole(window: Window) -> None:
    for width, height in SIZES:
        await window.page.set_viewport_size({"width": width, "height": height})
        for folded in (True, False):
            await window.page.evaluate("on => document.documentElement.toggleAttribute('data-header-folded', on)", folded)
            assert await window.page.evaluate(SPILLS) == [], (width, height, folded)
            assert await window.page.evaluate(CUT) == [], (width, height, folded)
            if width >= BESIDE:
                assert await window.page.evaluate(SQUEEZED) == [], (width, height, folded)


async def test_the_header_says_each_detail_or_that_it_is_missing(browsers: Browsers) -> None:
    board = await browsers.search()
    bob, alice = await browsers.window("Bob"), await browsers.person("Alice")
    await bob.open(f"/searches/{board}")
    for place in ("looks", "wears", "needs"):
        await expect(bob(f"dd[data-testid={place}]")).to_have_text("not recorded")
    await expect(bob("dd[data-testid=credible]")).to_have_text("none yet")
    seen = {"description": "A girl", "seen_at": "2026-11-24T04:05:00Z", "place": {"text": "Veldstraat 30"}}
    sighting = await alice.add(board, "sighting.add", seen)
    await alice.command(board, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    await expect(bob("dd[data-testid=credible]")).to_contain_text("Veldstraat 30")
    await bob("dd[data-testid=credible] a").click()
    await expect(bob.panel).to_have_attribute("data-panel", sighting)
    await alice.command(board, "sighting.assess", {"sighting": sighting, "assessment": "not_the_child"})
    await expect(bob("dd[data-testid=credible]")).to_have_text("none yet")


@pytest.mark.slow
async def test_the_header_folds_to_one_line_and_is_remembered_for_the_person(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    whole = await alice(HEAD).evaluate(HEIGHT)
    assert 120 < whole < 150
    await alice("[data-act=fold-header]").click()
    assert await alice(HEAD).evaluate(HEIGHT) <= 49
    await expect(alice("[data-testid=person]")).to_be_visible()
    await expect(alice("[data-testid=clock]")).to_be_visible()
    assert await bob(HEAD).evaluate(HEIGHT) == whole  # each for themselves
    await alice.reload()
    await alice.live()
    assert await alice(HEAD).evaluate(HEIGHT) <= 49
    await alice("[data-act=fold-header]").click()
    assert await alice(HEAD).evaluate(HEIGHT) == whole
    low = await browsers.window("Charlie", viewport={"width": 1400, "height": 760})
    await low.open(f"/searches/{board}")
    assert await low(HEAD).evaluate(HEIGHT) <= 49  # low windows start folded


async def test_the_status_is_set_from_its_menu_by_keys(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice("[data-act=status-menu]").focus()
    await alice.page.keyboard.press("Enter")
    await expect(alice("#status-menu [data-to=open]")).to_be_focused()
    await alice.page.keyboard.press("ArrowUp")
    await expect(alice("#status-menu [data-to=closed]")).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(alice("[data-act=status-menu]")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(alice("#status-menu [data-to=open]")).to_be_focused()
    await alice.page.keyboard.press("ArrowDown")
    await alice.page.keyboard.press("Enter")
    await expect(alice("dialog input[value=found]")).to_be_checked()
    await alice.page.keyboard.press("Escape")
    await expect(bob("[data-act=status-menu]")).to_have_count(0)
    await expect(bob("[data-testid=status]")).to_have_text("Open")


@pytest.mark.slow
async def test_the_menu_of_the_rest_is_walked_by_keys(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice("[data-act=search-menu]").focus()
    await alice.page.keyboard.press("Enter")
    await expect(alice("[data-act=edit-search]")).to_be_focused()
    await alice.page.keyboard.press("End")
    await expect(alice("[data-act=copy-link]")).to_be_focused()
    await alice.page.keyboard.press("Home")
    await alice.page.keyboard.press("Enter")
    await expect(alice("dialog[data-dialog=facts]")).to_be_visible()
    await bob("[data-act=search-menu]").click()
    await expect(bob("[data-act=edit-search]")).to_be_visible()
    await expect(bob("[data-act=access]")).to_have_count(0)  # for coordinators


NAMES = [("Noor", LONG), (RIGHT_TO_LEFT, "الأندلسي"), ("Maximiliane-Theodora", f"von {LONG}")]


@pytest.mark.parametrize(("first", "last"), NAMES, ids=["long", "right-to-left", "longer"])
async def test_long_and_right_to_left_names_are_whole(browsers: Browsers, first: str, last: str) -> None:
    board = await browsers.search(person={"first_name": first, "last_name": last, "age": 11})
    alice = await browsers.window("Alice", locale="de-BE")
    await alice.open(f"/searches/{board}")
    await is_whole(alice)


BROKEN = """() => [...document.querySelectorAll(".search-header .whole")].filter((each) => each.checkVisibility())
  .filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return range.getClientRects().length > 1;
  })
  .map((each) => each.textContent)"""
# The last line of the name: an age never stands there alone.
LAST_LINE = """heading => {
  const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), lines = new Map();
  while (texts.nextNode()) for (let at = 0; at < texts.currentNode.data.length; at += 1) {
    const range = document.createRange();
    range.setStart(texts.currentNode, at);
    range.setEnd(texts.currentNode, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines.set(top, (lines.get(top) ?? "") + texts.currentNode.data[at]);
  }
  return lines.get(Math.max(...lines.keys())).trim();
}"""


@pytest.mark.slow
async def test_a_reference_is_not_broken_and_no_age_stands_alone(browsers: Browsers) -> None:
    given = {"first_name": "Noor", "last_name": "Voorbeeld", "age": 11, "sex": "f"}
    board = await browsers.search(person=given, kind="runaway", reference="REFERENZ-2026")
    window = await browsers.window("Alice", viewport={"width": 2560, "height": 1440})
    await window.open(f"/searches/{board}")
    await expect(window(f"{HEAD} .whole")).to_have_text("REFERENZ-2026")
    assert await window.page.evaluate(BROKEN) == []
    assert (await window(f"{HEAD} h1").evaluate(LAST_LINE)).startswith("Voorbeeld,")


@pytest.mark.slow
async def test_forty_people_present_and_no_cards_leave_the_header_whole(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice", locale="fr-BE")
    people = [{"account": f"p{each}", "name": f"Person {each}", "card": None, "editing": False} for each in range(40)]

    sockets: list[WebSocketRoute] = []

    def opened(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    await alice.page.route_web_socket("**/ws**", opened)
    await alice.open(f"/searches/{board}")
    await expect(alice("[data-testid=here] .avatar")).to_have_count(1)  # the server has said who is here
    sockets[0].send(json.dumps({"type": "presence", "board": board, "count": len(people), "people": people}))
    await expect(alice("[data-testid=here] .avatar.more")).to_have_text("+35")
    await is_whole(alice)


@pytest.mark.parametrize("granted", [["clipboard-write"], []], ids=["with_the_clipboard", "where_the_browser_refuses_it"])
async def test_the_link_is_copied_from_the_menu(browsers: Browsers, granted: list[str]) -> None:
    board = await browsers.search(person={"first_name": "Noor"})
    alice = await browsers.window("Alice")
    await alice.context.grant_permissions(granted)
    await alice.open(f"/searches/{board}")
    await alice.choose("copy-link")
    await expect(alice("[data-announcer]").first).to_have_text("Copied")
    await alice("#find").focus()
    await alice.page.keyboard.press("Control+v")
    await expect(alice("#find")).to_have_value(alice.page.url)


FACTS = {"last-seen": "Korenmarkt", "looks": "dark blond", "wears": "dark green coat", "needs": "inhaler", "appeal": "posters"}
NOOR = {
    "first_name": "Noor",
    "last_name": "Voorbeeld",
    "age": 11,
    "hair": "dark blond",
    "clothing": "dark green coat",
    "needs": "inhaler",
}


@pytest.mark.slow
async def test_the_child_leads_on_the_history_of_a_search_too(browsers: Browsers) -> None:
    board = await browsers.search(person=NOOR, last_seen={"text": "Korenmarkt"})
    alice = await browsers.person("Alice")
    await alice.command(board, "search.set_appeal", {"level": "posters"})
    seen = await browsers.sighting(board, "Girl at the bakery")
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}/history")
    await expect(window("h1")).to_have_text("Noor Voorbeeld, 11")
    for place, text in FACTS.items():
        await expect(window(f"dd[data-testid={place}]")).to_contain_text(text)
    await expect(window("dd[data-testid=credible]")).to_have_text("none yet")
    await expect(window("[data-testid=clock]")).to_be_visible()
    await expect(window(f"{HEAD} :is([data-act=status-menu], [data-act=set-goal])")).to_have_count(
        0
    )  # what changes it is on the board
    await alice.command(board, "sighting.assess", {"sighting": seen, "assessment": "credible"})
    await expect(window("dd[data-testid=credible] a")).to_have_attribute("href", f"/searches/{board}/cards/{seen}")

    await window("[data-act=fold-header]").click()
    assert await window(HEAD).evaluate(HEIGHT) <= 49
    await window("dd[data-testid=credible]").wait_for(state="hidden")
    for width, height in SIZES:
        await window.page.set_viewport_size({"width": width, "height": height})
        await expect(window("h1")).to_be_visible()
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        first = await window("ol.events > li").first.bounding_box()
        head = await window(HEAD).bounding_box()
        assert first
        assert head
        assert first["y"] >= head["y"] + head["height"] or first["x"] >= head["x"] + head["width"], width
        if width == PHONE:
            cut = "all => all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)"
            assert await window(f"{HEAD} .child-summary span").evaluate_all(cut) == []  # names stand in it

    await window.open("/history")
    await expect(window("h1")).to_contain_text("History")
    await expect(window(HEAD)).to_have_count(0)


@pytest.mark.slow
async def test_very_wide_screens_tell_what_happened_live(browsers: Browsers) -> None:
    board = await browsers.search(person=NOOR)
    bob = await browsers.person("Bob")
    usual, wide = await browsers.window("Alice"), await browsers.window("Victor", viewport={"width": 2560, "height": 1440})
    for window in (usual, wide):
        await window.open(f"/searches/{board}")
    happened = "[data-testid=what-happened]"
    await expect(wide(f"{happened} li")).to_have_count(1)
    await expect(wide(f"{happened} li")).to_contain_text("Alice opened the search")
    await expect(usual(happened)).to_have_count(0)
    top = await wide("[data-testid=child-details]").evaluate(TOP)

    await bob.command(board, "note.add", {"text": "An ordinary call", "category": "contact"})
    await bob.command(board, "note.add", {"text": "We stop the search at the canal", "category": "decision"})
    await expect(wide(f"{happened} li").first).to_contain_text("Bob")
    await expect(wide(f"{happened} li")).to_have_count(2)  # the ordinary one is not told
    sighting = await browsers.sighting(board, "Girl at the bakery")
    await (await browsers.person("Alice")).command(board, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    await expect(wide(f"{happened} li").first).to_contain_text("credible")
    assert await wide("[data-testid=child-details]").evaluate(TOP) == top
    await wide(f"{happened} li a").first.click()
    await expect(wide.panel).to_have_attribute("data-panel", sighting)

    await usual.page.set_viewport_size({"width": 2560, "height": 1440})
    await expect(usual(f"{happened} li")).to_have_count(3)
    await wide.reload()
    await expect(wide(f"{happened} li").first).to_contain_text("credible")
    await expect(wide(f"{happened} li")).to_have_count(3)
    ruled_out = {"sighting": sighting, "assessment": "not_the_child", "reason": "another girl"}
    await (await browsers.person("Alice")).command(board, "sighting.assess", ruled_out)
    for window in (wide, usual):
        await expect(window(f"{happened} li")).to_have_count(2)  # it is credible no more
        await expect(window(happened)).not_to_contain_text("credible")
    await wide.reload()
    await expect(wide(f"{happened} li")).to_have_count(2)


async def test_a_change_of_the_search_moves_nothing_below_the_header(browsers: Browsers) -> None:
    board = await browsers.search(person=NOOR)
    await (await browsers.person("Alice")).command(board, "search.set_worrying", {"worrying": True, "basis": "Police"})
    window = await browsers.window("Alice", locale="de-BE")
    await window.open(f"/searches/{board}")
    height = await window(HEAD).evaluate(HEIGHT)
    await (await browsers.person("Bob")).command(board, "search.update", {"person": {"eyes": "grey"}})
    await expect(window("[data-testid=head-changed]")).to_be_visible()
    assert await window(HEAD).evaluate(HEIGHT) == height
    assert await window("[data-testid=head-changed] button").evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    await window("[data-testid=head-changed] button").click()
    await expect(window("[data-testid=head-changed]")).to_have_count(0)
    assert await window(HEAD).evaluate(HEIGHT) == height


async def test_header_is_as_high_without_the_font_as_with_it(browsers: Browsers) -> None:
    """The font comes after the page is drawn, and must move nothing."""
    board, heights = await browsers.search(person=NOOR), []
    for is_refused in (False, True):
        window = await browsers.window("Alice", locale="de-BE")
        if is_refused:
            window.may_fail("ERR_FAILED")
            await window.page.route("**/*.woff2*", lambda route: route.abort())
        await window.open(f"/searches/{board}")
        await expect(window("dt .original").first).to_be_visible()
        faces = await window.page.evaluate(FACES)
        assert faces == (0 if is_refused else 1)
        heights.append(await window(HEAD).evaluate(HEIGHT))
    assert heights[0] == heights[1]


@pytest.mark.slow
async def test_menus_show_the_keys_of_what_they_do(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Girl at the bakery")
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    key = "#search-menu [data-act={}] kbd"
    for act, shown in {"edit-search": "E", "history": "H", "replay": "R"}.items():
        await expect(window(key.format(act))).to_have_text(shown)
    for act in ("appeal", "access", "copy-link"):
        await expect(window(key.format(act))).to_have_count(0)  # they have none
    await window.open_card("Girl at the bakery")
    await expect(window(key.format("edit-search"))).to_have_count(0)  # it edits the card
    for act, shown in {"menu-edit": "E", "menu-note": "N"}.items():
        await expect(window.panel.locator(f"[data-act={act}] kbd")).to_have_text(shown)
    await expect(window.panel.locator("[data-act=withdraw] kbd")).to_have_count(0)
    await window.close_card()

    await window.page.keyboard.press("?")
    await window("[name=single-keys]").uncheck()
    await window.page.keyboard.press("Escape")
    await window.open(f"/searches/{board}")
    await expect(window("#search-menu kbd, .add-buttons kbd")).to_have_count(0)
    await window.page.keyboard.press("?")
    await window("[data-act=search-menu]").focus()  # nothing has opened
    await window.page.keyboard.press("h")
    assert window.page.url.endswith(f"/searches/{board}")

    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob.page.keyboard.press("h")
    await bob.page.wait_for_url(f"**/searches/{board}/history")
