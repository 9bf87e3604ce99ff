"""First call about a missing child: an operator types at 40 words a minute while a coordinator watches, with a stopwatch."""

import re
import time
from typing import Any, NamedTuple

from playwright.async_api import expect

from tests.support.browser_window import Window

PER_KEY_MS = 300  # 40 words a minute, of five letters
CALLER = "Samira Haddad"
TYPED = {  # in the order in which people talk
    "source_contact": "0470 12 34 56", "person.first_name": "Lina", "person.last_name": "Haddad", "person.age": "12",
    "missing_since": "2026-11-20 22:30", "last_seen.text": "Zwarte Vijvers", "person.description": "long black curls",
    "person.clothing": "white down jacket", "circumstances": "a quarrel",
}  # fmt: skip
CHOSEN = {"belongings.medication": "Yes", "belongings.company": "internet", "belongings.phone": "No"}
SEEN = {"person.clothing": "white down jacket", "circumstances": "a quarrel", "belongings.phone": "No"}
FACTS = len(TYPED) + len(CHOSEN) + 1  # the name of the caller


class CallTimes(NamedTuple):
    """Seconds of a call: until the alarm is on the coordinator's screen, until all facts are, and of the brief after the call."""

    alarm: float
    facts: float
    brief: float
    board: str


def field(window: Window, path: str) -> Any:
    """Return the control of a field of the report."""
    return window(f"[data-form=report] [data-field='{path}']").locator("input, textarea, select").first


async def choose(bob: Window, path: str, text: str) -> None:
    await bob(f"[data-form=report] [data-field='{path}'] .option").filter(has_text=text).first.click()


async def open_report(alice: Window, name: str) -> Any:
    """Open the dialog of the waiting report on a child: the first press."""
    await alice("[data-testid=reports] li.report-card").filter(has_text=name).locator("[data-act=open-report]").click()
    return alice("[data-dialog=report]")


async def open_search(alice: Window, dialog: Any) -> str:
    """Open the search of a report, the second press; return its board."""
    await dialog.locator("[data-act=open]").click()
    await expect(alice.page).to_have_url(re.compile("/searches/"))
    return alice.page.url.rpartition("/")[2]


async def take_call(alice: Window, bob: Window) -> CallTimes:
    """Take a call from "A child is missing" to the brief for the police. Alice watches, and opens the search in two presses."""
    await alice.open("/")
    await bob.open("/intake")
    began = time.monotonic()
    await bob("input[name=about][value=missing]").check()
    await expect(bob("#report-source_name")).to_be_focused()
    await bob.page.keyboard.type(CALLER, delay=PER_KEY_MS)
    await expect(alice("[data-testid=alarm]")).to_contain_text("Child missing")
    alarm = time.monotonic() - began
    for path, text in TYPED.items():
        await field(bob, path).focus()
        await bob.page.keyboard.type(text, delay=PER_KEY_MS)
    for path, text in CHOSEN.items():
        await choose(bob, path, text)
    dialog = await open_report(alice, TYPED["person.first_name"])
    for path, text in SEEN.items():
        await expect(dialog.locator(f"[data-fact='{path}']")).to_contain_text(text)
    facts = time.monotonic() - began
    board = await open_search(alice, dialog)
    return CallTimes(alarm, facts, await _read_brief(bob), board)


async def _read_brief(bob: Window) -> float:
    """End the call and get the brief as PDF; return the seconds from the end of the call."""
    ended = time.monotonic()
    await bob("[data-act=end-call]").click()
    link = await bob("[data-act=brief]").get_attribute("href")
    answer = await bob.page.request.get(str(link))
    assert (answer.status, (await answer.body())[:5]) == (200, b"%PDF-")
    return time.monotonic() - ended
