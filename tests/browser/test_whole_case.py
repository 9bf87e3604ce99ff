"""A whole case by three people: reported, opened, decided by others, seen, found, talked with, closed, and missing again later.

Bob takes the calls, Alice leads, Charlie receives the sighting.
"""

import pytest
from playwright.async_api import expect

from tests.browser.test_reports import begin
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.first_call import field, open_report, open_search

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
SEEN = "Girl with a white jacket at the bus stop"
WHY = "A quarrel about her phone."
AFTER = "[data-testid=aftercare]"
TALK = "A talk with the child is recorded."


async def report(bob: Window, caller: str, since: str) -> None:
    """Take a call about Yasmina, who has been missing since a day."""
    await begin(bob, caller)
    facts = {"person.first_name": "Yasmina", "person.last_name": "Ouazzani", "person.age": "13", "missing_since": since}
    for path, text in facts.items():
        await field(bob, path).fill(text)


async def opened(alice: Window) -> str:
    await alice.open("/")
    return (await open_search(alice, await open_report(alice, "Yasmina"))).partition("#")[0]


async def send(window: Window) -> None:
    await window("dialog[open] [data-act=send]").click()
    await expect(window("dialog[open]")).to_have_count(0)


async def decide(alice: Window) -> None:
    """Record that an officer calls it worrying, and that a magistrate allows posters."""
    await alice("[data-act=qualify]").click()
    await alice("dialog[data-dialog=worrying] input[value=true]").check()
    await alice.fill("worrying", {"basis": "13 years old", "decided_by.role": "officer", "decided_by.name": "Van Damme"})
    await alice.fill("worrying", {"decided_by.by_way": "call"})
    await send(alice)
    await expect(alice("[data-testid=decision]")).to_contain_text("decided by Van Damme, police officer")
    await alice.choose("appeal")
    await alice("dialog input[value=public]").check()
    await send(alice)
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    await alice.fill("approve", {"until": "31/12/2098 18:00", "decided_by": "E. De Wolf", "decision.role": "magistrate"})
    await alice.fill("approve", {"decision.by_way": "call"})
    await alice("[data-dialog=approve] [data-act=send]").click()
    await expect(alice("[data-dialog=campaign] .materials li")).to_contain_text("E. De Wolf, magistrate")
    await alice.page.keyboard.press("Escape")


async def find(alice: Window, charlie: Window) -> None:
    """Record a sighting by phone, assess it, and set the search to found."""
    await charlie("[data-act=add-sighting]").click()
    await charlie.fill("add-sighting", {"description": SEEN})
    await send(charlie)
    await alice.open_card(SEEN)
    await alice(".panel input[value=credible]").check(force=True)
    await alice(".panel [data-act=assess]").click()
    await expect(charlie.card(SEEN)).to_contain_text("credible")
    await alice.close_card()
    await alice.choose("set-status")
    await alice("dialog input[value=found]").check()
    found = {
        "outcome.place": "Oostende",
        "outcome.condition": "well",
        "outcome.how": "sighting",
        "reason": "Seen at the bus stop",
    }
    await alice.fill("status", found)
    await send(alice)


async def care_and_close(alice: Window, bob: Window, board: str) -> None:
    """Do what is to be done after the child was found, record the talk, and close the search."""
    for window in (alice, bob):
        await window.open(f"/searches/{board}#log")
    await bob(f"{AFTER} [data-act=talk]").click()
    await bob.fill("talk", {"talk.why": WHY, "talk.helped": "Her aunt."})
    await send(bob)
    await expect(alice("[data-testid=talk]")).to_contain_text("was recorded by")
    not_needed = alice(f"{AFTER} [data-act=not-needed]")
    for _ in range(await not_needed.count()):
        left = await not_needed.count()
        await not_needed.first.click()
        await alice.fill("withdraw", {"reason": "The police did it"})
        await send(alice)
        await expect(not_needed).to_have_count(left - 1)
    await expect(alice(AFTER)).to_contain_text("Nothing is open.")
    await alice(f"{AFTER} [data-act=close-search]").click()
    await alice.fill("status", {"reason": "Everything is done"})
    if await alice.field("status", "acknowledge").count():  # first tasks of the search can be open
        await alice.fill("status", {"acknowledge": "Not needed any more"})
    await send(alice)


async def test_three_people_work_on_a_case_until_the_child_is_missing_again(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    charlie = await browsers.window("Charlie", viewport=PHONE, has_touch=True)
    await report(bob, "Samira Ouazzani", "2026-09-25 21:00")
    board = await opened(alice)
    await bob("[data-act=end-call]").click()
    await bob("[data-act=next-call]").click()
    await charlie.open(f"/searches/{board}")
    await alice.open(f"/searches/{board}#log")
    await decide(alice)
    await alice.open(f"/searches/{board}")
    await find(alice, charlie)
    await care_and_close(alice, bob, board)

    # Two months later, the mother calls again.
    await report(bob, "Samira Ouazzani", "2026-11-30 21:00")
    offer = bob(f"[data-testid=earlier-offers] [data-found='{board}']")
    await expect(offer).to_contain_text(TALK)
    await offer.locator("[data-act=add-found]").click()
    await expect(bob(".earlier-item")).to_have_count(1)
    again = await opened(alice)
    assert again != board
    await charlie.open(f"/searches/{again}#log")
    await charlie("[data-act=earlier-talks]").click()
    await expect(charlie("[data-testid=earlier-talks]")).to_contain_text(WHY)
    await bob("[data-act=end-call]").click()
