"""Alarms among people: raised by a sighting, shown to all who are asked, taken by one, told to the others and on a wall."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.test_alarm_line import ALARM, CALM, LINE, TAKE, TAKEN
from tests.browser.test_stable_layout import GREYS_WITHIN_MS, NO_LINE
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.tcp_proxy import proxy_to

UNTIL = r"until [\w\s]*\d\d:\d\d"
HAS_IT = {name: re.compile(rf"{name} ha(s|ve) it {UNTIL}") for name in ("You", "Alice", "Charlie")}

pytestmark = pytest.mark.browser

MILA = {"first_name": "Mila", "last_name": "Voorbeeld", "age": 14}
SWAP_MS = 700  # see alarm_line.js
HEIGHT = "each => each.getBoundingClientRect().height"


async def urgent(browsers: Browsers, search: str, by: str = "Bob", **more: object) -> None:
    """Add an urgent sighting."""
    given = {"description": "girl with a man", "priority": "urgent", "place": {"text": "Drongen"}} | more
    await (await browsers.person(by)).command(search, "sighting.add", given)


async def shown(window: Window, search: str) -> None:
    """Wait until the window shows the alarm of this search, or turn to it."""
    alarm = window(f".watch-main {ALARM}")
    await expect(alarm).to_be_visible()
    for _ in range(20):
        if search in str(await alarm.locator("a.what").get_attribute("href")):
            return
        await window("[data-act=next-alarm]").click()
    raise AssertionError("the alarm is not there")


async def take(window: Window) -> None:
    """Press "I have it", and again if the page says that the alarm had only just come there."""
    press = "button => document.querySelector(button)?.click()"  # at once: a click of a mouse waits until the button is still
    await window(TAKE).wait_for()
    await window.page.evaluate(press, TAKE)
    too_soon = window(f"{ALARM} .nobody:visible", has_text="not taken: press again")
    await expect(window(f"{TAKEN}:visible, .watch-main [data-testid=alarm-sent]:visible").or_(too_soon).first).to_be_visible()
    if await too_soon.count():
        await window.page.evaluate("ms => new Promise((done) => setTimeout(done, ms))", SWAP_MS)
        await window.page.evaluate(press, TAKE)


async def settle(browsers: Browsers) -> None:
    """Take what earlier tests have left, so that each begins calm."""
    alice = await browsers.person("Alice")
    for alarm in (await alice.http.get("/api/v1/alarms")).json()["alarms"]:
        if not alarm["taken_by"]:
            await alice.command(alarm["board"], "alarm.take", {"alarm": alarm["id"]})


async def test_an_alarm_is_shown_to_all_and_ends_for_all_when_one_takes_it(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    alice, charlie = await browsers.window("Alice"), await browsers.window("Charlie")
    await alice.open("/")
    await charlie.page.goto("/account")
    card = alice(f"li[data-search='{search}']")
    await expect(card.locator("[data-need]")).to_have_count(1)
    before = await card.locator("[data-need]").evaluate(HEIGHT)
    await urgent(browsers, search, "Bob")
    for window in (alice, charlie):
        await shown(window, search)
        await expect(window(f"{ALARM} .detail").first).to_contain_text("Drongen: girl with a man")
    await expect(alice(f"li[data-search='{search}'] .need.alarm")).to_contain_text(
        re.compile(r"Urgent sighting\s\d+\s*\d+ s\s*nobody has it")
    )
    await expect(card).to_have_attribute("data-alarmed", "")
    assert await card.locator("[data-need]").evaluate(HEIGHT) == before  # nothing moves
    await take(charlie)
    await expect(charlie(TAKEN)).to_contain_text("You have it")
    await expect(alice(TAKEN)).to_contain_text(
        re.compile(rf"Charlie has it {UNTIL}\s+Mila V\., 14: Urgent sighting\s\d+, taken at")
    )
    await expect(alice(f"li[data-search='{search}'] .need")).to_contain_text(
        re.compile(r"Urgent sighting\s\d+\s·\sCharlie has it until [\w\s]*\d\d:\d\d\s·")
    )
    await expect(alice(f"li[data-search='{search}'] .need.alarm")).to_have_count(0)
    await alice("[data-act=dismiss-alarm]").click()
    await expect(alice(TAKEN, has_text="Charlie has it")).to_have_count(0)
    events = [each["type"] for each in await (await browsers.person("Alice")).events(search)]
    assert events[-3:] == ["alarm.raised", "alarm.taken", "card.assigned"]
    await alice.page.goto(f"/searches/{search}/history")
    taken = rf"Charlie took the alarm “Urgent sighting\s\d+”( after \d\d?\ss,)? {UNTIL}"
    await expect(alice("main")).to_contain_text(re.compile(taken))
    await expect(alice("main")).to_contain_text("Searchboard raised the alarm “Urgent sighting")


async def test_card_panel_line_and_history_say_the_same_of_who_has_it(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    charlie, alice = await browsers.window("Charlie"), await browsers.window("Alice")
    await urgent(browsers, search, "Bob")
    await alice.open(f"/searches/{search}")
    await charlie.open(f"/searches/{search}")
    red_after = "article.card .foot [data-queue] time:not([data-target='Infinity'])"
    await expect(charlie(red_after)).to_contain_text("to look at")
    await expect(charlie("article.card .foot .owner")).to_have_text("nobody has it")
    await shown(charlie, search)
    await take(charlie)
    await expect(charlie(TAKEN)).to_contain_text("You have it")
    for window in (charlie, alice):
        await expect(window("article.card .assignee bdi")).to_have_text(HAS_IT["You" if window is charlie else "Charlie"])
        await expect(window("article.card .foot [data-queue]")).to_contain_text("to look at")
        await expect(window(red_after)).to_have_count(0)
    await alice("article.card.sighting h3 a").click()
    await expect(alice.panel.locator("[data-testid=owner]")).to_have_text(HAS_IT["Charlie"])
    await expect(alice(".panel .quick [data-field=assignee] select")).to_have_value(
        await (await browsers.person("Charlie")).own_id()
    )
    await charlie("[data-act=undo-take]").first.click()
    for said in (alice.panel.locator("[data-testid=owner]"), alice("article.card .foot .owner")):
        await expect(said).to_have_text("nobody has it")
    await shown(charlie, search)
    await alice.panel.locator("[data-act=take]").click()
    await expect(charlie(TAKEN)).to_contain_text("Alice has it")
    await expect(charlie("article.card .assignee bdi")).to_have_text(HAS_IT["Alice"])


@pytest.mark.slow
async def test_home_is_red_for_the_alarms_that_the_line_counts(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA | {"age": 6}, lead=await (await browsers.person("Bob")).own_id())
    bob, charlie = await browsers.window("Bob"), await browsers.window("Charlie")
    for window in (bob, charlie):
        await window.open("/")
    need = f"li[data-search='{search}'] .need"
    await expect(bob(f"{need}.alarm .text-alert").first).to_contain_text("Worrying disappearance?")
    await expect(charlie(f"{need}.others")).to_contain_text(
        re.compile(r"Worrying disappearance\?\s*\d+ s\s*nobody has it\s*others are asked")
    )
    await expect(charlie(f"li[data-search='{search}'][data-alarmed]")).to_have_count(0)
    await expect(charlie(f"{need} .text-alert")).to_have_count(0)
    await settle(browsers)


async def test_note_can_ask_whoever_it_mentions_to_answer_by_an_alarm(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    alice, charlie = await browsers.window("Alice"), await browsers.window("Charlie")
    await charlie.page.goto("/account")
    await alice.open(f"/searches/{search}")
    await alice("[data-act=log]").first.click()
    asks = alice("[data-testid=notes] [data-field=please_answer] input")
    await alice.fill("note", {"text": "Who calls the school?"})
    await expect(asks).to_have_count(0)  # nobody is mentioned
    await alice.fill("note", {"text": "Who calls the school? @Charlie"})
    await alice.page.keyboard.press("Escape")  # closes the list of people
    await asks.check()
    await alice("[data-act=add-note]").click()
    await expect(alice("[data-testid=notes] .note .about")).to_contain_text("Answer needed")
    await shown(charlie, search)
    await expect(charlie(f".watch-main {ALARM}")).to_contain_text("Answer needed")
    await alice.fill("note", {"text": "Thank you, @Charlie"})
    await expect(asks).not_to_be_checked()
    await settle(browsers)


async def test_one_of_two_who_take_at_once_has_it_and_the_other_is_told(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    alice, charlie = await browsers.window("Alice"), await browsers.window("Charlie")
    for window in (alice, charlie):
        await window.page.goto("/account")
    await urgent(browsers, search, "Bob")
    for window in (alice, charlie):
        await shown(window, search)
    await asyncio.gather(take(alice), take(charlie))
    for window in (alice, charlie):
        await expect(window(TAKEN)).to_be_visible()
        await expect(window("[data-notice]")).to_have_count(0)  # nobody is told of a refusal
    said = sorted([str(await window(f"{TAKEN} b").text_content()).partition(" until ")[0] for window in (alice, charlie)])
    assert said in (["Alice has it", "You have it"], ["Charlie has it", "You have it"])


@pytest.mark.slow
async def test_an_alarm_that_is_handed_on_asks_the_next_person(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    alice, charlie = await browsers.window("Alice"), await browsers.window("Charlie")
    for window in (alice, charlie):
        await window.page.goto("/account")
    await urgent(browsers, search, "Bob")
    await shown(alice, search)
    await take(alice)
    await expect(charlie(TAKEN)).to_contain_text("Alice has it")
    await alice(f"{TAKEN} [data-act=hand-on-alarm]").click()
    await alice("dialog [name=to]").select_option(label="Charlie · Investigator")
    await alice("dialog [name=reason]").fill("I am on the phone")
    await alice("dialog [data-act=send]").click()
    await shown(charlie, search)
    await take(charlie)
    await expect(alice(TAKEN)).to_contain_text("Charlie has it")


@pytest.mark.slow
async def test_an_alarm_that_is_given_back_is_open_for_the_others(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    alice, charlie = await browsers.window("Alice"), await browsers.window("Charlie")
    for window in (alice, charlie):
        await window.page.goto("/account")
    await urgent(browsers, search, "Bob")
    await shown(alice, search)
    await take(alice)
    await expect(charlie(TAKEN)).to_contain_text("Alice has it")
    dismiss = alice(".watch-main [data-act=dismiss-alarm]").first
    while await dismiss.count():  # also of alarms that `settle` took
        await dismiss.click()
    await alice(".watch-main [data-act=what-i-have]").click()
    own = alice("dialog[data-dialog=what-i-have] li", has=alice.page.locator(f"a[href*='{search}']"))
    await own.locator("[data-act=give-back]").click()
    await expect(own).to_have_count(0)
    await shown(charlie, search)
    await expect(charlie(f"{ALARM} .nobody").first).to_have_text(re.compile("^nobody has it, Alice had it until "))
    await alice.page.goto(f"/searches/{search}/history")
    await expect(alice("main")).to_contain_text(re.compile(r"Alice gave the alarm “Urgent sighting\s\d+” back, so nobody had it"))


@pytest.mark.slow
async def test_a_take_without_a_connection_is_sent_when_it_is_back(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    async with proxy_to(browsers.url) as line:
        alice, charlie = await browsers.window("Alice", url=line.url), await browsers.window("Charlie")
        alice.may_fail(*NO_LINE)
        await alice.page.goto("/account")
        await charlie.page.goto("/account")
        await urgent(browsers, search, "Bob")
        await shown(alice, search)
        line.cut()
        await expect(alice(LINE)).to_have_attribute("data-tone", "alarm-stale", timeout=GREYS_WITHIN_MS)
        await take(alice)
        await expect(alice(".watch-main [data-testid=alarm-sent]")).to_have_text("waiting to be sent…")
        await expect(charlie(ALARM)).to_be_visible()
        line.heal()
        await expect(charlie(TAKEN)).to_contain_text("Alice has it", timeout=GREYS_WITHIN_MS)
        await expect(alice(TAKEN)).to_contain_text("You have it")


@pytest.mark.slow
async def test_the_person_who_reports_it_sees_that_nobody_has_it(browsers: Browsers) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{search}")
    await expect(bob(ALARM)).to_have_count(0)
    await urgent(browsers, search, "Bob")
    await shown(bob, search)
    await expect(bob(CALM)).to_have_count(0)
    await expect(bob("[data-alarm-announcer]")).to_be_empty()  # it is no news


@pytest.mark.slow
@pytest.mark.parametrize("boards", ["operations", "search"])
async def test_a_wall_keeps_its_row_for_an_alarm_and_says_no_more(browsers: Browsers, boards: str) -> None:
    await settle(browsers)
    search = await browsers.search(person=MILA)
    on_display = ["operations" if boards == "operations" else search]
    wall, _ = await open_display(browsers, on_display, profile="inner")
    visitors, _ = await open_display(browsers, on_display)
    await wall.open("/wall")
    await visitors.open("/wall")
    row = wall(".news-line")
    before = await row.bounding_box()
    await urgent(browsers, search, "Bob")
    alarm = row.locator("[data-testid=alarm]")
    await expect(alarm).to_contain_text(re.compile(r"URGENT\s*Mila, 14\s*\d+ s\s*sighting: nobody has it"))
    assert await row.bounding_box() == before
    assert "Drongen" not in await wall("body").inner_text()
    await expect(wall(f"[data-search='{search}'] .alarmed .long")).to_have_text("urgent sighting: nobody has it")
    await expect(wall(f"[data-search='{search}'][data-alarmed]")).to_have_count(int(boards == "operations"))
    await expect(visitors(f"[data-search='{search}']")).to_be_visible()
    await expect(visitors("[data-testid=alarm], [data-alarmed], .alarmed")).to_have_count(0)  # the child has no public appeal
    await (await browsers.person("Alice")).command(search, "search.set_appeal", {"level": "public"})
    await expect(visitors("[data-testid=alarm]")).to_contain_text("Mila, 14")
    alice = await browsers.person("Alice")
    (told,) = [each for each in (await alice.http.get("/api/v1/alarms")).json()["alarms"] if each["board"] == search]
    await alice.command(search, "alarm.take", {"alarm": told["id"]})
    await expect(alarm).to_have_count(0)
    for window in (wall, visitors):
        await expect(window(f"[data-search='{search}'] .promised .long")).to_have_text(HAS_IT["Alice"])
    await alice.command(search, "search.set_appeal", {"level": "none"})
    await expect(visitors(".promised")).to_have_count(0)


@pytest.mark.slow
async def test_a_wall_with_a_promise_counts_what_else_is_open(browsers: Browsers) -> None:
    await settle(browsers)
    search, alice = await browsers.search(person=MILA), await browsers.person("Alice")
    wall, _ = await open_display(browsers, ["operations"], profile="inner")
    await wall.open("/wall")
    await urgent(browsers, search, "Bob")
    await alice.command(search, "task.add", {"title": "Call the school", "due": "2026-01-01T10:00:00Z"})
    await settle(browsers)
    counts = wall(f"[data-search='{search}'] .tile-needs .count")
    await expect(counts).to_have_text([HAS_IT["Alice"], "1 overdue", "1 not assessed", "nobody in charge"])
