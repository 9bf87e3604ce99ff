"""Keyboard and screen reader: every key, the palette, the focus under live changes, and announcements of others' changes."""

import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.test_pages import barriers
from tests.support.browser_window import DESKTOP_SIZE, PATIENCE_MS, Window, center_of
from tests.support.browsers import Browsers
from tests.support.readme_blocks import document

pytestmark = pytest.mark.browser

COAT = "Girl with a red coat at the Graslei"
TRAIN = "Boy alone on the train to Oostende"
BUS = "Girl at the stop of bus 5"
SAID = "body > [data-announcer]"
UNPROVEN_MS = 11_000  # longer than a board counts as current without a proof
OPEN = "window.opened = document.querySelector('dialog[open] form')?.dataset.form"
TAKEN = """() => {
  window.taken = [];
  const look = () => window.taken.push(...document.querySelectorAll("main[data-dragging], .sortable-chosen"));
  new MutationObserver(look).observe(document.body, {subtree: true, attributes: true});
}"""
LISTEN = """() => {
  window.said = [];
  const places = () => [...document.querySelectorAll("[data-announcer]")];
  const hear = () => window.said.push(...places().map((each) => each.textContent).filter(
    (text) => text && text !== window.said.at(-1)));
  new MutationObserver(hear).observe(document.body, {subtree: true, childList: true});
}"""
TABLE = """async () => {
  const { loadCatalogue } = await import("/static/js/core/i18n.js");
  await loadCatalogue(document.body.dataset.catalogue); // has the names of pages
  const { SHORTCUTS, SCOPES } = await import("/static/js/behaviours/shortcuts.js");
  return SHORTCUTS.map(({ press, where, describe }) => [SCOPES[where](), press, describe()]);
}"""


async def press(window: Window, *keys: str) -> None:
    for key in keys:
        await window.page.keyboard.press(key)


async def do(window: Window, words: str, *keys: str) -> None:
    """Run the palette's first command that has these words."""
    await press(window, "Control+k")
    await window.page.keyboard.type(words)
    await window("[role=option]").first.wait_for()
    await expect(window("[role=option][aria-selected=true]")).to_have_count(0)
    await press(window, "ArrowDown")
    await expect(window("[role=option][aria-selected=true]")).to_have_count(1)
    await press(window, *(keys or ("Enter",)))
    await expect(window("dialog[data-dialog=palette]")).to_have_count(0)


async def focused(window: Window, selector: str | Locator) -> None:
    place = window(selector) if isinstance(selector, str) else selector
    await expect(place).to_be_focused()


def of(card: Locator) -> Locator:
    """Return which part of a card has the focus."""
    return card.locator("a[data-part=open]")


async def test_bob_works_a_search_without_a_mouse(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Yasmina"})
    await browsers.sighting(board, COAT)
    await browsers.sighting(board, TRAIN)
    bob = await browsers.window("Bob")
    await bob.open("/")
    await do(bob, "yasmina")
    await bob.page.wait_for_url(f"**/searches/{board}")
    await bob.live()

    await press(bob, "/")
    await bob.page.keyboard.type("coat")
    await expect(bob("article.sighting")).to_have_count(1)
    await bob.page.keyboard.press("Control+a")
    await press(bob, "Backspace")
    number = await bob.card(COAT).get_attribute("data-number")
    await do(bob, f"sighting {number} girl")
    await expect(bob.panel).to_contain_text(COAT)
    await do(bob, f"grade sighting {number}")
    await focused(bob, "[data-testid=grading] input:checked >> nth=0")
    await press(bob, "b", "Control+Enter")
    await expect(bob("[data-testid=grade]")).to_have_text("B6")
    await do(bob, "assign to me")
    await expect(bob(".quick [data-field=assignee] select")).not_to_have_value("")

    await press(bob, "Escape")
    await focused(bob, of(bob.card(COAT)))
    await press(bob, "ArrowDown")
    await focused(bob, of(bob.card(TRAIN)))
    await press(bob, "n")
    await bob.page.keyboard.type("He called back")
    await press(bob, "Control+Enter")
    await expect(bob("li.note:not(.pending)")).to_contain_text("He called back")
    await expect(bob.panel).to_contain_text(TRAIN)
    await bob.panel.focus()
    await press(bob, "m")
    await focused(bob, "dialog input:checked")
    await press(bob, "ArrowDown", "ArrowDown", "Enter")
    await expect(bob.column("doing").locator(".card")).to_contain_text(TRAIN)
    await expect(bob("[data-testid=undo][data-state=offered]")).to_contain_text("Card moved")
    await press(bob, "Control+z")
    await expect(bob.column("inbox").locator(".card", has_text=TRAIN)).to_have_count(1)
    await press(bob, "e")
    await focused(bob, ".card-facts.editing :is(input, textarea) >> nth=0")
    await bob.same_as_server(board)
    events = await (await browsers.person("Bob")).events(board)
    assert [event["type"] for event in events if event["actor"]["name"] == "Bob"] == [
        "sighting.graded", "card.assigned", "note.added", "card.moved", "card.moved",
    ]  # fmt: skip


@pytest.mark.slow
async def test_changes_by_others_are_announced_and_own_ones_are_not(browsers: Browsers) -> None:
    board = await browsers.search()
    coat, train = await browsers.sighting(board, COAT), await browsers.sighting(board, TRAIN)
    bob, charlie, alice = await browsers.person("Bob"), await browsers.person("Charlie"), await browsers.window("Alice")
    await alice.page.clock.install()
    await alice.open(f"/searches/{board}")
    await alice.page.evaluate(LISTEN)
    await alice.open_card(COAT)
    await alice("[data-act=take]").click()
    await expect(alice("[data-testid=undo]")).to_contain_text("Card assigned")  # her own change has arrived as an event
    number = await alice.card(COAT).get_attribute("data-number")
    await press(alice, "t")
    await alice("dialog").wait_for()
    await bob.command(board, "sighting.grade", {"sighting": coat, "grade": {"source": "B", "content": 2}})
    graded = f"Bob graded Sighting {number}: B2"
    await expect(alice("dialog [data-announcer]")).to_have_text(graded)  # screen readers skip what is behind the dialog
    await press(alice, "Escape")
    for text in ("One", "Two", "Three"):
        await bob.command(board, "note.add", {"card": coat, "text": text})
    await charlie.command(board, "note.add", {"text": "In the log"})
    await charlie.command(board, "card.withdraw", {"card": train})
    await expect(alice(SAID)).to_have_text("Bob and 1 other: 5 changes", timeout=2 * PATIENCE_MS)
    await alice.page.clock.run_for(UNPROVEN_MS)
    await expect(alice(SAID)).to_have_text("Current again")
    said = await alice.page.evaluate("window.said")
    assert [re.sub(r"\d\d:\d\d:\d\d", "…", text) for text in said[2:]] == ["Not current since …", "Current again"]

    there = await browsers.window("Bob")
    await there.open("/")
    await (await browsers.person("Alice")).command(board, "search.update", {"person": {"age": 9}})
    await expect(there(SAID)).to_have_text("Search changed: Noor, by Alice")


@pytest.mark.slow
async def test_the_keys_are_shown_as_they_are_and_only_to_whom_they_serve(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, COAT)
    alice, victor = await browsers.window("Alice"), await browsers.window("Victor")
    for window in (alice, victor):
        await window.open(f"/searches/{board}")
    table = await alice.page.evaluate(TABLE)
    assert len(table) > 10
    assert sorted(in_reference()) == sorted(map(tuple, table))

    await press(alice, "?")
    shown = await alice("[data-key]").evaluate_all("all => all.map((each) => each.dataset.key)")
    assert {"add-sighting", "note", "move", "undo", "walk", "palette"} <= set(shown)
    assert not {"open-search", "send-call"} & set(shown)
    await alice("[name=single-keys]").uncheck()
    await press(alice, "Escape")
    await press(alice, "s", "?", "/", "n")
    await expect(alice("dialog")).to_have_count(0)
    await expect(alice("#find")).not_to_be_focused()
    await expect(alice("[data-act=add-sighting] kbd")).to_be_hidden()
    await do(alice, "show keyboard")
    await alice("[name=single-keys]").check()
    await press(alice, "Escape")
    # The dialog is there before the next key comes, which is the first letter of what is typed into it.
    await alice.page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 's', bubbles: true})); " + OPEN)
    assert await alice.page.evaluate("window.opened") == "add-sighting"

    await of(victor.card(COAT)).focus()
    await press(victor, "?")
    shown = await victor("[data-key]").evaluate_all("all => all.map((each) => each.dataset.key)")
    assert shown == [
        "keys", "palette", "alarm", "work", "close", "find", "walk", "open", "show-all", "board", "list", "next-waiting", "log",
        "history", "timeline", "replay",
    ]  # fmt: skip
    await press(victor, "Escape")
    await focused(victor, of(victor.card(COAT)))
    await press(victor, "Control+k")
    offered = await victor("[role=option]").evaluate_all("all => all.map((each) => each.dataset.paletteItem)")
    assert offered == [
        "find",
        "list",
        "map",
        "next-waiting",
        "log",
        "files",
        "history",
        "timeline",
        "replay",
        "campaign",
        "/",
        "/closed",
        "/history",
        "/since",
        "/map",
        "/unanswered",
        "/handover",
        "/duty/plan",
        "/account",
        "/api",
        "/help",
        "keys",
        "tour",
        "print",
        "theme-dark",
        "theme-light",
        "sign-out",
    ]
    await press(victor, "Enter")
    await expect(victor("dialog[data-dialog=palette]")).to_be_visible()  # nothing was selected
    await press(victor, "ArrowUp")
    await expect(victor("[aria-selected=true]")).to_have_attribute("data-palette-item", "sign-out")
    chosen = await victor("[aria-selected=true]").get_attribute("id")
    await expect(victor("dialog [role=combobox]")).to_have_attribute("aria-activedescendant", str(chosen))
    await press(victor, "Escape")
    await focused(victor, of(victor.card(COAT)))


def in_reference() -> list[tuple[str, str, str]]:
    """Return (where, key, what it does), as the reference lists them."""
    lines = [line for line in document("reference/keys").splitlines() if line.startswith("- ")]
    rows = [line.removeprefix("- ").split(": ", 1) for line in lines]
    return [(where, key, does) for where, keys in rows for key, does in re.findall(r"`([^`]+)` ([^·]+?)(?: ·|$)", keys)]


@pytest.mark.slow
async def test_the_last_of_two_quick_choices_of_a_theme_outlives_a_reload(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice", color_scheme="light")
    await alice.allow_late_routes()
    await alice.open(f"/searches/{board}")
    asked: list[str] = []

    def hold(route: Route) -> None:
        asked.append(str(route.request.post_data))  # and no answer

    await alice.page.route("**/account/theme", hold)
    await do(alice, "dark")
    await do(alice, "light theme")
    await expect(alice("html[data-theme=light]")).to_have_count(1)
    assert asked == ["theme=dark"]  # one request at a time
    await alice.page.unroute("**/account/theme", hold)
    async with alice.page.expect_response("**/account/theme"):
        await alice.reload()
    await expect(alice("html[data-theme=light]")).to_have_count(1)
    fresh = await browsers.window("Alice", java_script_enabled=False)
    await fresh.page.goto(f"/searches/{board}")
    await expect(fresh("html[data-theme=light]")).to_have_count(1)
    await (await browsers.person("Alice")).http.post("/account/theme", data={"theme": ""})


async def test_the_palette_finds_commands_by_the_words_of_people(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    words = {
        "found": "set-status-found", "print": "print", "dark": "theme-dark", "log out": "sign-out", "shift": "/handover",
        "wall": "/displays", "tip": "add-sighting", "poster": "appeal",
    }  # fmt: skip
    for said, command in words.items():
        await press(alice, "Control+k")
        await alice.page.keyboard.type(said)
        await expect(alice(f"[data-palette-item='{command}']")).to_be_visible()
        await press(alice, "Escape")
    async with alice.page.expect_response("**/account"):  # or it would be taken for the answer to the next
        await do(alice, "dark")
    await expect(alice("html[data-theme=dark]")).to_have_count(1)
    async with alice.page.expect_response("**/account"):
        await do(alice, "theme of this device")
    await alice.reload()
    await alice.live()
    await expect(alice("html[data-theme]")).to_have_count(0)
    await do(alice, "found")
    await expect(alice("dialog [name=status][value=found]")).to_be_checked()


@pytest.mark.slow
async def test_the_palette_says_whom_to_ask_for_what_the_role_may_not_do(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    asked = "[role=group]:has(> p:text-matches('^Your role cannot do this'))"
    for said, command in {"new search": "open-search", "found": "set-status-found", "pair": "/displays"}.items():
        await press(bob, "Control+k")
        await bob.page.keyboard.type(said)
        await expect(bob(f"{asked} [data-palette-item='{command}']")).to_be_visible()
        await press(bob, "Escape")
    await press(alice, "Control+k")
    await alice.page.keyboard.type("pair")
    await expect(alice("[data-palette-item='/displays']")).to_be_visible()
    await expect(alice(asked)).to_have_count(0)
    await bob("[data-act=search-menu]").click()
    await expect(bob("#search-menu .menu-note")).to_have_text("A coordinator changes status, appeal and access.")
    await expect(bob("#search-menu [role=menuitem]").first).to_be_focused()
    await press(bob, "End")
    await press(bob, "ArrowUp")
    await expect(bob("#search-menu .menu-note")).to_be_focused()  # read by the arrow keys too, and no trap
    await press(bob, "ArrowUp")
    await expect(bob("#search-menu [data-act=replay]")).to_be_focused()
    await press(alice, "Escape")
    await alice("[data-act=search-menu]").click()
    await expect(alice("#search-menu")).to_be_visible()
    await expect(alice("#search-menu .menu-note")).to_have_count(0)


@pytest.mark.slow
async def test_a_search_that_one_may_not_see_is_not_found_and_another_is_gone_to(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    secret = await browsers.search(person={"first_name": "Zebulon"}, access="members", members=[own])
    here, other = await browsers.search(), await browsers.search(person={"first_name": "Yolanda"})
    await browsers.sighting(other, "A blue bicycle by the canal")
    charlie, hers = await browsers.window("Charlie"), await browsers.window("Alice")
    await hers.open(f"/searches/{here}")
    await do(hers, "zebulon")
    await hers.page.wait_for_url(f"**/searches/{secret}")
    await charlie.open(f"/searches/{here}")
    await press(charlie, "Control+k")
    async with charlie.page.expect_response("**/api/v1/find") as answer:
        await charlie.page.keyboard.type("zebulon")
    assert (await (await answer.value).json())["hits"] == []
    await expect(charlie("dialog [role=status]").last).to_have_text("0 results")
    await press(charlie, "Control+a")
    await charlie.page.keyboard.type("bicycle canal")
    await expect(charlie("[role=option]")).to_contain_text(["A blue bicycle by the canal"])
    await press(charlie, "ArrowDown", "Enter")
    await expect(charlie.panel).to_contain_text("A blue bicycle by the canal")


async def test_the_focus_stays_while_colleagues_move_and_take_away_what_has_it(browsers: Browsers) -> None:
    board = await browsers.search()
    coat, train, bus = [await browsers.sighting(board, text) for text in (COAT, TRAIN, BUS)]
    alice, bob = await browsers.window("Alice"), await browsers.person("Bob")
    await alice.open(f"/searches/{board}")
    columns = {role: await alice.column(role).get_attribute("data-column") for role in ("todo", "doing", "waiting")}

    await of(alice.card(TRAIN)).focus()
    await bob.command(board, "card.move", {"card": train, "column": columns["doing"]})
    await expect(alice.column("doing").locator(".card")).to_have_count(1)
    await focused(alice, of(alice.card(TRAIN)))
    await bob.command(board, "sighting.update", {"sighting": train, "description": f"{TRAIN}, in blue"})
    await expect(alice.card("in blue")).to_have_count(1)
    await focused(alice, of(alice.card(TRAIN)))
    await alice.card(COAT).locator("[data-part=move]").focus()
    await bob.command(board, "card.move", {"card": coat, "column": columns["doing"]})
    await expect(alice.column("doing").locator(".card")).to_have_count(2)
    await focused(alice, alice.card(COAT).locator("[data-part=move]"))
    # When a card is removed, the focus goes to the card in its place: train, coat, bus.
    await bob.command(board, "card.move", {"card": bus, "column": columns["doing"]})
    await expect(alice.column("doing").locator(".card")).to_have_count(3)
    await of(alice.card(COAT)).focus()
    for card, left in ((coat, of(alice.card(BUS))), (bus, of(alice.card(TRAIN)))):
        await bob.command(board, "card.withdraw", {"card": card})
        await focused(alice, left)
    await bob.command(board, "card.withdraw", {"card": train})
    await expect(alice.column("doing").locator(".card")).to_have_count(0)
    await focused(alice, alice.column("doing").locator("[data-part=column-menu]"))
    for card in (coat, train, bus):
        await bob.command(board, "card.restore", {"card": card})
        await bob.command(board, "card.move", {"card": card, "column": columns["todo"]})

    await of(alice.card(BUS)).focus()
    await press(alice, "m")
    await alice("dialog").wait_for()
    await bob.command(board, "card.move", {"card": bus, "column": columns["waiting"]})
    await expect(alice.column("waiting").locator(".card")).to_have_count(1)
    await expect(alice("dialog :focus")).to_have_count(1)
    await press(alice, "Escape")
    await focused(alice, of(alice.card(BUS)))
    # An empty column is taken away under the dialog that was opened at its head.
    await alice.column("doing").locator("[data-part=column-menu]").focus()
    await press(alice, "Enter", "Enter")
    await alice("dialog[data-dialog=column-title]").wait_for()
    await (await browsers.person("Alice")).command(board, "column.remove", {"column": columns["doing"]})
    await expect(alice("dialog")).to_have_count(0)
    await expect(alice.column("waiting").locator("[data-part=column-menu]")).to_be_focused()

    await alice.open("/")
    await alice(f"[data-search='{board}'] a").focus()
    found = {
        "status": "found",
        "reason": "Found",
        "outcome": {"found_at": "2026-11-25T08:00:00Z", "condition": "well", "how": "police"},
    }
    await (await browsers.person("Alice")).command(board, "search.set_status", found)
    await expect(alice(f".operations-column.found [data-search='{board}'] a:not(.news)")).to_be_focused()


FROM_FIRST = """(first) => {
  const [from, to] = [first, document.querySelector("li[data-search]:focus-within")].map((each) => each.getBoundingClientRect());
  return [to.x - from.x, to.y - from.y];
}"""


async def test_arrows_walk_to_what_lies_there(browsers: Browsers) -> None:
    for name in ("One", "Two", "Three", "Four"):
        await browsers.search(person={"first_name": name})
    alice = await browsers.window("Alice", viewport={"width": 1400, "height": 1400})  # nothing scrolls
    await alice.open("/")
    first = alice(".operations-column.open li[data-gravity=other]").first
    await first.locator("a").first.focus()  # others tell of news

    async def after(key: str) -> tuple[float, float]:
        """Press a key; return the way from the first card to the focused one. Cards may still grow, as their counts come."""
        await press(alice, key)
        right, down = await first.evaluate(FROM_FIRST)
        return right, down

    assert (await after("ArrowDown"))[0] == 0
    assert await after("ArrowUp") == (0, 0)
    beside = await after("ArrowRight")  # the group is several cards wide
    assert beside[0] > 0
    assert beside[1] == 0
    assert await after("ArrowLeft") == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["search", "operations"])
async def test_arrows_begin_at_the_first_card(browsers: Browsers, path: str) -> None:
    board = await browsers.search()
    await browsers.sighting(board, COAT)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}" if path == "search" else "/")
    cards = alice("[data-list] article[data-card]" if path == "search" else ".operations-column li[data-search]")
    first = cards.first.locator("a").first
    await press(alice, "ArrowDown")
    await focused(alice, first)
    await alice("#find").focus()
    await press(alice, "ArrowDown")
    await focused(alice, "#find")  # where arrow keys have their own meaning
    if path == "search":
        await alice("[data-chip=mine]").focus()
        await press(alice, "ArrowRight")
        await focused(alice, first)


@pytest.mark.slow
async def test_added_card_gets_the_focus_unless_it_is_elsewhere(browsers: Browsers) -> None:
    board = await browsers.search()
    for number in range(12):
        await browsers.sighting(board, f"Something seen {number}")
    alice = await browsers.window("Alice", viewport={"width": 1400, "height": 600})
    await alice.open(f"/searches/{board}")
    await press(alice, "t")
    await alice.fill("add-task", {"title": BUS})
    await press(alice, "Control+Enter")
    added = alice.card(BUS).and_(alice("[data-card]"))
    await focused(alice, of(added))
    await expect(added).to_be_in_viewport(ratio=0.9)
    await press(alice, "s")
    await alice.fill("add-sighting", {"description": COAT})
    await press(alice, "Control+Enter")
    await focused(alice, of(alice.card(COAT).and_(alice("[data-card]"))))
    await expect(alice.card(COAT)).to_be_in_viewport(ratio=0.9)
    # the focus stays with a person who goes on typing
    await alice("[data-act=add-sighting]").click()
    await alice.fill("add-sighting", {"description": TRAIN})
    await press(alice, "Control+Enter")
    await expect(alice("dialog")).to_have_count(0)  # nothing behind an open one takes the focus
    await alice("#find").focus()
    await expect(alice.card(TRAIN).and_(alice("[data-card]"))).to_have_count(1)
    await focused(alice, "#find")


@pytest.mark.slow
async def test_added_card_is_in_view_on_a_phone(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice", viewport={"width": 390, "height": 844})
    await alice.open(f"/searches/{board}")
    await alice.add_task(BUS)
    await expect(alice.card(BUS).and_(alice("[data-card]"))).to_be_in_viewport()


async def test_refused_field_gets_the_focus(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    await press(alice, "n")
    await alice.fill("open-search", {"person.first_name": "Zed", "kind": "runaway", "missing_since": "2026-11-24T00:00"})
    await alice("dialog summary").first.click()
    await alice.fill("open-search", {"reference": "x" * 500})
    await press(alice, "Control+Enter")
    await expect(alice("[data-field='reference'] .error")).to_be_visible()
    await focused(alice, alice.field("open-search", "reference"))


@pytest.mark.slow
async def test_a_finger_that_scrolls_takes_no_card_along_and_escape_lets_one_go(browsers: Browsers) -> None:
    board = await browsers.search()
    for number in range(12):
        await browsers.sighting(board, f"{COAT} {number}")
    alice = await browsers.window("Alice", viewport={"width": 390, "height": 700}, has_touch=True)
    await alice.open(f"/searches/{board}")
    x, y = center_of(await alice("article.sighting").nth(1).bounding_box())
    finger = await alice.context.new_cdp_session(alice.page)

    async def touch(kind: str, *at: tuple[float, float]) -> None:
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in at]})

    await alice.page.evaluate(TAKEN)
    await touch("touchStart", (x, y))
    for step in range(1, 9):
        await touch("touchMove", (x, y - 25 * step))
    await touch("touchEnd")
    assert await alice.page.evaluate("[scrollY > 0, window.taken.length]") == [True, 0]
    await expect(alice.panel).to_have_count(0)

    bob = await browsers.window("Bob", viewport=DESKTOP_SIZE)
    await bob.open(f"/searches/{board}")
    await bob.take_up(bob.card(f"{COAT} 0"))
    await bob.carry(bob.column("doing"))
    await press(bob, "Escape")
    await bob.page.mouse.up()
    await expect(bob("main[data-dragging]")).to_have_count(0)
    await expect(bob("[data-drop-target]")).to_have_count(0)
    assert not [frame for frame in bob.frames if frame.sent and frame.body.get("name") == "card.move"]


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_the_palette_and_the_keys(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, COAT)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    found: dict[str, list[str]] = {}
    for key, typed in (("?", ""), ("Control+k", ""), ("Control+k", "girl")):
        await press(alice, key)
        await alice.page.keyboard.type(typed)
        found[key + typed] = await barriers(alice, "dialog")
        await press(alice, "Escape")
    assert {place: some for place, some in found.items() if some} == {}
