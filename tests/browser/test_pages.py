"""Every page stands in both themes at any width, says nothing to the console, and shows what was typed as it was typed."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from board.accounts import live_changes
from board.commands.registry import Command
from board.demo import seed
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser
from tests.support.people import new_id, running_server, settings_for

pytestmark = pytest.mark.browser

WIDTHS = {390: 844, 1400: 900, 2560: 1440}  # a phone, a desk, a wall: with their heights
TALL: ViewportSize = {"width": 1800, "height": 4400}  # for axe, which does not judge what lies below another thing: an open card
# What an open card does not cover in a window of a desk. Axe judges nothing below another thing, and nothing scrolled away.
BESIDE_A_CARD = ".page-header, .search-header, .tools, section.column:nth-of-type(-n + 2), .panel-bar"
# Mark the texts of the card that are wholly in sight; return their number.
MARK_SEEN = """() => {
  const within = document.querySelector(".panel .body").getBoundingClientRect();
  for (const each of document.querySelectorAll(".panel .body *")) {
    const { top, bottom } = each.getBoundingClientRect();
    each.toggleAttribute("data-in-view", !each.children.length && bottom > top && top >= within.top && bottom <= within.bottom);
  }
  return document.querySelectorAll("[data-in-view]").length;
}"""
# Scroll the card on by most of what is in sight; return whether its end was in sight before.
SCROLL_ON = """() => {
  const body = document.querySelector(".panel .body"), before = body.scrollTop;
  body.scrollTop += body.clientHeight * 0.8;
  return body.scrollTop === before;
}"""
SHOTS = "BOARD_SHOTS"  # the folder that pictures of all pages are kept in, if it is set
HOSTILE = "<img src=x onerror=\"window.pwned='yes'\"><script>window.pwned='yes'</script>{{7*7}}${7*7}"

AXE = (Path(__file__).parents[1] / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
THEMES: dict[Literal["light", "dark"], dict[str, Any]] = {  # with the rules of axe: only colours differ in the dark
    "light": {"type": "tag", "values": WCAG},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
# The coloured edges of cards are pseudo elements, for which axe can't judge the colours of a text. And axe blocks the thread of
# the page for seconds, so the stale overlay covers it, as it should: no text below it could be judged. An open popover lies over
# all else, which axe does not know: it goes by z-index alone.
BARE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*::before, *::after {content: none !important} .stale-overlay {display: none !important} "
    + ":popover-open {z-index: 99 !important}");
  document.adoptedStyleSheets = [sheet];
}"""
# Of what axe finds, what is said of it: [sentences, texts whose colours could be judged, those whose could not]. All of it would
# be megabytes. Signs such as ✕ are no text.
JUDGED = """async ([within, runOnly]) => {
  const result = await axe.run(within, {runOnly, selectors: false});
  const texts = (rules) => rules.filter(({id}) => id === "color-contrast").flatMap(({nodes}) => nodes)
    .flatMap(({any}) => any).filter(({data}) => !["nonBmp", "imgNode"].includes(data.messageKey)).length;
  return [
    result.violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`)),
    texts(result.passes), texts(result.incomplete),
  ];
}"""
# axe judges no text of a drawing: its colour against the page behind the drawing, 3 for large or bold ones, otherwise 4.5.
DRAWN_TEXTS = """(within) => {
  const numbers = (colour) => (colour.match(/[0-9.]+/g) ?? []).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((each) => each / 255)
    .map((each) => each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return numbers(colour).length === 3 || numbers(colour)[3] === 1 || !node.parentElement ? colour : behind(node.parentElement);
  };
  return [...document.querySelector(within).querySelectorAll("svg text")].flatMap((text) => {
    const style = getComputedStyle(text), colours = [light(style.fill), light(behind(text.closest("svg")))];
    if (!text.checkVisibility() || !/^rgb/.test(style.fill)) return [];
    const ratio = (Math.max(...colours) + 0.05) / (Math.min(...colours) + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    return ratio >= (isLarge ? 3 : 4.5) ? [] : [`drawn text: ${text.textContent.trim()} ${ratio.toFixed(2)}`];
  });
}"""
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
# Transitions end in another colour or place. Removed elements never end theirs, so they are not waited for.
STILL = """() => Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity).map((each) => each.finished.catch(() => null)))"""


@pytest.fixture(scope="module")
async def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    """The demo: pages with something on them."""
    folder = tmp_path_factory.mktemp("demo")
    await seed.create(settings_for(folder))
    async with running_server(folder) as server, Browsers(browser, server.url, "demo.example", seed.PASSWORD) as browsers:
        yield browsers


class LargestSearch:
    """The pages of the demo, each as a path, and who looks at it."""

    def __init__(self, board: str, sighting: str, task: str) -> None:
        self.search = f"/searches/{board}"
        self.sighting, self.task = f"{self.search}/cards/{sighting}", f"{self.search}/cards/{task}"

    @property
    def pages(self) -> dict[str, str]:
        live = {"operations": "/", "search": self.search, "sighting": self.sighting, "task": self.task}
        live |= {"history": f"{self.search}/history", "everywhere": "/history", "details": f"{self.search}#log"}
        live |= {"past": f"{self.task}?at=40", "compared": f"{self.search}?at=60&with=30", "all-past": "/?at=12&with=20"}
        live |= {"handover": "/handover", "handed": "/handovers/1"}
        live |= {"duty": "/duty", "plan": "/duty/plan"}
        live |= {
            "displays": "/displays",
            "closed": "/closed",
            "unanswered": "/unanswered",
            "watch": "/watch",
            "figures": "/figures",
        }
        return live | {"intake": "/intake", "account": "/account", "api": "/api", "missing": "/searches/none"}


@pytest.fixture(scope="module")
async def largest_search(demo: Browsers) -> LargestSearch:
    """The search with the most cards."""
    alice = await demo.person("Alice")
    boards = [each["id"] for each in await alice.entities("operations") if each["kind"] == "search"]
    full = {board: await alice.entities(board) for board in boards}
    board = max(full, key=lambda board: len(full[board]))
    cards = [each for each in full[board] if each["kind"] in ("sighting", "task") and not each["state"]["withdrawn"]]
    sighting = max((each for each in cards if each["kind"] == "sighting"), key=lambda each: len(each["state"]["description"]))
    task = max((each for each in cards if each["kind"] == "task"), key=lambda each: len(each["state"]["checklist"]))
    await hand_over(alice)
    return LargestSearch(board, sighting["id"], task["id"])


async def hand_over(alice: SignedInUser) -> None:
    """Sign one handover that is declined, and prepare another."""
    await alice.command("operations", "shift.take", {"reason": "the desk is mine"})
    await alice.command("operations", "handover.prepare", {})
    report = (await alice.http.get("/api/v1/handover")).json()
    number, positions = report["handover"]["number"], {each["board"]: each["seq"] for each in report["searches"]}
    await alice.command("operations", "handover.sign", {"handover": number, "positions": positions})
    await alice.command("operations", "handover.withdraw", {"handover": number})
    await alice.command("operations", "handover.prepare", {})


MAIN_PAGES = ("sign_in", "operations", "search", "sighting", "handover", "intake")  # those most used

# The scripts that a page names, and those that it fetched.
FETCHED = """() => [
  [...document.querySelectorAll("link[rel=modulepreload], script[src]")].map((each) => each.href ?? each.src).sort(),
  performance.getEntriesByType("resource").map((each) => each.name).filter((name) => name.endsWith(".js")).sort(),
]"""


@pytest.mark.parametrize("names", [MAIN_PAGES, ()], ids=["main pages", "all pages"])
async def test_every_page_loads_cleanly_fits_its_window_and_is_accessible(
    demo: Browsers, largest_search: LargestSearch, names: tuple[str, ...]
) -> None:
    alice, stranger = await demo.window("Alice"), await demo.stranger()
    alice.may_fail("Failed to load resource: the server responded with a status of 404")
    found: dict[str, Any] = {}
    pages = {"sign_in": "/login"} | largest_search.pages
    for name, path in {name: pages[name] for name in names or pages}.items():
        window = stranger if name == "sign_in" else alice
        await shown(window, path)  # at the width of the page before
        await window.page.wait_for_load_state("networkidle")
        named, fetched = await window.page.evaluate(FETCHED)
        fetched_at_once = [each for each in fetched if not each.endswith("/sortable.js")]  # that is for the first drag
        found[f"{name} names, and fetches"] = [] if fetched_at_once == named else [named, fetched]
        for width in WIDTHS:
            await window.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            await window.page.evaluate(DRAWN)
            await keep(window, name, width)
            found[f"{name} at {width}"] = await overflow(window)
        await window.page.set_viewport_size(TALL)
        found[name] = await barriers(window)
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_under_an_open_card_in_a_usual_window(demo: Browsers, largest_search: LargestSearch) -> None:
    alice = await demo.window("Alice", viewport={"width": 1400, "height": WIDTHS[1400]})
    found: dict[str, Any] = {}
    for name in ("sighting", "task"):
        await shown(alice, largest_search.pages[name])
        await alice.panel.wait_for()
        found[f"beside {name}"] = await barriers(alice, BESIDE_A_CARD)
        for at in range(20):
            assert await alice.page.evaluate(MARK_SEEN)
            found[f"{name}, {at} screens down"] = await barriers(alice, "[data-in-view]")
            if await alice.page.evaluate(SCROLL_ON):
                break
        assert at > 0, "the card is longer than the window"
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_on_pages_of_administrators(demo: Browsers) -> None:
    robin, other = await demo.window("Robin", viewport=TALL), await demo.person("Bob")
    own = (await other.http.get("/api/v1/me")).json()["id"]
    found: dict[str, Any] = {}
    for path in ("/accounts", f"/accounts/{own}", "/accounts/tokens", "/audit", "/since"):
        await shown(robin, path)
        await robin.page.wait_for_load_state("networkidle")
        found[path] = await barriers(robin)
        for width in WIDTHS:
            await robin.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            await robin.page.evaluate(DRAWN)
            found[f"{path} at {width}"] = await overflow(robin)
        await robin.page.set_viewport_size(TALL)
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_pale_text_in_forced_colours(demo: Browsers, largest_search: LargestSearch) -> None:
    alice = await demo.window("Alice", viewport=TALL, forced_colors="active")
    found: dict[str, Any] = {}
    for name in ("operations", "search", "task", "everywhere", "compared", "handover", "displays", "intake", "account"):
        await shown(alice, largest_search.pages[name])
        found[name] = await barriers(alice)
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_any_dialog(demo: Browsers, largest_search: LargestSearch) -> None:
    alice = await demo.window("Alice", viewport=TALL)
    await shown(alice, "/")
    await alice("[data-act=open-search]").click()
    found = {"open-search": await barriers(alice, "dialog")}
    await shown(alice, largest_search.sighting)
    for act in ("add-sighting", "add-task", "edit-search", "access", "set-status", "move", "withdraw"):
        if act == "withdraw":
            await alice.withdraw()
        elif act == "move":
            await alice.panel.locator("[data-act=move]").click()
        else:
            await alice.choose(act)
        if act == "set-status":
            await alice("dialog input[value=found]").check()
        if act in ("add-sighting", "add-task"):
            await alice("dialog summary").click()
        found[act] = await barriers(alice, "dialog")
        await keep(alice, f"dialog-{act}", 1400)
        await alice.page.keyboard.press("Escape")
        await expect(alice("dialog")).to_have_count(0)
    await shown(alice, "/handover")
    for act in ("sign", "withdraw"):
        await alice(f"[data-act={act}]").click()
        found[act] = await barriers(alice, "dialog")
        await alice.page.keyboard.press("Escape")
        await expect(alice("dialog")).to_have_count(0)
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_decisions_menus_and_lists(demo: Browsers, largest_search: LargestSearch) -> None:
    alice = await demo.window("Alice", viewport=TALL)
    await shown(alice, largest_search.search)
    found: dict[str, Any] = {}
    for act in ("appeal", "worrying"):
        await alice.choose(act)
        await alice("dialog").wait_for()
        found[act] = await barriers(alice, "dialog")
        await alice.page.keyboard.press("Escape")
        await expect(alice("dialog")).to_have_count(0)
    for key in ("?", "Control+k"):
        await alice.page.keyboard.press(key)
        await alice("dialog[open]").wait_for()
        found[key] = await barriers(alice, "dialog[open]")
        await alice.page.keyboard.press("Escape")
        await expect(alice("dialog[open]")).to_have_count(0)
    for summary, what in (("[data-bell] summary", "[data-alerts-list]"), (".account-menu summary", ".account-menu")):
        await alice(summary).click()
        await alice(what).wait_for()
        found[what] = await barriers(alice, what)
    await shown(alice, "/displays")
    await alice("[data-act=pair]").click()
    await alice("dialog").wait_for()
    found["pair"] = await barriers(alice, "dialog")
    await shown(alice, "/intake")
    await alice("#search").fill("noor")
    await alice("#search-list [role=option]").first.click()
    await alice("[data-testid=chosen-child]").wait_for()
    found["intake"] = await barriers(alice)
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_goal_outcome_shift_and_answer(demo: Browsers, largest_search: LargestSearch) -> None:
    person, other = await demo.person("Alice"), await demo.person("Robin")
    ended = next(
        each["id"]
        for each in await person.entities("operations")
        if each["kind"] == "search" and each["state"]["status"] != "open" and each["state"]["outcome"]
    )
    report = (await person.http.get("/api/v1/handover")).json()
    number, positions = report["handover"]["number"], {each["board"]: each["seq"] for each in report["searches"]}
    await person.command("operations", "handover.sign", {"handover": number, "positions": positions})
    board = largest_search.search.rsplit("/", 1)[1]
    await other.command(board, "handover.restate", {"handover": number, "text": "On foot. The father is called at ten."})
    alice, robin = await demo.window("Alice", viewport=TALL), await demo.window("Robin", viewport=TALL)
    found: dict[str, Any] = {}

    async def look_at_dialog(name: str, window: Window, path: str, button: str) -> None:
        await shown(window, path)
        await window(button).first.click()
        await window("dialog").wait_for()
        found[name] = await barriers(window, "dialog")

    await look_at_dialog("goal", alice, largest_search.search, "[data-testid=goal] button")
    await look_at_dialog("outcome", alice, f"/searches/{ended}", "[data-act=outcome]")
    await look_at_dialog("answer", alice, "/handover", "[data-act=not-quite]")
    await look_at_dialog("refuse", robin, "/handover", "[data-act=refuse]")
    await shown(alice, "/handover")
    found["to answer"] = await barriers(alice)
    await person.command("operations", "handover.withdraw", {"handover": number})
    await look_at_dialog("take", robin, "/handover", "[data-act=take]")
    assert {place: some for place, some in found.items() if some} == {}
    await person.command("operations", "handover.prepare", {})
    await demo.clear()


@pytest.mark.slow
async def test_axe_finds_no_barrier_where_a_password_is_set(demo: Browsers) -> None:
    robin, other = await demo.window("Robin", viewport=TALL), await demo.person("Bob")
    own = (await other.http.get("/api/v1/me")).json()["id"]
    await robin.page.goto(f"/accounts/{own}")
    await robin("form[data-form=link] button").click()
    link = await robin("[data-secret]").input_value()
    stranger = await demo.stranger(viewport=TALL)
    await stranger.page.goto(link)
    await stranger("form[data-form=password] [name=new]").wait_for()
    await expect(stranger("[name=code]")).to_have_value(link.split("#")[1])
    found = {"one-time secret": await barriers(robin), "password": await barriers(stranger)}
    assert {place: some for place, some in found.items() if some} == {}
    await demo.clear()


async def test_a_breach_of_the_policy_would_be_noticed(browsers: Browsers) -> None:
    stranger = await browsers.stranger()
    await stranger.page.goto("/login")
    await stranger.page.evaluate("document.body.setAttribute('style', 'color: red')")
    await stranger.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.pwned = 1'}))"
    )
    assert [fault for fault in stranger.faults if "Content Security Policy" in fault]
    assert await stranger.page.evaluate("window.pwned === undefined")
    stranger.may_fail("Content Security Policy")


async def test_typed_text_is_shown_as_typed_on_every_page(browsers: Browsers) -> None:
    alice, bob, desk = await browsers.window("Alice"), await browsers.window("Bob"), await browsers.window("Bob")
    await desk.open("/")
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await fill_all(alice)
    await alice.fill("open-search", {"kind": "runaway", "missing_since": "2026-11-24T15:10", "person.age": "9"})
    await alice("dialog [data-act=send]").click()
    await expect(alice.field("open-search", "person.birth_date")).to_have_value(HOSTILE)  # it is no date, and is shown
    await alice.fill("open-search", {"person.birth_date": "12/3/2017"})
    await alice("dialog [data-act=send]").click()
    await alice.page.wait_for_url("**/searches/*")
    await alice.live()
    board = alice.page.url.rpartition("/")[2]
    await bob.open(f"/searches/{board}")

    for act in ("add-sighting", "add-task"):
        await alice(f"[data-act={act}]").click()
        await fill_all(alice)
        await alice("dialog [data-act=send]").click()
        await expect(alice("dialog")).to_have_count(0)
    sighting, task = alice("article.sighting", has_text=HOSTILE), alice("article.task", has_text=HOSTILE)
    for card in (sighting, task):
        await expect(bob(f"article.{'sighting' if card is sighting else 'task'}", has_text=HOSTILE)).to_be_visible()
    await sighting.locator("a[data-part=open]").click()
    await alice.fill("grade", {"grade.source": "B", "reason": HOSTILE})
    await alice("[data-act=grade]").click()
    await alice.fill("assessment", {"assessment": "credible", "reason": HOSTILE})
    await alice("[data-act=assess]").click()
    await alice.fill("note", {"text": HOSTILE})
    await alice("[data-act=add-note]").click()
    await alice("[data-act=read-source]").click()
    await expect(alice("dd[data-field=source_name]")).to_have_text(HOSTILE)
    await expect(alice("li.note")).to_contain_text(HOSTILE)
    await expect(alice(".history .reason")).to_have_text([HOSTILE, HOSTILE])
    await harmless(alice, bob)
    await alice.close_card()
    await task.locator("a[data-part=open]").click()
    await alice("form[data-form=item] input").fill(HOSTILE)
    await alice("form[data-form=item] button").click()
    await expect(alice("li[data-item]")).to_contain_text(HOSTILE)
    await alice.withdraw()
    await fill_all(alice)
    await alice("dialog [data-act=send]").click()
    await bob("[data-testid=withdrawn] summary").click()
    await expect(bob("[data-testid=withdrawn]")).to_contain_text(HOSTILE)
    await alice.choose("set-status")
    await alice("dialog input[value=found]").check()
    await alice.field("status", "outcome.place").wait_for()
    await fill_all(alice)
    await alice.fill("status", {"outcome.condition": "well", "outcome.how": "other"})
    await alice("dialog [data-act=send]").click()
    await expect(bob("[data-testid=outcome]")).to_contain_text(HOSTILE)
    await bob("[data-act=log]").click()
    await expect(bob("[data-testid=search-facts]")).to_contain_text(HOSTILE)
    await expect(desk(f"[data-search='{board}']")).to_contain_text(HOSTILE)
    await alice.same_as_server(board)
    await harmless(alice, bob, desk)
    for window in (alice, bob, desk):
        await window.reload()
        await window.live()
    await harmless(alice, bob, desk)


@pytest.mark.slow
async def test_board_of_1000_cards_and_500_notes_opens_and_is_usable(browsers: Browsers) -> None:
    board = await browsers.search()
    last = await fill_board(browsers, board, cards=1_000, notes=500)
    alice = await browsers.window("Alice")
    await alice.page.goto(f"/searches/{board}")
    await alice("article.card").first.wait_for()
    await alice.live()
    await alice.same_as_server(board)
    await alice.card(corner(999)).scroll_into_view_if_needed()
    await alice.open_card(corner(999))
    await expect(alice.panel.locator("li.note")).to_have_count(500)
    await expect(alice.panel.locator("li.note").first).to_contain_text(last)
    await alice.close_card()
    await alice("#find").fill(corner(500))
    await expect(alice("article.card")).to_have_count(1)
    await alice.move_by_menu(corner(500), "done")
    await expect(alice.column("done").locator(".card")).to_have_count(1)
    await alice("#find").fill("")
    await alice.same_as_server(board)


# --- checks of a page


async def shown(window: Window, path: str) -> None:
    """A page, drawn to its end."""
    await window.page.goto(path)
    if "at=" in path:
        await window("[data-testid=timeline]").wait_for()
    elif await window.page.evaluate("document.body.dataset.board"):
        await window.live()
    if path == "/wall":
        await window("[data-testid=code]").wait_for()
    if path.startswith("/handover"):
        await window("[data-section]").first.wait_for()
    if "/cards/" in path:
        await window("[data-testid=history]").wait_for()
    if path.endswith("/history"):
        await window("ol.events > li").first.wait_for()


async def keep(window: Window, name: str, width: int) -> None:
    """Pictures in both themes."""
    if folder := os.environ.get(SHOTS):
        for theme in THEMES:
            await window.page.emulate_media(color_scheme=theme)
            await window.page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png")


async def overflow(window: Window) -> list[str]:
    """Return what is wider than the window: the document, or content cut off at the edge with no way to scroll there."""
    wide: list[str] = await window.page.evaluate(
        """() => [document.documentElement, document.body, document.querySelector("main")]
          .filter((each) => each.scrollWidth > each.clientWidth).map((each) => `${each.localName} ${each.scrollWidth}`)"""
    )
    return wide


async def barriers(window: Window, within: str = "html") -> list[str]:
    """Return what axe finds in both themes: theme, rule and place. Fails unless axe could judge the colours of most texts."""
    await window.page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
    await window.page.evaluate(BARE)
    found = []
    for theme, rules in THEMES.items():
        await window.page.emulate_media(color_scheme=theme)
        await window.page.evaluate(DRAWN)
        await window.page.evaluate(STILL)
        broken, judged, open = await window.page.evaluate(JUDGED, [within, rules])
        if judged <= 9 * open:
            found.append(f"{theme}: the colours of {open} texts could not be judged, of {judged} they could")
        broken += await window.page.evaluate(DRAWN_TEXTS, within)
        found += [f"{theme}: {each}" for each in broken]
    return found


async def harmless(*windows: Window) -> None:
    """Check that nothing typed became an element, or ran, or was computed."""
    for window in windows:
        assert await window.page.evaluate("[window.pwned, document.querySelectorAll('img[src=x], main script').length]") == [
            None,
            0,
        ]
        assert HOSTILE.count("7*7") == 2
        assert "${49}" not in await window("body").inner_text()


async def fill_all(window: Window) -> None:
    """Every text of the open dialog. A field of a time takes none."""
    await window("dialog").wait_for()
    for more in await window("dialog details:not([open]) summary").all():
        await more.click()
    texts = window("dialog :is(input[type=text]:not([inputmode=decimal], [data-time]), textarea)")
    for number in range(await texts.count()):
        await texts.nth(number).fill(HOSTILE)


def corner(number: int) -> str:
    """Return text for one of many cards that no other has."""
    return f"Seen at corner c{number:04}"


async def fill_board(browsers: Browsers, board: str, cards: int, notes: int) -> str:
    """Many cards over the first columns, all notes on the last card. The text of the last note."""
    assert browsers.server
    service = browsers.server.service
    alice = await browsers.person("Alice")
    caller = await live_changes.caller_for(service, (await alice.http.get("/api/v1/me")).json()["id"])
    columns = [each["id"] for each in await alice.entities(board) if each["kind"] == "column"][:4]

    async def do(name: str, **data: Any) -> None:
        await service.execute(caller, Command(new_id(), board, name, data))

    given = [{"column": columns[number % len(columns)], "description": corner(number)} for number in range(cards)]
    await asyncio.gather(*(do("sighting.add", **data) for data in given))
    card = next(each["id"] for each in await alice.entities(board) if each["state"].get("description") == corner(cards - 1))
    hours = [f"2026-11-{1 + number // 24:02}T{number % 24:02}:00:00Z" for number in range(notes)]
    await asyncio.gather(*(do("note.add", card=card, text=f"Note of {hour}", happened_at=hour) for hour in hours))
    return f"Note of {hours[-1]}"
