"""Alarms in the watch line: each state as it is told to one window, on every page and at every size."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import expect

from tests.browser.test_alerts import DESKTOP
from tests.browser.test_display_sound import DEAF, TONES
from tests.browser.test_pages import barriers
from tests.browser.test_stable_layout import GREYS_WITHIN_MS, NO_LINE, Heard, Still
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

LINE, ALARM, TAKEN, CALM = ".watch-line", "[data-testid=alarm]", "[data-testid=alarm-taken]", "[data-testid=calm]"
TAKE, LIST = ".watch-main [data-act=take-alarm]", "[data-watch-more]"
UNKNOWN = "This screen cannot tell if an urgent sighting is waiting."
AGAIN_S = 4
PHONE, DESKTOP_SIZE = {"width": 390, "height": 844}, {"width": 1400, "height": 900}
LANGUAGES = ("en-GB", "fr-BE", "nl-BE", "de-BE")
ASKED = (("desk", None, 0), ("lead", "Bob Claes", 120), ("holder", "Alice Dewit", 300), ("coordinators", None, 600))
LISTENS = """() => {
  window.said = [];
  const place = document.querySelector("[data-alarm-announcer]");
  new MutationObserver(() => window.said.push(place.textContent)).observe(place, {childList: true});
}"""
# Press a button as soon as the page has it: within the time in which a press is not counted, however slow the machine is.
PRESS_AT_ONCE = """(selector) => {
  new MutationObserver((_, observer) => {
    const button = document.querySelector(selector);
    if (!button) return;
    observer.disconnect();
    button.click();
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
SOUNDS_MS = 15_000  # until a clock has moved on by three seconds, in which a sound would have come
# What is cut though it never may be: the name, the clock, the sentence and the button; and what is outside the line.
CUT = """() => {
  const line = document.querySelector(".watch-line").getBoundingClientRect();
  const whole = ".alarm :is(bdi, .for, .nobody, .take, .alarm-mark), .watch-line summary, .alarm-taken b";
  const parts = [...document.querySelectorAll(whole)];
  return parts.filter((each) => each.checkVisibility()).filter((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const { display, overflowY } = getComputedStyle(each);
    const isLow = overflowY === "hidden" && each.scrollHeight > each.clientHeight + 1;
    return (isLow || each.scrollWidth > each.clientWidth + 1) && each.clientWidth > 1 && display !== "inline"
      || left < 0 || right > innerWidth || top < line.top - 1 || bottom > line.bottom + 1;
  }).map((each) => each.className || each.localName);
}"""


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def alarm(age: float = 252, step: int = 1, **more: Any) -> dict[str, Any]:
    """Return an alarm as a server tells it, raised so many seconds ago."""
    steps = [
        {"ask": ask, "name": name, "everyone": True, "at": ago(age - at), "done": n <= step}
        for n, (ask, name, at) in enumerate(ASKED)
    ]
    return {
        "id": "alarm-1", "board": "none", "seq": 7, "reference": "N-1", "child": "Mila B., 6", "rule": "urgent_sighting",
        "about": {"kind": "sighting", "id": "sighting-1", "number": 4}, "place": "Drongen, E40", "seen_at": ago(900),
        "title": "girl with a man, walking fast towards the station", "raised_at": ago(age), "step": step, "next_at": None,
        "steps": steps, "asked_me": True, "taken_by": None, "taken_at": None, "until": None, "lapsed_by": None, "lapsed_at": None,
    } | more  # fmt: skip


def taken(by: str = "Dora Coord", seconds: float = 20, id: str = "dora") -> dict[str, Any]:
    return alarm(320.5, taken_by={"id": id, "name": by}, taken_at=ago(seconds), until=ago(seconds - 600))


NOOR = {"id": "alarm-2", "child": "Noor V., 11", "about": {"kind": "sighting", "id": "sighting-2", "number": 23}}


class Told(Heard):
    """Window in which a test tells which alarms there are, in place of the server."""

    repeating: asyncio.Task[None] | None = None

    def alarms(self, *alarms: dict[str, Any]) -> None:
        """Tell these, again and again as a server does, until others are told."""
        if self.repeating is not None:
            self.repeating.cancel()
        self.repeating = asyncio.ensure_future(self._repeat(list(alarms)))

    async def _repeat(self, alarms: list[dict[str, Any]]) -> None:
        with contextlib.suppress(PlaywrightError):  # the window is gone
            while True:
                self.say("alarms", alarms=alarms, more=0)
                await asyncio.sleep(AGAIN_S)


async def told(browsers: Browsers, path: str, name: str = "Alice", script: str = "", **more: Any) -> Told:
    window = await browsers.window(name, **more)
    found = Told(window, withheld=frozenset({"alarms"}))
    await found.listen()
    if script:
        await window.context.add_init_script(script)
    await window.page.goto(path)
    await window("[data-shift]:not([hidden])").wait_for(state="attached")  # the server has said hello
    found.alarms()
    return found


async def test_the_line_says_how_far_an_alarm_has_gone_and_who_is_next(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    window = line.window
    await expect(window(CALM)).to_have_text("No urgent sighting is waiting")
    await window.page.set_viewport_size({"width": 1900, "height": 900})
    for age, step, tone, following in (
        (12, 0, "alarm-1", "Bob Claes, in charge · in 1 min"),
        (252, 1, "alarm-2", "Shift: Alice Dewit · in 4"),
    ):
        line.alarms(alarm(age, step))
        await expect(window(LINE)).to_have_attribute("data-tone", tone)
        await expect(window(f"{ALARM} .alarm-steps .next")).to_contain_text(following)
        await expect(window(f"{ALARM} .alarm-steps .done")).to_have_count(step + 1)
    await expect(window(ALARM)).to_contain_text(
        re.compile(r"Urgent sighting\s+Mila B\., 6:\s+seen (\w+ )?\d\d:\d\d, Drongen, E40: girl with a man")
    )
    await expect(window(f"{ALARM} .nobody")).to_have_text("nobody has it")
    await expect(window(f"{ALARM} .which")).to_be_hidden()  # the mark says it here
    await expect(window(f"{ALARM} .for")).to_have_text("4 min")
    await expect(window(CALM)).to_have_count(0)
    line.alarms(alarm(451, 2))
    await expect(window(LINE)).to_have_attribute("data-tone", "alarm-3")
    await expect(window(f"{ALARM} .for")).to_have_text("7 min")
    await expect(window(f"{ALARM} .alarm-steps .next")).to_have_text(re.compile(r"all coordinators\s· in 2 min"))
    line.alarms()
    await expect(window(CALM)).to_be_visible()


@pytest.mark.slow
async def test_the_clock_of_an_alarm_runs_by_the_servers_clock(browsers: Browsers) -> None:
    line = await told(
        browsers, f"/searches/{await browsers.search()}", script="const now = Date.now; Date.now = () => now() + 3_600_000;"
    )
    line.alarms(alarm(12, 0))
    clock = line.window(f"{ALARM} .for")
    await expect(clock).to_have_text(re.compile(r"^[12]\d s$"))
    first = await clock.text_content()
    await expect(clock).not_to_have_text(str(first))


@pytest.mark.parametrize("page", ["search", "operations", "handover"])
async def test_nothing_moves_when_an_alarm_comes_goes_on_and_is_taken(browsers: Browsers, page: str) -> None:
    search = await browsers.search()
    for text in ("Zeppelin 1", "Zeppelin 2"):
        await browsers.sighting(search, text)
    line = await told(
        browsers, {"search": f"/searches/{search}", "operations": "/", "handover": "/handover"}[page], locale="fr-BE"
    )
    still = Still(line.window)
    await line.window.live()
    await still.begin()
    for alarms in ([alarm(12, 0)], [alarm(252, 1)], [alarm(451, 2)], [alarm(20, 0, **NOOR), alarm(451, 2)]):
        line.alarms(*alarms)
        await still.shows(line.window(f"{ALARM}[data-level='{alarms[0]['step'] + 1}']"))
        for size in ({"width": 1400, "height": 900}, {"width": 390, "height": 844}):
            await line.window.page.set_viewport_size(size)  # type: ignore[arg-type]
            assert await line.window.page.evaluate(CUT) == []
            assert await line.window(LINE).evaluate("each => each.offsetHeight") == (40 if size["width"] > 700 else 48)
    line.alarms(taken())
    await still.shows(line.window(TAKEN))
    line.alarms()
    await still.shows(line.window(f"{ALARM}, {TAKEN}"), 0)


async def test_a_new_urgent_alarm_is_shown_and_the_other_is_one_press_away(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    window, following = line.window, line.window("[data-act=next-alarm]")
    line.alarms(alarm(451, 2), alarm(20, 0, **NOOR))
    await expect(window(f"{ALARM} bdi").first).to_have_text("Noor V., 11")
    await expect(following).to_have_text(re.compile(r"Next: Mila B\., 6\s· 7 min"))
    await following.click()
    await expect(window(f"{ALARM} bdi").first).to_have_text("Mila B., 6")
    await expect(following).to_have_text(re.compile(r"Next: Noor V\., 11\s· \d\d s"))
    line.alarms(alarm(455, 2), alarm(24, 0, **NOOR), alarm(1, 0, id="alarm-3"))
    await expect(window(f"{ALARM} bdi").first).to_have_text("Mila B., 6")  # who turned to it goes on reading
    line.alarms(alarm(24, 0, **NOOR))
    await expect(window(f"{ALARM} bdi").first).to_have_text("Noor V., 11")
    await expect(following).to_have_count(0)
    await window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    line.alarms(alarm(451, 2), alarm(20, 0, **NOOR))
    await expect(window(f"{ALARM} .of-many")).to_have_text("1/2")
    await window(f"{LIST} summary").click()
    await expect(window(f"{LIST} .other-alarm")).to_contain_text("Mila B., 6")
    await window(f"{LIST} .other-alarm button", has_text="Show").click()
    await expect(window(f"{ALARM} bdi").first).to_have_text("Mila B., 6")


async def test_the_person_who_has_it_is_told_until_that_is_dismissed(browsers: Browsers) -> None:
    search = await browsers.search()
    line = await told(browsers, f"/searches/{search}")
    window = line.window
    line.alarms(alarm(318))
    await expect(window(ALARM)).to_be_visible()
    line.alarms(taken())
    await expect(window(TAKEN)).to_contain_text(
        re.compile(
            r"Dora Coord has it until [\w\s]*\d\d:\d\d\s+Mila B\., 6: Urgent sighting\s4, taken at \d\d:\d\d:\d\d after 5\smin"
        )
    )
    await expect(window(ALARM)).to_have_count(0)
    await window(f"{TAKEN} [data-act=dismiss-alarm]").click()
    await expect(window(TAKEN)).to_have_count(0)
    await expect(window(CALM)).to_be_visible()
    await window.reload()
    await window.live()
    line.alarms(taken(), taken() | {"id": "old", "taken_at": ago(61)})
    await expect(window(CALM)).to_be_visible()
    await expect(window(TAKEN)).to_have_count(0)
    line.alarms(taken() | {"id": "another"})
    await expect(window(TAKEN)).to_be_visible()


async def test_a_promise_is_extended_handed_on_and_reminded_of(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    window, me = line.window, await (await browsers.person("Alice")).own_id()
    held = taken("Alice", 300, me)
    line.alarms(held)
    await expect(window(f".watch-main {CALM}")).to_be_visible()
    fact = window(".watch-main [data-testid=what-i-have]")
    await expect(fact).to_have_text(re.compile(r"You have Urgent sighting\s4, Mila B\., 6, until [\w\s]*\d\d:\d\d"))
    await fact.click()
    await expect(window("dialog[data-dialog=what-i-have] li")).to_have_count(1)
    await window("dialog[data-dialog=what-i-have] [data-act=promise-other]").click()
    await expect(window("dialog[data-dialog=promise] [name=until]")).to_be_focused()
    await window("dialog[data-dialog=promise] [name=until]").fill("")
    await window("dialog[data-dialog=promise] [data-act=send]").click()
    await expect(window("dialog[data-dialog=promise] .error")).to_have_text("Choose a time within the next 8 hours.")
    await window.page.keyboard.press("Escape")
    line.alarms(held | {"until": ago(-60)})
    await expect(window(LINE)).to_have_attribute("data-tone", "promise-due")
    await expect(window("[data-testid=promise-due]")).to_contain_text("Your promise ends")
    await expect(window("[data-announcer]").first).to_contain_text("Your promise ends at")
    line.alarms(held | {"until": ago(-60)}, alarm(10, 0, **NOOR))
    await expect(window(f"{ALARM} bdi").first).to_have_text("Noor V., 11")  # an alarm comes before the reminder


async def test_a_lapsed_promise_is_red_and_names_the_person_who_had_it(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    window = line.window
    line.alarms(alarm(900, -1, lapsed_by={"id": "dora", "name": "Dora Coord"}, lapsed_at=ago(48)))
    await expect(window(LINE)).to_have_attribute("data-tone", "alarm-3")
    await expect(window(f"{ALARM} .rule")).to_have_text("Promise lapsed")
    await expect(window(f"{ALARM} .nobody")).to_have_text(re.compile(r"nobody has it, Dora Coord had it until [\w\s]*\d\d:\d\d"))
    await expect(window(f"{ALARM} .for")).to_have_text(re.compile(r"\d\d s"))


async def test_a_line_that_is_not_proven_calls_nothing_calm(browsers: Browsers) -> None:
    search = await browsers.search()
    async with proxy_to(browsers.url) as proxy:
        calm, line = [await told(browsers, f"/searches/{search}", name, url=proxy.url) for name in ("Bob", "Alice")]
        window = line.window
        for each in (calm.window, window):
            each.may_fail(*NO_LINE)
            await expect(each(CALM)).to_be_visible()
        line.alarms(alarm(252))
        await expect(window(LINE)).to_have_attribute("data-tone", "alarm-2")
        proxy.cut()
        await calm.window.freshness("not_current", GREYS_WITHIN_MS)
        await expect(calm.window(".watch-main [data-notice=not-current]")).to_contain_text(UNKNOWN)
        await expect(calm.window(CALM)).to_have_count(0)
        await window.freshness("not_current", GREYS_WITHIN_MS)
        await expect(window("[data-testid=alarm-stale]")).to_have_text(re.compile(r"nobody had it at \d\d:\d\d:\d\d"))
        await expect(window(LINE)).to_have_attribute("data-tone", "alarm-stale")
        await expect(window(f"{ALARM} .for")).to_have_count(0)
        await expect(window(TAKE)).to_be_visible()  # what is pressed is kept, and sent later
        await window(f"{LIST} summary").click()
        await expect(window(f"{LIST} [data-notice=not-current]")).to_contain_text(UNKNOWN)


@pytest.mark.slow
async def test_a_page_without_a_board_says_when_it_cannot_know(browsers: Browsers) -> None:
    async with proxy_to(browsers.url) as proxy:
        line = await told(browsers, "/account", url=proxy.url)
        window = line.window
        window.may_fail(*NO_LINE)
        await expect(window(CALM)).to_be_visible()
        proxy.cut()
        await expect(window(".watch-main [data-notice]")).to_contain_text(UNKNOWN, timeout=GREYS_WITHIN_MS)
        await expect(window(CALM)).to_have_count(0)


async def test_a_line_is_not_calm_while_an_urgent_alarm_asks_others(browsers: Browsers) -> None:
    line = await told(browsers, "/account")
    await expect(line.window(CALM)).to_be_visible()
    assert line.repeating is not None
    line.repeating.cancel()
    line.say("alarms", alarms=[], more=0, others=1)
    await expect(line.window("[data-testid=others-asked]")).to_have_text("1 urgent sighting is waiting: others are asked")
    await expect(line.window(CALM)).to_have_count(0)
    line.alarms()
    await expect(line.window(CALM)).to_be_visible()


@pytest.mark.slow
async def test_a_viewer_is_asked_nothing_and_not_told_that_nothing_waits(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}", "Victor")
    await line.window.live()
    await expect(line.window(".watch-main .fact").first).to_be_visible()
    await expect(line.window(CALM)).to_have_count(0)
    line.alarms(alarm())
    await expect(line.window(ALARM)).to_be_visible()
    await expect(line.window(TAKE)).to_have_count(0)


async def test_every_page_shows_alarms_of_now_also_that_of_the_past(browsers: Browsers) -> None:
    search = await browsers.search()
    paths = [
        "/",
        f"/searches/{search}",
        f"/searches/{search}/history",
        "/history",
        "/handover",
        "/intake",
        "/since",
        "/displays",
        "/closed",
        "/account",
        f"/searches/{search}?at=1",
        "/?at=1",
    ]
    for path in paths:
        line = await told(browsers, path)
        line.alarms(alarm())
        await expect(line.window(ALARM), path).to_be_visible()
        await line.window.context.close()
        browsers.windows.remove(line.window)


async def test_each_step_is_announced_once_and_not_each_second(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    window = line.window
    await window.page.evaluate(LISTENS)
    line.alarms(alarm(115, 0))
    await expect(window(f"{ALARM} .for")).to_have_text("1 min")
    line.alarms(alarm(121, 1))
    await expect(window(LINE)).to_have_attribute("data-tone", "alarm-2")
    await expect(window(f"{ALARM} .for")).to_have_text("2 min")
    said = await window.page.evaluate("window.said")
    assert len(said) == 2
    assert re.fullmatch(
        r"Urgent sighting\. Mila B\., 6: seen (\w+ )?\d\d:\d\d, Drongen, E40: girl with a man, .*\. nobody has it\.", said[0]
    )
    await expect(window("[data-alarm-announcer]")).to_have_attribute("aria-live", "assertive")
    await expect(window(f"{ALARM} [aria-live], {LINE} [role=alert]:visible")).to_have_count(0)
    line.alarms(taken())
    await expect(window("[data-announcer]").first).to_contain_text("Dora Coord has it")


@pytest.mark.slow
async def test_an_alarm_is_announced_inside_an_open_dialog(browsers: Browsers) -> None:
    line = await told(browsers, f"/searches/{await browsers.search()}")
    await line.window.live()
    await line.window.choose("add-sighting")
    await expect(line.window("dialog[open]")).to_be_visible()
    line.alarms(alarm())
    region = line.window("dialog[open] [data-announcer]")
    await expect(region).to_contain_text("Urgent sighting. Mila B., 6")
    await expect(region).to_have_attribute("aria-live", "assertive")


async def test_a_key_leads_to_the_alarm_and_the_quick_menu_has_its_actions(browsers: Browsers) -> None:
    line = await told(browsers, "/account")
    window = line.window
    keys = window.page.keyboard
    line.alarms(alarm())
    await expect(window(TAKE)).to_be_visible()
    await keys.press("a")
    await expect(window(TAKE)).to_be_focused()
    await keys.press("?")
    await expect(window("[data-testid=keys] [data-key=alarm]")).to_contain_text("Go to the alarm")
    await keys.press("Escape")
    await keys.press("Control+k")
    await keys.type("mila")
    await expect(window("dialog[data-dialog=palette] p[role=status]:not([data-announcer])")).to_contain_text(re.compile(r"\d"))
    await expect(window("[data-palette-item=take-alarm], [data-palette-item=open-alarm]")).to_have_count(0)
    await window("dialog[data-dialog=palette] input").fill("have it mila")
    await expect(window("[data-palette-item=take-alarm]")).to_contain_text("I have it: Urgent sighting 4, Mila B., 6")
    await expect(window("[data-palette-item=take-alarm]")).to_have_attribute("aria-selected", "false")
    await keys.press("Enter")
    await expect(window("dialog[data-dialog=palette]")).to_be_visible()  # nothing was selected
    await window("dialog[data-dialog=palette] input").fill("hand on urgent")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(window("dialog[data-dialog=hand-on-alarm] select")).to_be_focused()
    await expect(window("dialog option", has_text="Bob")).to_have_count(1)
    await expect(window("dialog option", has_text="Alice")).to_have_count(0)
    await expect(window("dialog option", has_text="Victor")).to_have_count(0)
    await window("dialog [data-act=send]").click()
    await expect(window("dialog .error")).to_have_text("This field is required.")
    await keys.press("Escape")
    await expect(window("dialog[open]")).to_have_count(0)


async def test_a_press_meant_for_the_alarm_before_takes_nothing(browsers: Browsers) -> None:
    line = await told(browsers, "/account")
    window = line.window
    line.alarms(alarm(300))
    await expect(window(f"{ALARM}[data-alarm=alarm-1]")).to_be_visible()
    await window.page.evaluate(PRESS_AT_ONCE, f".watch-main:has({ALARM}[data-alarm=alarm-2]) [data-act=take-alarm]")
    line.alarms(alarm(20, 0, **NOOR))
    await expect(window(f"{ALARM} .nobody")).to_have_text("not taken: press again")
    await expect(window("[data-announcer]").first).to_contain_text("Nothing was taken, because another alarm has just moved here")
    await expect(window("[data-testid=alarm-sent]")).to_have_count(0)
    assert not [each for each in window.frames if each.sent and each.body["type"] == "command"]


@pytest.mark.slow
async def test_a_press_right_after_turning_to_an_alarm_counts(browsers: Browsers) -> None:
    line = await told(browsers, "/account")
    window = line.window
    line.alarms(alarm(300), alarm(20, 0, **NOOR))
    await expect(window(f"{ALARM}[data-alarm=alarm-2]")).to_be_visible()
    presses = f"document.querySelector('[data-act=next-alarm]').click(); document.querySelector('{TAKE}').click()"
    await window.page.evaluate(presses)
    await expect(window(f"{ALARM}[data-alarm=alarm-1] [data-testid=alarm-sent]")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("locale", LANGUAGES)
async def test_name_clock_and_button_are_whole_in_all_languages_and_widths(browsers: Browsers, locale: str) -> None:
    line = await told(browsers, "/account", locale=locale)
    window = line.window
    for alarms, shown in (
        ([alarm(451, 2)], ALARM),
        ([alarm(45_100, 2), alarm(20, 0, **NOOR)], ALARM),
        ([alarm(451, 2, assignee={"id": "bart", "name": "Bartholomeus Vandenberghe"})], ALARM),
        ([taken("Bartholomeus Vandenberghe")], TAKEN),
        ([taken("Alice", id=await (await browsers.person("Alice")).own_id())], TAKEN),
    ):
        line.alarms(*alarms)
        await expect(window(shown)).to_be_visible()
        for width in (320, 390, 700, 900, 1100, 1280, 1400, 1920, 2560):
            await window.page.set_viewport_size({"width": width, "height": 844})
            assert await window.page.evaluate(CUT) == [], (width, shown)
            assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@asynccontextmanager
async def coarse(browsers: Browsers) -> AsyncIterator[Told]:
    yield await told(browsers, f"/searches/{await browsers.search()}", viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.mark.slow
async def test_the_line_of_a_phone_has_name_clock_and_a_button_for_a_thumb(browsers: Browsers) -> None:
    async with coarse(browsers) as line:
        window = line.window
        line.alarms(alarm())
        await expect(window(f"{ALARM} bdi").first).to_have_text("Mila B., 6")
        await expect(window(f"{ALARM} .which")).to_be_visible()
        await expect(window(f"{ALARM} .which")).to_have_text("Urgent sighting 4")
        await expect(window(f"{ALARM} .for")).to_be_visible()
        await expect(window(f"{ALARM} .nobody")).to_have_text("nobody has it")  # for screen readers
        await expect(window(f"{ALARM} .subject")).to_contain_text("Drongen, E40: girl with a man")
        await below(window, "which", "subject")
        line.alarms(alarm(900, -1, lapsed_by={"id": "dora", "name": "Dora Coord"}, lapsed_at=ago(48)))
        await expect(window(f"{ALARM} .nobody")).to_have_text(
            re.compile(r"nobody has it, Dora Coord had it until [\w\s]*\d\d:\d\d")
        )
        await expect(window(f"{ALARM} .subject")).to_have_count(0)
        await below(window, "what", "nobody")
        assert await window.page.evaluate(CUT) == []
        line.alarms(alarm())
        for control in (window(TAKE), window(f"{LIST} summary")):
            box = await control.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
        await window(f"{LIST} summary").tap()
        await expect(window(f"{LIST} [data-act=hand-on-alarm]")).to_be_visible()
        await expect(window(f"{LIST} .alarm-steps")).to_contain_text("Bob Claes, in charge")


async def below(window: Window, upper: str, lower: str) -> None:
    """Check that a part of the alarm is in a line below another one."""
    above, part = [await window(f"{ALARM} .{name}").bounding_box() for name in (upper, lower)]
    assert above
    assert part
    assert part["width"] > 50
    assert part["y"] >= above["y"] + above["height"]


@pytest.mark.slow
async def test_a_phone_extends_a_promise_that_ends_by_one_tap(browsers: Browsers) -> None:
    async with coarse(browsers) as line:
        window, me = line.window, await (await browsers.person("Alice")).own_id()
        line.alarms(taken("Alice", 300, me) | {"until": ago(-60)})
        due = window("[data-testid=promise-due]")
        await expect(due.locator(".what")).to_have_text(re.compile(r"Mila B\., 6\s+Urgent sighting\s4"))
        await expect(due.locator("button:visible")).to_have_text(["+ 10 min"])
        box = await due.locator("[data-minutes='10']").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


LONG_NAMED = {
    "overdue_task": {"kind": "task", "id": "task-1", "number": 128},
    "take_down_overdue": {"kind": "search", "id": "search-1", "number": None},
    "please_answer": {"kind": "note", "id": "note-1", "number": None},
    "handover_waiting": {"kind": "handover", "id": "handover-1", "number": 128},
    "worrying_search": {"kind": "search", "id": "search-1", "number": None},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("locale", LANGUAGES)
async def test_the_line_of_a_phone_says_which_rule_its_alarm_is_about(browsers: Browsers, locale: str) -> None:
    """Whole in each language, by a shorter name where that of its rule is long; the list has the long one."""
    line = await told(browsers, "/account", locale=locale, viewport=PHONE, has_touch=True, is_mobile=True)
    window, said = line.window, set()
    which = window(f"{ALARM} .which")
    for step, rule in enumerate(("credible_sighting", "urgent_sighting")):
        line.alarms(alarm(130 * step, step, id=rule, rule=rule, child="Lucas E., 15"))
        await expect(window(f"{ALARM}[data-alarm={rule}] .which")).to_be_visible()
        assert await which.evaluate("each => each.scrollWidth <= each.clientWidth"), await which.text_content()
        assert await window.page.evaluate(CUT) == []
        said.add(await which.text_content())
    assert len(said) == 2
    for rule, about in LONG_NAMED.items():
        line.alarms(alarm(2_710, 2, id=rule, rule=rule, about=about), alarm(20, 0, **NOOR | {"rule": "please_answer"}))
        await expect(window(f"{ALARM}[data-alarm={rule}] .which")).to_be_visible()
        assert await which.evaluate("each => each.scrollWidth <= each.clientWidth"), await which.text_content()
        assert await window.page.evaluate(CUT) == []
    await window(f"{LIST} summary").tap()
    listed = str(await window("[data-testid=alarm-more] b").first.text_content())
    assert len(listed) > len(str(await which.text_content()))


@pytest.mark.slow
async def test_an_alarm_that_is_mine_is_opened_and_handed_on_by_thumb(browsers: Browsers) -> None:
    async with coarse(browsers) as line:
        window = line.window
        line.alarms(taken())
        await expect(window(f"{TAKEN} a.text")).to_have_attribute("href", "/searches/none/cards/sighting-1")
        line.alarms(taken("Alice", id=await (await browsers.person("Alice")).own_id()))
        await expect(window(TAKEN)).to_contain_text("You have it")
        for control in (window(f"{TAKEN} .open"), window(f"{TAKEN} [data-act=dismiss-alarm]"), window(f"{LIST} summary")):
            box = await control.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
        assert await window.page.evaluate(CUT) == []
        await window(f"{LIST} summary").tap()
        await window(f"{LIST} [data-act=hand-on-alarm]").tap()
        await expect(window("dialog[data-dialog=hand-on-alarm] select")).to_be_visible()
        await window("dialog [data-act=cancel]").tap()
        await expect(window(f"{TAKEN} .open")).to_have_attribute("href", "/searches/none/cards/sighting-1")


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP_SIZE, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_no_barrier_in_any_state_of_the_line(browsers: Browsers, size: dict[str, int]) -> None:
    line = await told(browsers, "/account", viewport=size)
    for alarms in ([alarm(12, 0)], [alarm(252, 1)], [alarm(20, 0, **NOOR), alarm(451, 2)], [taken()], []):
        line.alarms(*alarms)
        await expect(
            line.window(f"{ALARM if alarms and not alarms[0]['taken_by'] else TAKEN if alarms else CALM}")
        ).to_be_attached()
        assert await barriers(line.window, LINE) == [], alarms


@pytest.mark.slow
async def test_a_chosen_sound_is_heard_once_and_not_again_on_the_next_page(browsers: Browsers) -> None:
    await choose(browsers, "Bob", alarm_sound="once")
    line = await told(browsers, "/account", "Bob", TONES)
    window = line.window
    await window.page.mouse.click(5, 5)
    line.alarms(alarm(12, 0))
    await window.page.wait_for_function("() => window.tones === 2")
    await expect(window(f"{ALARM} .for")).to_have_text(re.compile("(1[5-9]|[2-5][0-9]) s"), timeout=SOUNDS_MS)
    assert await window.page.evaluate("window.tones") == 2
    await window.reload()
    await window("[data-shift]:not([hidden])").wait_for(state="attached")
    await window.page.mouse.click(5, 5)
    line.alarms(alarm(), alarm(1, 0, **NOOR))
    await window.page.wait_for_function("() => window.tones === 2")  # of the new one
    await choose(browsers, "Bob", alarm_sound="off")


async def test_alarms_sound_for_people_on_duty_who_have_chosen_nothing(browsers: Browsers) -> None:
    await choose(browsers, "Bob", alarm_sound="on_duty")
    line = await told(browsers, "/account", "Bob", TONES)
    window, account = line.window, await line.window("body").get_attribute("data-account-id")
    await window.page.mouse.click(5, 5)
    line.alarms(alarm(12, 0))
    await expect(window(f"{ALARM} .for")).to_have_text(re.compile("(1[5-9]|[2-5][0-9]) s"), timeout=SOUNDS_MS)
    assert await window.page.evaluate("window.tones") == 0, "off duty"
    duties = [{"account": account, "name": "Bob", "since": ago(60), "until": ago(-3_600)}]
    line.say("shift", shift=None, handover=None, duties=duties, absent=[], next=[])
    await window.page.wait_for_function("() => window.tones === 2")
    await expect(window(f"{ALARM} .for")).to_have_text(re.compile("(2[1-9]|[3-5][0-9]) s"), timeout=SOUNDS_MS)
    line.alarms(alarm(21, 0, round=1))
    await window.page.wait_for_function("() => window.tones === 4")  # it asks again
    await choose(browsers, "Bob", alarm_sound="off")


@pytest.mark.slow
async def test_the_sound_comes_again_until_taken_and_quiet_silences_it(browsers: Browsers) -> None:
    await choose(browsers, "Bob", alarm_sound="until_taken")
    line = await told(browsers, "/account", "Bob", TONES)
    window = line.window
    await window.page.mouse.click(5, 5)
    line.alarms(alarm())
    await window.page.wait_for_function("() => window.tones >= 4")
    line.alarms(taken())
    await expect(window(TAKEN)).to_be_visible()
    await choose(browsers, "Bob", alarm_sound="until_taken", quiet="yes")
    silent = await told(browsers, "/account", "Bob", TONES)
    await silent.window.page.mouse.click(5, 5)
    silent.alarms(alarm(20, 0, id="alarm-9"))
    await expect(silent.window(f"{ALARM} .for")).to_have_text(re.compile("(2[3-9]|[3-5][0-9]) s"), timeout=SOUNDS_MS)
    assert await silent.window.page.evaluate("window.tones") == 0
    account = await silent.window("body").get_attribute("data-account-id")
    silent.say("shift", shift={"number": 999, "holder": account, "name": "Bob", "since": ago(60)}, handover=None)
    await silent.window.page.wait_for_function("() => window.tones >= 2")  # who is in charge of the shift is not spared
    await choose(browsers, "Bob", alarm_sound="off")


@pytest.mark.slow
async def test_a_browser_that_blocks_the_sound_is_told_of_in_the_line(browsers: Browsers) -> None:
    await choose(browsers, "Bob", alarm_sound="once")
    line = await told(browsers, "/account", "Bob", DEAF)
    await expect(line.window("[data-notice=mute]")).to_contain_text("The browser blocks the sound of alarms.")
    await choose(browsers, "Bob", alarm_sound="off")


async def test_desktop_notifications_name_no_child_and_come_once_a_step(browsers: Browsers) -> None:
    await choose(browsers, "Bob", alarm_desktop="yes", alarm_sound="off")
    line = await told(browsers, "/account", "Bob", f"({DESKTOP})()")
    shown = line.window("html")
    line.alarms(alarm(10, 0))
    told_once = '["N-1","Urgent sighting: nobody has it","alarm:alarm-1"]'
    await expect(shown).to_have_attribute("data-shown", f"[{told_once}]")
    line.alarms(alarm(130, 1))
    await expect(shown).to_have_attribute("data-shown", f"[{told_once},{told_once}]")
    await choose(browsers, "Bob", alarm_sound="off")  # the box is not ticked
    await line.window.reload()
    await line.window("[data-shift]:not([hidden])").wait_for(state="attached")
    line.alarms(alarm(130, 1, id="alarm-5"))
    await expect(line.window(ALARM)).to_be_visible()
    await expect(shown).not_to_have_attribute("data-shown", re.compile("alarm-5"))
    await choose(browsers, "Bob", alarm_desktop="yes", alarm_sound="off")


@pytest.mark.slow
async def test_the_settings_of_alarms_are_kept_and_shown(browsers: Browsers) -> None:
    window = await browsers.window("Charlie")
    await window.page.goto("/account")
    await expect(window("[name=alarm_sound]")).to_have_value("on_duty")
    await expect(window("[name=alarm_desktop]")).to_be_checked()
    await window("[name=alarm_sound]").select_option("until_taken")
    await window("[name=alarm_desktop]").uncheck()
    await window("[data-form=alerts] button").click()
    await expect(window("[data-testid=changed]")).to_be_visible()
    await expect(window("[name=alarm_sound]")).to_have_value("until_taken")
    await expect(window("[name=alarm_desktop]")).not_to_be_checked()
    answer = await (await browsers.person("Charlie")).http.post("/account/alerts", data={"alarm_sound": "siren"})
    assert answer.status_code == 422
    await choose(browsers, "Charlie", alarm_desktop="yes", alarm_sound="off")


async def choose(browsers: Browsers, name: str, **settings: str) -> None:
    answer = await (await browsers.person(name)).http.post("/account/alerts", data=settings)
    assert answer.status_code == 303
