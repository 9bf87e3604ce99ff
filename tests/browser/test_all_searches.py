"""All searches with none, one and forty of them, and with bad input: nothing overlaps, nothing is cut without a sign, the gravest
come first, and keys reach each."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Locator, WebSocketRoute, expect

from board.accounts import live_changes
from tests.browser.test_board_bad_input import WORD
from tests.browser.test_stable_layout import Heard
from tests.support.appeals import set_child_alert
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD
from tests.support.text_faults import text_faults

pytestmark = pytest.mark.browser

SIZES = [
    {"width": 390, "height": 844},
    {"width": 844, "height": 390},
    {"width": 1400, "height": 900},
    {"width": 2560, "height": 1440},
]
LANGUAGES = ["en", "de"]
LONG, ARABIC = "Maximilianalexanderbartholomeusferdinandchristophersebastian", "عبد الرحمن بن محمد بن عبد الله"
WATCHER = "Bartholomeus Vandenbroucke-Desmedt"
PARTS = (
    ".operations-header, .operations-tabs, .operations-column h2, .operations-column .empty, .gravity, .search, .on-duty li,"
    " .due-next li"
)
# Names, clocks, counts, and how grave it is. The rest may end in an ellipsis.
DECISIVE = (
    "h1, h2, h3, h4, .running, .reference, .kind, .worry, .lock, .counts, .news, .lead.nobody, .need.alarm, .photo, button,"
    " .gravity,"
    " .operations-tabs, .due-next a > b, .empty"
)
OPEN = ".operations-column.open li[data-search]"
# Cards that lie over each other, or over the edge of their column; and parts of a card outside it.
BOXES = """() => {
  const found = new Set(), rect = (each) => each.getBoundingClientRect();
  const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const isOut = (a, edge) => a.left < edge.left - 1 || a.right > edge.right + 1 || a.bottom > edge.bottom + 1;
  const parts = ":not(.visually-hidden, .visually-hidden *, .need *)"; // the text of a need ends in an ellipsis
  for (const column of document.querySelectorAll(".operations-column")) {
    const cards = [...column.querySelectorAll("li[data-search]")].filter((each) => each.checkVisibility());
    for (const [at, card] of cards.entries()) {
      if (isOut(rect(card), rect(column))) found.add("a card sticks out");
      if (cards.slice(at + 1).some((other) => overlap(rect(card), rect(other)))) found.add("cards overlap");
      for (const part of card.querySelectorAll(parts))
        if (part.checkVisibility() && rect(part).width > 1 && isOut(rect(part), rect(card)))
          found.add(`out of its card: ${part.className || part.localName}`);
    }
  }
  return [...found];
}"""
# The search whose link has the focus, and whether it can be seen: no bar lies over it.
FOCUSED = """() => {
  const link = document.activeElement, { left, top, width, height } = link.getBoundingClientRect();
  const card = link.closest(".operations-column.open li[data-search]");
  const over = document.elementFromPoint(left + Math.min(8, width / 2), top + height / 2);
  return [card?.dataset.search ?? null, card === null || card.contains(over)];
}"""


async def check(window: Window) -> None:
    found: dict[str, Any] = {}
    for size in SIZES:
        await window.page.set_viewport_size(size)  # type: ignore[arg-type]
        tabs: list[Locator | None] = [*await window(".operations-tabs button:visible").all()] or [None]
        for tab in tabs:
            if tab:
                await tab.click()
            place = f"{size['width']} {await tab.inner_text() if tab else ''}"
            found[place] = await faults(window)
    assert {place: some for place, some in found.items() if some} == {}


async def faults(window: Window) -> list[str]:
    return list(await window.page.evaluate(BOXES)) + await text_faults(window, PARTS, DECISIVE)


async def opened(browsers: Browsers, language: str, name: str = "Alice") -> Window:
    window = await browsers.window(name, locale=f"{language}-BE")
    await window.open("/")
    return window


@pytest.mark.slow
async def test_no_search_at_all_is_said_and_whole(browsers: Browsers) -> None:
    for language in LANGUAGES:
        window = await opened(browsers, language)
        await expect(window(".operations-column > .empty")).to_have_count(4)
        await expect(window("[data-column=open] .empty a")).to_be_visible()  # the guide
        await check(window)


@pytest.mark.slow
async def test_one_search_is_whole(browsers: Browsers) -> None:
    await browsers.search()
    for language in LANGUAGES:
        window = await opened(browsers, language)
        await expect(window(OPEN)).to_have_count(1)
        await check(window)


SPOIL = """() => {
  const [name, card] = [".search h4", ".search .foot"].map((what) => document.querySelector(what));
  for (const [property, value] of [["max-width", "1em"], ["overflow", "hidden"], ["white-space", "nowrap"]])
    name.style.setProperty(property, value);
  card.style.setProperty("margin-top", "-2em");
  card.style.setProperty("width", "3000px");
}"""


@pytest.mark.slow
async def test_a_cut_name_and_texts_over_each_other_would_be_found(browsers: Browsers) -> None:
    window = await opened(browsers, "en")
    await expect(window(f"{OPEN} [data-need]")).to_have_count(1)
    assert await faults(window) == []
    await window.page.evaluate(SPOIL)
    found = "\n".join(await faults(window))
    for fault in ("cut: Noor", "over each other", "out of its card: foot"):
        assert fault in found, found


@pytest.fixture(scope="module")
async def forty(browser_server: Browsers) -> Browsers:
    """Forty open searches and some that ended, with all names and texts that do not fit."""
    browsers, alice = browser_server, await browser_server.person("Alice")
    assert browsers.server
    await live_changes.add_account(browsers.server.service, "long@desk.example", LONG, "investigator", PASSWORD)
    await live_changes.add_account(browsers.server.service, "watcher@desk.example", WATCHER, "viewer", PASSWORD)
    accounts = (await alice.http.get("/api/v1/accounts")).json()["accounts"]
    lead, viewer = (next(each["id"] for each in accounts if each["name"] == name) for name in (LONG, WATCHER))
    names = [("Noor", "Peeters"), (LONG, LONG), (WORD[:60], None), (ARABIC, "محمد"), ("X", None), ("Anna Lena Marie", "de Wit")]
    kinds = ["unaccompanied_minor", "parental_abduction", "third_party_abduction", "runaway"]
    searches = []
    there = [each for each in await alice.entities("operations") if each["kind"] == "search"]
    for at in range(44 - len(there)):
        first, last = names[at % len(names)]
        given: dict[str, Any] = {
            "person": {"first_name": first, "last_name": last, "age": at % 18},
            "kind": kinds[at % len(kinds)],
            "missing_since": f"2026-11-{1 + at % 24:02}T15:10:00Z",
            "last_seen": {"text": WORD if at % 2 else f"{ARABIC} {ARABIC}"},
        }
        if at % 5 == 1:
            given["reference"] = f"{WORD[:30]}-{at}"
        search = await browsers.search(**given)
        searches.append(search)
        if at % 3 == 0:
            await alice.command(search, "search.set_worrying", {"worrying": at % 2 == 0, "basis": "decided"})
        if at % 4 == 0:
            await alice.command(search, "search.update", {"lead": lead})
        if at % 4 == 1:
            urgent = {"description": "x", "priority": "urgent", "place": {"text": WORD}}
            sighting = await alice.add(search, "sighting.add", urgent)
            if at % 8 == 1:  # who may not act does not have it
                await alice.command(search, "card.assign", {"card": sighting, "assignee": viewer})
        if at % 4 == 2:
            await alice.command(search, "task.add", {"title": f"{WORD} {WORD}", "due": "2026-01-01T04:36:00Z"})
        if at % 7 == 0:
            sighting = await alice.add(search, "sighting.add", {"description": "x", "place": {"text": f"{ARABIC} {WORD}"}})
            await alice.command(search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
            await set_child_alert(alice, search)
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    await alice.command(searches[1], "search.set_access", {"access": "members", "members": [own]})
    for search in searches[-4:-2]:
        outcome = {"found_at": "2026-11-25T09:00:00Z", "condition": "unknown", "how": "police"}
        await alice.command(search, "search.set_status", {"status": "found", "reason": WORD, "outcome": outcome})
    for search in searches[-2:]:
        closed = {"status": "closed", "reason": f"{WORD} {ARABIC}", "acknowledge": WORD * 3}
        await alice.command(search, "search.set_status", closed)
    return browsers


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_forty_with_long_and_right_to_left_names_are_whole(browsers: Browsers, forty: Browsers, language: str) -> None:
    window = await opened(browsers, language)
    await expect(window(f"{OPEN} [data-need]")).to_have_count(40)
    await check(window)


async def test_the_gravest_come_first_and_keys_reach_each(browsers: Browsers, forty: Browsers) -> None:
    alice = await browsers.person("Alice")
    states = {each["id"]: each["state"] for each in await alice.entities("operations") if each["kind"] == "search"}
    window = await opened(browsers, "en")
    await expect(window(".need.empty")).to_have_count(0)  # alarms are part of the order
    shown = await window(OPEN).evaluate_all("(all) => all.map((each) => [each.dataset.search, each.dataset.gravity])")
    gravities = [gravity for _, gravity in shown]
    assert gravities == sorted(gravities, key=["worrying", "undecided", "other"].index)
    assert {id for id, gravity in shown if gravity == "worrying"} == {id for id, _ in shown if states[id]["worrying"]}
    for gravity in set(gravities):
        since = [states[id]["missing_since"] for id, each in shown if each == gravity]
        with_alarm = next((at for at in range(1, len(since)) if since[at] > since[at - 1]), 0)  # these come first
        assert since[:with_alarm] + since[with_alarm:] == [
            *sorted(since[:with_alarm], reverse=True), *sorted(since[with_alarm:], reverse=True)
        ], gravity  # fmt: skip
    cards = [id for id, _ in shown]
    for size in SIZES[:3]:
        await window.page.set_viewport_size(size)  # type: ignore[arg-type]
        links = window(f"{OPEN} h4 a")
        for key, start, wanted in (("Tab", links.first, cards), ("Shift+Tab", links.last, cards[::-1])):
            await start.focus()
            reached = []
            while (focused := await window.page.evaluate(FOCUSED)) and focused[0]:
                assert focused[1], f"{focused[0]} is under another thing at {size['width']}"
                reached += [focused[0]] if focused[0] not in reached else []
                await window.page.keyboard.press(key)
            assert reached == wanted, size


@pytest.mark.slow
async def test_initials_stand_once_on_a_phone(browsers: Browsers, forty: Browsers) -> None:
    alice = await browsers.person("Alice")
    await alice.command("operations", "shift.take", {"reason": "nobody was here"})
    window = await browsers.window("Alice", viewport=SIZES[0], has_touch=True)
    await window.open("/")
    await expect(window(".shift-indicator .short")).to_have_text("AL")
    bar = await window(".header-bar").inner_text()
    assert bar.split().count("AL") == 1, bar
    await expect(window(".account-menu > summary svg")).to_be_visible()
    await window(".account-menu > summary").click()
    await expect(window(".account-menu .menu")).to_be_visible()


async def test_counts_are_unknown_until_they_have_come(browsers: Browsers) -> None:
    await browsers.search()
    window = await browsers.window("Bob")
    heard = Heard(window, withheld=frozenset({"summary"}))
    await heard.listen()
    await window.open("/")
    count = window(".operations-header > .chips [data-chip=overdue] b")
    await expect(count).to_have_text("–")
    again = await browsers.window("Alice")
    await again.open("/")
    await expect(again(".operations-header > .chips [data-chip=overdue] b")).to_have_text(re.compile(r"^\d+$"))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_forty_people_on_duty_are_counted_and_whole(browsers: Browsers, forty: Browsers, language: str) -> None:
    window = await browsers.window("Bob", locale=f"{language}-BE")
    heard = Heard(window, withheld=frozenset({"shift"}))
    await heard.listen()
    await window.open("/")
    begun = {"since": "2026-11-24T06:00:00.000Z", "until": "2026-11-24T14:00:00.000Z"}
    planned = {"starts_at": begun["until"], "ends_at": "2026-11-24T22:00:00.000Z"}
    people = [{"account": f"p{each}", "name": f"{ARABIC if each % 3 else WORD[:40]} {each}"} for each in range(42)]
    duties, (absent, following) = [person | begun for person in people[:40]], [[person | planned] for person in people[40:]]
    shift = {"number": 1, "holder": "p7", "name": people[7]["name"], "since": begun["since"]}
    heard.say("shift", shift=shift, handover=None, duties=duties, absent=absent, next=following)
    await expect(window(".on-duty h2 b")).to_have_text("40")
    await expect(window(".on-duty > ul").first.locator("li")).to_have_count(30)
    await expect(window(".on-duty li").first).to_have_attribute("data-in-charge", "")
    await expect(window(".on-duty .more")).to_contain_text("10")
    await expect(window("[data-testid=absent] li, [data-testid=comes-next] li")).to_have_count(2)
    await check(window)


async def held_back(window: Window) -> Callable[[], None]:
    """Hold back what the page sends by its socket; return a function that lets it go."""
    waiting: list[Callable[[], None]] = []
    is_held = True

    def hold(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def sent(frame: str | bytes) -> None:
            if is_held and '"type":"command"' in str(frame):
                waiting.append(lambda: server.send(frame))
            else:
                server.send(frame)

        socket.on_message(sent)

    def let_go() -> None:
        nonlocal is_held
        is_held = False
        for send in waiting:
            send()

    await window.page.route_web_socket("**/ws**", hold)
    return let_go


async def create_search(window: Window, name: str) -> None:
    await window.open("/")
    await window("[data-act=open-search]").click()
    await window.fill("open-search", {"person.first_name": name, "kind": "runaway", "missing_since": "yesterday 14:30"})
    await window("dialog [data-act=send]").click()
    await expect(window("dialog")).to_have_count(0)


@pytest.mark.slow
async def test_board_of_a_created_search_opens_however_late(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.page.clock.install()
    let_go = await held_back(alice)
    await create_search(alice, "Zoran")
    await alice.page.clock.fast_forward(5_000)
    let_go()
    await alice.page.wait_for_url("**/searches/*")


async def test_board_of_a_created_search_is_a_link_for_who_works_on(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    let_go = await held_back(alice)
    await create_search(alice, "Zelda")
    await alice.page.keyboard.press("/")
    let_go()
    await expect(alice("[data-notice=opened]")).to_contain_text("The search for Zelda was created.")
    link = alice("[data-notice=opened] [data-act=open-board]")
    if not await link.is_visible():  # something more important has the line, and the notice is in the list below it
        await alice("[data-watch-more] summary").click()
    await link.click()
    await alice.page.wait_for_url("**/searches/*")
