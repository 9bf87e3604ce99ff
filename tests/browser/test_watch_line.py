"""Watch line: one line of a fixed height under the header for all notices, and what is due next while there are none."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.test_stable_layout import AT, GREYS_WITHIN_MS, NO_LINE, Heard
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

LINE, FIRST, LIST = ".watch-line", ".watch-main [data-notice]", "[data-watch-more]"
DUE = "[data-testid=next-due]"
INSIDE = "list => { const {left, right} = list.getBoundingClientRect(); return left >= 0 && right <= innerWidth; }"
HEIGHTS = {1400: 40, 390: 48}


def in_minutes(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def listening(browsers: Browsers, path: str) -> Heard:
    heard = Heard(await browsers.window("Alice"))
    await heard.listen()
    await heard.window.open(path)
    return heard


async def heights(window: Window) -> dict[int, float]:
    found = {}
    for width in HEIGHTS:
        await window.page.set_viewport_size({"width": width, "height": 844})
        found[width] = await window(LINE).evaluate("line => line.offsetHeight")
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found


def many_notices(heard: Heard, account: str | None) -> None:
    """Say three things at once: a wrong clock, a new version and a change of shift."""
    heard.say("clock", jumped={"by_s": 18_000, "at": AT}, ahead={"at": AT, "until": AT})
    heard.say("hello", account={"id": account, "name": "Alice", "role": "coordinator"}, heartbeat_s=5, server="another")
    for number in (998, 999):
        heard.say("shift", shift={"number": number, "name": "Bartholomeus", "since": AT}, handover=None)


@pytest.mark.slow
async def test_the_line_shows_the_most_important_notice_and_counts_the_others(browsers: Browsers) -> None:
    heard = await listening(browsers, f"/searches/{await browsers.search()}")
    window = heard.window
    assert await heights(window) == HEIGHTS
    await expect(window(LIST)).to_have_count(0)
    many_notices(heard, await window("body").get_attribute("data-account-id"))
    await expect(window(f"{LIST} summary")).to_have_text("+2")
    await expect(window(f"{LIST} [data-notice]")).to_have_count(2)
    await expect(window(FIRST)).to_have_attribute("data-notice", "clock")
    assert await heights(window) == HEIGHTS
    await expect(window(f"{LIST} [data-notice=new-version]")).to_be_hidden()

    await window(f"{LIST} summary").focus()
    await window.page.keyboard.press("Enter")
    await expect(window(f"{LIST} [data-notice=new-version] button")).to_be_visible()
    assert await window(f"{LIST} ul").evaluate(INSIDE)
    await window.page.keyboard.press("Escape")
    await expect(window(f"{LIST} [data-notice=new-version]")).to_be_hidden()
    await expect(window(f"{LIST} summary")).to_be_focused()

    heard.say("clock", jumped=None, ahead=None)
    await expect(window(FIRST)).to_have_attribute("data-notice", "passed")
    await expect(window(f"{LIST} summary")).to_have_text("+1")


@pytest.mark.slow
async def test_notices_are_announced_once(browsers: Browsers) -> None:
    heard = await listening(browsers, f"/searches/{await browsers.search()}")
    window = heard.window
    await window.page.evaluate(
        """() => {
          window.announced = [];
          const place = document.querySelector("[data-announcer]");
          new MutationObserver(() => window.announced.push(place.textContent)).observe(place, {childList: true});
        }"""
    )
    heard.say("clock", jumped={"by_s": 18_000, "at": AT}, ahead=None)
    await expect(window(FIRST)).to_have_attribute("data-notice", "clock")
    account = await window("body").get_attribute("data-account-id")
    heard.say("hello", account={"id": account, "name": "Alice", "role": "coordinator"}, heartbeat_s=5, server="another")
    await expect(window(f"{LIST} [data-notice=new-version]")).to_have_count(1)
    announced = await window.page.evaluate("window.announced")
    assert [bool(re.search("clock", text)) for text in announced] == [True, False]
    assert "version" in announced[1]


async def test_the_next_due_task_stands_in_the_line_with_child_and_person(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Noor", "last_name": "Voorbeeld"})
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    bobs = (await bob.http.get("/api/v1/me")).json()["id"]
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}")
    await window.live()
    await alice.command(search, "task.add", {"title": "Prepare a poster", "due": in_minutes(4)})
    await expect(window(DUE)).to_contain_text(re.compile(r"Prepare a poster\s· Noor V\.$"))
    await alice.command(search, "task.add", {"title": "Ask De Lijn", "due": in_minutes(3), "assignee": bobs})
    await expect(window(DUE)).to_contain_text(re.compile(r"Next due \d\d:\d\d\s+Ask De Lijn\s· Noor V\.\s· Bob"))
    await expect(window("[data-testid=watch-overdue]")).to_have_count(0)

    await window.open("/")
    await expect(window(DUE)).to_contain_text(re.compile(r"Ask De Lijn\s· Noor V\."))
    await window(f"{DUE} a").click()
    await expect(window.panel).to_contain_text("Ask De Lijn")

    await window.page.goto("/account")
    await expect(window(".watch-main .fact:not(:has(.calm))")).to_have_count(1)  # of the shift
    await expect(window(DUE)).to_have_count(0)


async def test_overdue_tasks_are_counted_and_done_ones_are_not(browsers: Browsers) -> None:
    search = await browsers.search()
    alice = await browsers.person("Alice")
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}")
    await alice.command(search, "task.add", {"title": "Call the aunt", "due": in_minutes(-5)})
    await expect(window("[data-testid=watch-overdue]")).to_have_text("1 overdue")
    await window.move_by_menu("Call the aunt", "done")
    await expect(window("[data-testid=watch-overdue]")).to_have_count(0)


@pytest.mark.slow
async def test_the_line_shows_no_fact_and_says_so_while_the_board_is_not_current(browsers: Browsers) -> None:
    search = await browsers.search()
    await (await browsers.person("Alice")).command(search, "task.add", {"title": "Ask De Lijn", "due": in_minutes(20)})
    async with proxy_to(browsers.url) as line:
        window = await browsers.window("Alice", url=line.url)
        window.may_fail(*NO_LINE)
        await window.open(f"/searches/{search}")
        await window.live()
        await expect(window(DUE)).to_have_count(1)
        line.cut()
        await window.freshness("not_current", GREYS_WITHIN_MS)
        await expect(window(FIRST)).to_have_attribute("data-notice", "not-current")
        await expect(window(FIRST)).to_contain_text("What is shown may be out of date. What you type is kept.")
        await expect(window(f"{DUE}, .watch-main .fact")).to_have_count(0)
        assert await heights(window) == HEIGHTS
        line.heal()
        await window.live()
        await expect(window(FIRST)).to_have_count(0)
        await expect(window(DUE)).to_have_count(1)


async def test_changes_by_others_are_counted_in_the_line_and_shown_by_a_press(browsers: Browsers) -> None:
    search = await browsers.search()
    first, _ = [await browsers.sighting(search, text) for text in ("On the tram", "At the port")]
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}")
    await window.live()
    await expect(window("[data-testid=changed-here]")).to_have_count(0)
    await (await browsers.person("Bob")).command(search, "sighting.grade", {"sighting": first, "grade": {"source": "B"}})
    await expect(window("[data-testid=changed-here] span")).to_have_text("1 changed here since you looked")
    await window("[data-act=show-changed]").click()
    await expect(window("article.card:visible")).to_have_count(1)


SECTIONS = """() => [...document.querySelectorAll("main, .handover-aside, [data-section]")].map((each) => {
  const { left, top } = each.getBoundingClientRect();
  return [each.dataset.section ?? each.className, Math.round(left), Math.round(top)].join(" ");
})"""


@pytest.mark.slow
async def test_the_handover_stays_in_place_while_notices_come_and_go(browsers: Browsers) -> None:
    await browsers.search()
    heard = await listening(browsers, "/handover")
    window = heard.window
    await window("[data-section]").first.wait_for()

    async def places() -> list[list[str]]:
        found = []
        for width in HEIGHTS:
            await window.page.set_viewport_size({"width": width, "height": 844})
            found.append(await window.page.evaluate(SECTIONS))
        return found

    before = await places()
    assert all(len(each) > 2 for each in before)
    heard.say("clock", jumped={"by_s": 18_000, "at": AT}, ahead={"at": AT, "until": AT})
    await expect(window(FIRST)).to_have_attribute("data-notice", "clock")
    assert await places() == before
    heard.say("clock", jumped=None, ahead=None)
    await expect(window(FIRST)).to_have_count(0)
    assert await places() == before


async def test_the_button_of_a_cut_line_tells_all_of_it_by_keys(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Noor", "last_name": "Voorbeeld"})
    title = "Ask De Lijn for the camera images of line 2, and the drivers of the night for what they saw between Zuid and Melle"
    await (await browsers.person("Alice")).command(search, "task.add", {"title": title, "due": in_minutes(20)})
    window = await browsers.window("Alice", viewport={"width": 390, "height": 844})
    await window.open(f"/searches/{search}")
    await expect(window(f"{LIST} summary")).to_have_text("…")
    await expect(window(f"{LIST} li").first).to_be_hidden()
    await window(f"{LIST} summary").focus()
    await window.page.keyboard.press("Enter")
    await expect(window(f"{LIST} li", has_text=title)).to_be_visible()
    assert await window(f"{LIST} li", has_text=title).evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    assert await window(f"{LIST} ul").evaluate(INSIDE)
    await window.page.keyboard.press("Tab")
    await expect(window(f"{LIST} a").first).to_be_focused()
    await window.page.keyboard.press("Escape")
    await expect(window(f"{LIST} li").first).to_be_hidden()
    await expect(window(f"{LIST} summary")).to_be_focused()

    await window.page.set_viewport_size({"width": 1900, "height": 900})
    await window.reload()
    await window.live()
    await expect(window(DUE)).to_contain_text(title)
    await expect(window(LIST)).to_have_count(0)  # nothing is cut
