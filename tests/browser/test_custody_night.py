"""Custody of one urgent call through a night of three: Alice leads and has the shift, Bob helps, Charlie takes over.

After each step all screens must say the same about who has it. With NIGHT_PICTURES set to a folder, each step is also kept there
as pictures, in both themes, for a desktop and a phone.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from board.commands.alarms import alarm_ladder, promises
from board.commands.handover import watch_line
from models.times import format_utc, now
from tests.browser.custody_night import ASKED_ALONE_S, OWN, Night, running_night, show_own
from tests.browser.test_alarm_line import ALARM, TAKEN
from tests.browser.test_alarms_together import take
from tests.browser.test_handover import sign
from tests.browser.test_urgent_night import choice, take_call
from tests.browser.test_what_i_have import open_page
from tests.support.browser_window import Window
from tests.support.screen_pictures import SIZES, take_pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD, OPEN_NOW = "article.card.sighting", "[data-testid=open-now] [data-alarm]"
PROMISE = "dialog[data-dialog=promise]"
LAPSES_WITHIN_MS = 150_000  # the clock of a promise has minutes
UNTIL = r"until [\w\s]*\d\d:\d\d"
HAD_IT = re.compile(f"nobody has it, Alice had it {UNTIL}")


@pytest.fixture
async def night(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Night]:
    monkeypatch.setattr(alarm_ladder, "LAPSE_S", ASKED_ALONE_S)
    async with running_night(browser, tmp_path) as night:
        yield night


async def promise_until(window: Window, minutes: int, note: str) -> None:
    """Choose another time in the dialog that asks for one, on the clock of the page."""
    await window(f"{OWN} [data-act=promise-other]").click()
    wanted = await window.page.evaluate(
        "async (minutes) => { const { toInput, serverNow } = await import('/static/js/core/time.js');"
        " return toInput(new Date(Number(serverNow()) + minutes * 60_000)).slice(11, 16); }",
        minutes,
    )
    await window(f"{PROMISE} [name=until]").fill(wanted)
    await window(f"{PROMISE} [name=note]").fill(note)
    await window(f"{PROMISE} [data-act=send]").click()


async def alarm_of(night: Night) -> dict[str, Any]:
    """Return the state of the alarm that has not ended."""
    entities = await (await night.browsers.person("Alice")).entities(night.searches[0])
    (alarm,) = [each["state"] for each in entities if each["kind"] == "alarm" and not each["state"]["ended_at"]]
    return dict(alarm)


async def extended(night: Night, count: int) -> None:
    """Wait until the alarm has been promised this many times."""
    while (await alarm_of(night))["promises"] < count:
        await asyncio.sleep(0.1)


async def test_one_call_is_in_somebodys_hands_all_night_on_every_screen(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await night.step("00 calm")
    await call_comes_in(night)
    await promise_lapses(night)
    monkeypatch.setattr(promises, "CHOICE_S", 0.0)  # instead of a minute in which another time is no extension
    await promise_is_extended(night)
    await duty_ends(night)
    await shift_is_handed_over(night)
    await report_keeps_the_sentence(night)
    await sighting_is_answered(night)
    await history_tells_it(night)
    await watch_tells_it(night)


async def call_comes_in(night: Night) -> None:
    """Take an urgent call as Bob, whom its alarm does not ask. Nobody has it, then Alice."""
    bob, alice = night["Bob, phone"], night["Alice, board"]
    await take_call(bob)
    await bob.open(f"/searches/{night.searches[0]}")
    await expect(alice(f"{ALARM} [data-testid=owner]")).to_have_text("nobody has it")
    await night.step("01 nobody has it")
    await take(alice)
    await expect(alice(TAKEN)).to_contain_text(re.compile(f"You have it {UNTIL}"))
    await alice(f"{CARD} h3 a").click()
    await night.step("02 taken")


async def promise_lapses(night: Night) -> None:
    """Let Alice promise it for a minute or two, and forget it. It asks her, then everyone on duty, then all coordinators."""
    alice = night["Alice, board"]
    await show_own(alice)
    await promise_until(alice, 2, "I call the driver")
    await expect(alice(OWN)).to_have_count(0)
    await expect(alice("[data-testid=promise-due]")).to_be_visible(timeout=LAPSES_WITHIN_MS)
    await night.step("03 promise ends soon")
    await expect(alice(f"{ALARM} .rule").first).to_have_text("Promise lapsed", timeout=LAPSES_WITHIN_MS)
    charlie, bob = night["Charlie, all searches"], night["Bob, phone"]
    await expect(charlie("[data-testid=others-asked]")).to_have_text("1 urgent sighting is waiting: others are asked")
    await expect(charlie(f"li[data-search='{night.searches[0]}'] .need.others")).to_contain_text(HAD_IT)
    await expect(bob(f"{ALARM} [data-testid=owner]").first).to_have_text(HAD_IT)  # he reported it
    await night.step("04 lapsed")
    await expect(charlie(f"{ALARM} [data-testid=owner]").first).to_have_text(HAD_IT, timeout=LAPSES_WITHIN_MS)
    await night.step("05 asked again")


async def promise_is_extended(night: Night) -> None:
    """Let Bob take it, and extend his promise three times. The third one is news for Alice, who has the shift."""
    bob, own, alice = night["Bob, phone"], night["Bob, what I have"], night["Alice, board"]
    await take(bob)
    await expect(own(f"{OWN} [data-work]")).to_have_count(1)
    await night.step("06 taken by Bob")
    await own(f"{OWN} [data-minutes='10']").click()
    await extended(night, 2)
    await own(f"{OWN} [data-minutes='30']").click()
    await extended(night, 3)
    await night.step("07 extended twice")
    await promise_until(own, 60, "The driver calls back")
    await extended(night, 4)
    await show_own(own)
    await alice("[data-bell] summary").click()
    news = alice("[data-testid=alerts] li", has_text="Bob keeps an alarm longer")
    await expect(news).to_have_count(1)
    await expect(news).to_contain_text("for the third time or more: The driver calls back")
    await night.step("08 extended three times")
    await alice.page.keyboard.press("Escape")


async def duty_ends(night: Night) -> None:
    """End Bob's duty: he hands it on to Alice, who has the shift. It is hers, but she has not answered yet."""
    own, alice = night["Bob, what I have"], night["Alice, board"]
    await open_page(own, "/duty")
    await expect(own("[data-testid=still-yours]")).to_have_text("You still have 1 thing.")
    await expect(own(".keep select option:checked")).to_have_text("Hand on to Alice")
    await night.step("09 end of duty")
    await own("[data-act=end-duty]").click()
    await expect(own("h1")).to_have_text("All searches")
    await expect(alice(f"{ALARM} [data-testid=owner]").first).to_have_text("assigned to you, alarm not answered")
    await night.step("10 duty ended")
    await take(alice)
    await expect(alice(TAKEN)).to_contain_text(re.compile(f"You have it {UNTIL}"))
    await night.step("11 taken from Bob")


async def shift_is_handed_over(night: Night) -> None:
    """Hand the shift over to Charlie, who has the alarm from then on."""
    alice, charlie, all_searches = night["Alice, unanswered"], night["Charlie, handover"], night["Charlie, all searches"]
    await all_searches("main [data-act=begin-duty]").click()
    await alice.open("/handover")
    await alice("form[data-form=prepare] select").select_option(label="Charlie")
    await alice("[data-act=prepare]").click()
    await expect(alice(f"{OPEN_NOW} select option:checked")).to_have_text("→ Charlie")
    await night.step("12 handover prepared")
    await sign(alice)
    for window in (alice, charlie):
        await expect(window(f"{OPEN_NOW} [data-testid=goes]")).to_have_text("→ Charlie")
    await night.step("13 handover signed")
    for left in (2, 1):
        await expect(charlie("[data-section][data-unread]")).to_have_count(left)
        await charlie("[data-section][data-unread]").first.focus()
        await charlie.page.keyboard.press("r")
    await expect(charlie("[data-act=accept]")).to_have_text("Accept the shift and 1 open")
    await charlie("form[data-form=accept] textarea").first.fill("She was seen near the motorway. Alice has called the driver.")
    await charlie("[data-act=accept]").click()
    await expect(charlie(TAKEN).or_(charlie("[data-testid=what-i-have]")).first).to_be_visible()
    await night.step("14 handover accepted")
    await open_page(night["Alice, board"], "/duty")
    await expect(night["Alice, board"]("[data-testid=still-yours]")).to_have_text("You have nothing left to hand on.")
    await night["Alice, board"]("[data-act=end-duty]").click()
    await expect(night["Alice, board"]("h1")).to_have_text("All searches")


async def report_keeps_the_sentence(night: Night) -> None:
    """Compare the signed report, on screen and for programs, with the custody at the signature."""
    alice = await night.show("Alice, unanswered", "/handovers/1")
    owner = alice(f"{OPEN_NOW} [data-testid=owner] > span")
    await expect(owner).to_have_text(re.compile(f"^Alice had it, promised {UNTIL}$"))
    await expect(alice(f"{OPEN_NOW} [data-testid=goes]")).to_have_text("→ Charlie")
    watched = alice("[data-testid=watch-line]")
    await expect(watched).to_contain_text("Unwatched time of grave alarms, added up: 0 min. ")
    await expect(watched.locator("a")).to_have_text("The watch")  # to its proof, as on the page of the handover
    printed = await alice.http.get("/handovers/1.md")
    assert printed.status_code == 200, printed.text
    assert str(await owner.text_content()).replace("\u00a0", " ") in printed.text.replace("\u00a0", " ")
    await take_pictures([screen for screen in night.screens if screen.window is alice], "15 signed report", SIZES)
    await alice.open("/unanswered")


async def sighting_is_answered(night: Night) -> None:
    """Let Charlie assess it and pass it on to the police. Then nothing waits."""
    charlie, own = night["Charlie, handover"], night["Charlie, all searches"]
    await charlie.open(f"/searches/{night.searches[0]}")
    await charlie(f"{CARD} h3 a").click()
    await show_own(own)
    await night.step("16 the new holder has it")
    await choice(charlie, "B").click()
    await choice(charlie, "2").click()
    await charlie(".panel [data-act=grade]").click()
    await choice(charlie, "credible").click()
    await charlie(".panel [data-act=assess]").click()
    await expect(charlie("[data-testid=passing-on]")).to_contain_text("not yet")
    await night.step("17 to pass on")
    await charlie.field("pass-on", "passed_on.to").fill("Local police Gent")
    await charlie.field("pass-on", "passed_on.reference").fill("PV 12/2026")
    await charlie("[data-act=pass-on]").click()
    await expect(charlie("[data-testid=passed-on]")).to_contain_text("Local police Gent")
    await expect(own("[data-testid=no-work]")).to_contain_text("You have nothing.")
    await expect(night["Alice, unanswered"]("[data-testid=none]")).to_have_text("Nothing waits. Every sighting is answered.")
    await night.step("18 answered")


TOLD = [
    f"Alice took the alarm “.+” after .+, {UNTIL}",
    "The promise of Alice for “.+” lapsed, so nobody had it",
    f"Bob took the alarm “.+” after .+, {UNTIL}",
    f"Bob extended the promise for “.+” {UNTIL}.* The driver calls back",
    "Bob handed the alarm “.+” on to Alice",
    f"Alice took the alarm “[^”]+”(?: after [^|]+,)? {UNTIL}",  # at once, if she is quick
    f"Charlie took over the alarm “.+” from Alice by handover 1, {UNTIL}",
    "Local police Gent",
]


async def history_tells_it(night: Night) -> None:
    """Read the night in the history, oldest first."""
    history = night["Charlie, history"]
    await history.page.set_viewport_size({"width": 1400, "height": 4_000})  # only visible events are drawn
    sentences = history("li[data-type] [data-sentence]")
    await expect(history("li[data-type='search.opened'] [data-sentence]")).to_be_visible()  # the oldest
    text = " | ".join(reversed(await sentences.all_text_contents()))
    assert re.search(".*".join(TOLD), re.sub(r"\s+", " ", text)), text
    events = await (await night.browsers.person("Alice")).events(night.searches[0])
    counts = Counter(event["type"] for event in events)
    names = ("raised", "taken", "extended", "lapsed", "handed_on", "handed_over", "ended")
    assert [counts[f"alarm.{name}"] for name in names] == [2, 4, 4, 1, 1, 1, 2]  # Alice chose another time, too


async def watch_tells_it(night: Night) -> None:
    """Read the night in the watch: somebody had it, or was asked, at every moment."""
    period = {"from": night.began, "to": format_utc(now())}
    watch = (await (await night.browsers.person("Charlie")).http.get("/api/v1/watch", params=period)).json()
    assert (watch["alarms"], watch["unwatched_s"], watch["unwatched"]) == (2, 0, [])
    counts, bob = watch["promises"], await (await night.browsers.person("Bob")).own_id()
    assert [counts[name] for name in ("total", "kept", "lapsed", "returned", "open", "extended")] == [5, 2, 1, 2, 0, 1]
    assert [promise["extensions"] for promise in watch["notable"] if promise["account"] == bob] == [3]
    charlie = night["Charlie, history"]
    await charlie.page.set_viewport_size(SIZES[0])
    await charlie.open(f"/watch?from={period['from']}&to={period['to']}")
    await expect(charlie("[data-figure=unwatched] dd").first).to_have_text("0\u00a0min")
    await expect(charlie("tr[data-board] svg")).to_have_attribute("aria-label", re.compile("^Never unwatched. Promises lapsed: "))
    await expect(charlie("tr[data-outcome=lapsed]")).to_contain_text("Alice")
    await take_pictures([screen for screen in night.screens if screen.window is charlie], "19 watch", SIZES)
    assert night.browsers.server
    await night.browsers.server.service.database.read(watch_line.verify)
