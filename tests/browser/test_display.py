"""A screen becomes a display by a code, shows what is true in letters that are read from across the room, and is changed and
revoked from a desk. What it must not show, it does not even have: tests/api/test_display_leaks.py."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser

HD, UPRIGHT = {"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}
CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$")
REVOKED_MS = 5_000  # the promise of the contract
AHEAD = "const now = Date.now; Date.now = () => now() + 3 * 3600e3;"  # a machine whose clock is wrong by hours
# [board, page] shown at each of these seconds, for boards with these numbers of pages.
TURNS = """async ([boards, pages, seconds]) => {
  const { Playlist } = await import("/static/js/display/playlist.js");
  const playlist = new Playlist();
  playlist.set({ boards, every_s: 20 });
  return seconds.map((second) => {
    const shown = playlist.at(second * 1000, (board) => pages[board] ?? 0);
    return shown && [shown.board, shown.page];
  });
}"""


async def screen(browsers: Browsers, **more: Any) -> Window:
    """A screen that nobody has signed in at."""
    window = await browsers.stranger(**({"viewport": HD} | more))
    await window.page.goto("/wall")
    await expect(code_of(window)).to_have_text(CODE)
    return window


def code_of(window: Window) -> Locator:
    return window.page.get_by_test_id("code")


async def paired(browsers: Browsers, boards: list[str], **more: Any) -> tuple[Window, str]:
    """A screen that is a display of these boards by now; its id."""
    window, alice = await screen(browsers, **more), await browsers.person("Alice")
    shown = {"code": await code_of(window).text_content(), "name": "Room", "language": "en", "shows": {"boards": boards}}
    answer = await alice.http.post("/api/v1/displays", json=shown)
    assert answer.status_code == 201, answer.text
    await expect(window("[data-display-content]")).to_be_visible()
    return window, answer.json()["id"]


async def test_display_is_paired_by_code_changed_renamed_and_revoked(browsers: Browsers) -> None:
    own = await (await browsers.person("Alice")).own_id()  # no alarm, which would put it before what later tests show
    noor, elias = await browsers.search(), await browsers.search(person={"first_name": "Elias", "age": 8}, lead=own)
    wall, desk = await screen(browsers), await browsers.window("Alice")
    await desk.page.goto("/displays")
    await desk("[data-act=pair]").click()
    form = desk("dialog form")
    await form.locator("[name=code]").fill("0000-0000")
    await form.locator("[name=name]").fill("Front room")
    await form.locator("[data-act=send]").click()
    await expect(form.get_by_role("alert")).to_contain_text("Wrong code")  # and the typed text is still there
    desk.may_fail("404")
    await form.locator("[name=code]").fill((await code_of(wall).text_content() or "").lower())
    await desk.page.keyboard.press("Enter")
    await expect(wall(f"[data-search='{noor}'] .name")).to_have_text("Noor")
    await expect(wall(f"[data-search='{elias}'] .name")).to_have_text("Elias, 8")

    row = desk("[data-testid=displays] [data-display]", has_text="Front room")
    await row.locator("[data-act=change]").click()
    await form.locator("[name=name]").fill("Side room")
    await form.locator("[name=boards][value=operations]").uncheck()
    await form.locator(f"[name=boards][value='{elias}']").check()
    await form.locator("[data-act=send]").click()
    await expect(wall(".single-search .name")).to_have_text("Elias, 8")
    await expect(wall(f"[data-search='{noor}']")).to_have_count(0)

    row = desk("[data-testid=displays] [data-display]", has_text="Side room")
    await row.locator("[data-act=revoke]").click()
    await expect(desk("dialog")).to_contain_text("Remove “Side room”?")
    await desk("dialog [data-act=send]").click()
    await expect(wall.page.get_by_test_id("why")).to_have_text("This display was removed.", timeout=REVOKED_MS)
    await expect(wall(".single-search")).to_have_count(0)
    await expect(code_of(wall)).to_have_text(CODE)
    assert wall.page.url.endswith("/wall")  # and not redirected to the login
    wall.may_fail("401")


@pytest.mark.slow
async def test_a_list_of_displays_that_can_not_be_read_any_more_says_so(browsers: Browsers) -> None:
    await open_display(browsers, [await browsers.search()])
    desk = await browsers.window("Alice")
    desk.may_fail("ERR_FAILED")
    await desk.page.goto("/displays")
    await expect(desk("[data-testid=displays] [data-display]").first).to_be_visible()
    await desk.page.route("**/api/v1/displays", lambda route: None)  # a request without an answer: a dead connection
    await expect(desk("main .problem")).to_contain_text("This list may be out of date.", timeout=PATIENCE_MS)
    await desk.page.unroute_all(behavior="ignoreErrors")
    await expect(desk("main .problem")).to_have_count(0)


@pytest.mark.slow
async def test_most_severe_comes_first_news_stands_out_and_the_found_leave(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    own = await alice.own_id()  # what she does herself raises no alarm, which would take the place of the news
    lars = await browsers.search(person={"first_name": "Lars", "age": 15}, missing_since="2026-11-20T10:00:00Z", lead=own)
    mila = await browsers.search(person={"first_name": "Mila", "age": 4}, missing_since="2026-11-24T10:00:00Z", lead=own)
    wall, _ = await paired(browsers, ["operations"], viewport=UPRIGHT)
    order = "each => each.map(one => one.dataset.search)"
    names = wall(".overview .search-tile")
    await expect(wall(f"[data-search='{lars}']")).to_be_visible()
    before = await names.evaluate_all(order)
    assert before.index(mila) < before.index(lars)  # the newest missing first, as long as none is worrying
    await alice.command(lars, "search.set_worrying", {"worrying": True, "basis": "needs his medicine"})
    await expect(names.first).to_have_attribute("data-search", lars)
    await expect(names.first.locator(".worry")).to_have_text("WORRYING")
    await expect(names.first).to_have_attribute("data-highlighted", "")
    await expect(wall.page.get_by_test_id("moments")).to_contain_text("Declared worrying")

    outcome = {"found_at": "2026-11-25T09:00:00Z", "condition": "well", "how": "police", "place": "at his aunt's"}
    await alice.command(lars, "search.set_status", {"status": "found", "reason": "he is well", "outcome": outcome})
    await expect(wall.page.get_by_test_id("found")).to_contain_text("One child was found")
    await expect(wall("[data-testid=moments] li", has_text="One child was found")).to_have_count(0)  # said once
    await expect(wall(".display-root")).not_to_contain_text("Lars")
    await alice.command(mila, "search.set_appeal", {"level": "discreet"})
    await expect(wall(".display-root")).not_to_contain_text("Mila")


@pytest.mark.slow
async def test_single_search_display_shows_decisions_made_before(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    noor = await browsers.search(lead=await alice.own_id())
    await alice.command(noor, "search.set_worrying", {"worrying": True, "basis": "needs her medicine"})
    wall, _ = await paired(browsers, [noor])
    await expect(wall(".single-search .last")).to_contain_text("Decision")
    await expect(wall.page.get_by_test_id("moments")).to_contain_text("Declared worrying")
    await alice.command(noor, "search.set_appeal", {"level": "public"})
    await expect(wall(".single-search .last")).to_contain_text("Appeal update")


@pytest.mark.slow
@pytest.mark.parametrize("shown_alone", [False, True], ids=["all-searches", "one-search"])
async def test_a_wall_names_no_sighting_as_credible_that_was_ruled_out(browsers: Browsers, shown_alone: bool) -> None:
    alice = await browsers.person("Alice")
    noor = await browsers.search(lead=await alice.own_id())
    other, seen = await browsers.sighting(noor, "Girl at the bakery"), await browsers.sighting(noor, "Girl at the harbour")
    await alice.command(noor, "note.add", {"text": "We go on", "category": "decision"})
    for each in (await alice.http.get("/api/v1/boards/operations")).json()["entities"]:
        if each["kind"] == "search" and each["id"] != noor and each["state"]["status"] == "open":
            await alice.command(each["id"], "search.set_appeal", {"level": "discreet"})  # those of other tests are on no wall
    wall, _ = await paired(browsers, [noor] if shown_alone else ["operations"], viewport=UPRIGHT)
    place = ".single-search" if shown_alone else f".search-tile[data-search='{noor}']"
    last, news = wall(f"{place} .last"), wall.page.get_by_test_id("moments")
    screen = wall(".display-root")

    async def assess(sighting: str, assessment: str) -> None:
        data = {"sighting": sighting, "assessment": assessment, "reason": "she called back"}
        await alice.command(noor, "sighting.assess", data)

    async def shows(event: str, told: str, *gone: str) -> None:
        """Say so now, and after the page was loaded again."""
        for reload in (False, True):
            if reload:
                await wall.page.reload()
            await expect(last).to_contain_text(event)
            await expect(news).to_contain_text(told)
            for each in gone:
                await expect(screen).not_to_contain_text(each)

    await shows("Decision", "Decision recorded", "Credible", "onfirmed")
    await assess(other, "credible")
    await shows("Credible since", "Credible sighting")
    await assess(seen, "confirmed")
    await shows("Confirmed since", "Sighting confirmed")
    await assess(seen, "not_the_child")
    await expect(last).to_contain_text("Credible since")
    await shows("Credible since", "Credible sighting", "onfirmed")
    await assess(other, "unassessed")
    await shows("Decision", "Decision recorded", "Credible", "onfirmed")
    await assess(seen, "credible")
    await expect(wall(f"{place}[data-highlighted]")).to_have_count(1)
    await alice.command(noor, "card.withdraw", {"card": seen, "reason": "entered twice"})
    await shows("Decision", "Decision recorded", "Credible", "onfirmed")


@pytest.mark.slow
async def test_a_search_that_comes_and_goes_leaves_nothing_behind(browsers: Browsers) -> None:
    alice, _, mila = await browsers.person("Alice"), await browsers.search(), await browsers.search(person={"first_name": "Mila"})
    wall, _ = await paired(browsers, ["operations"])
    shown = wall(f"[data-search='{mila}']")
    await expect(shown).to_be_visible()
    nodes = await wall(".overview").evaluate("each => each.childNodes.length")
    for _ in range(4):
        await alice.command(mila, "search.set_appeal", {"level": "discreet"})
        await expect(shown).to_have_count(0)
        await alice.command(mila, "search.set_appeal", {"level": "none"})
        await expect(shown).to_be_visible()
    assert await wall(".overview").evaluate("each => each.childNodes.length") == nodes


async def test_display_shows_server_time_and_reports_its_own_wrong_clock(browsers: Browsers) -> None:
    right, _ = await paired(browsers, ["operations"])
    wrong = await browsers.stranger(viewport=HD)
    await wrong.context.add_init_script(AHEAD)
    (cookie,) = await right.context.cookies()
    await wrong.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": browsers.url}])
    await wrong.page.goto("/wall")
    await expect(wrong.page.get_by_test_id("wrong-clock")).to_contain_text("3 h 00 min fast")
    hour = await wrong.page.evaluate("new Date().toLocaleTimeString('en-GB', { timeZone: 'Europe/Brussels' }).slice(0, 2)")
    await expect(wrong.page.get_by_test_id("now")).to_have_text(re.compile(rf"^{hour}:|:(?:59|00)$"))
    # One display on two screens: the newer one has the lease, and the older one says so.
    await expect(right(".pairing h1")).to_have_text("This display is now shown on another screen.")
    await expect(right("[data-display-content]")).to_have_count(0)


@pytest.mark.slow
async def test_missing_board_is_skipped_and_an_empty_display_says_so(browsers: Browsers) -> None:
    alice, noor = await browsers.person("Alice"), await browsers.search()
    yana = await browsers.search(person={"first_name": "Yana"})
    wall, _ = await paired(browsers, [noor, yana])
    await expect(wall(".single-search .name")).to_have_text("Noor")
    me = (await alice.http.get("/api/v1/me")).json()["id"]
    await alice.command(noor, "search.set_access", {"access": "members", "members": [me]})
    await expect(wall(".single-search .name")).to_have_text("Yana")
    await alice.command(yana, "search.set_access", {"access": "members", "members": [me]})
    await expect(wall(".empty")).to_contain_text("Nothing to show")


async def test_each_board_has_its_turn(browsers: Browsers) -> None:
    page = (await screen(browsers)).page
    # The board of all searches has two pages, each shown for half of 20 s; a removed search is left out.
    turns = await page.evaluate(TURNS, [["operations", "gone", "noor"], {"operations": 2, "noor": 1}, [0, 9, 10, 19, 20, 39, 40]])
    assert turns == [["operations", 0]] * 2 + [["operations", 1]] * 2 + [["noor", 0]] * 2 + [["operations", 0]]
    assert await page.evaluate(TURNS, [["gone"], {}, [0, 60]]) == [None, None]
    assert await page.evaluate(TURNS, [["noor"], {"noor": 1}, [0, 3_600]]) == [["noor", 0]] * 2
