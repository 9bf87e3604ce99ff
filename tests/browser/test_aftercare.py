"""Tasks and talk after the child is found, and the next disappearance, in the browser."""

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": True}
FOUND = {"status": "found", "reason": "at home", "outcome": OUTCOME}
SECTION = "[data-testid=aftercare]"


async def at_log(browsers: Browsers, name: str, board: str) -> Window:
    window = await browsers.window(name)
    await window.open(f"/searches/{board}#log")
    return window


async def test_tasks_and_talk_after_found_and_at_the_next_time(browsers: Browsers) -> None:
    board, person = await browsers.search(), await browsers.person("Alice")
    await person.command(board, "search.set_status", FOUND)
    alice = await at_log(browsers, "Alice", board)
    await expect(alice(f"{SECTION} h3")).to_contain_text("0 of 3 done")
    await alice(f"{SECTION} [data-act=not-needed]").first.click()
    await alice.fill("withdraw", {"reason": "The police did it"})
    await alice("dialog [data-act=send]").click()
    await expect(alice(f"{SECTION} h3")).to_contain_text("1 of 3 done")
    await alice("[data-act=talk]").click()
    await alice.fill("talk", {"talk.why": "Zqtalk about the phone.", "talk.helped": "Her friend."})
    await alice("dialog [data-act=send]").click()
    await expect(alice("[data-testid=talk]")).to_contain_text("was recorded by")
    charlie = await at_log(browsers, "Charlie", board)
    charlie.may_fail(r"403 \(Forbidden\)")
    await charlie("[data-act=talk]").click()
    await expect(charlie("[data-testid=talk] .error")).to_contain_text("This talk is confidential")
    await alice("[data-act=talk]").click()
    await expect(alice.field("talk", "talk.why")).to_have_value("Zqtalk about the phone.")
    await alice("dialog [data-act=cancel]").click()
    await person.command(board, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    again = await browsers.search(earlier={"k1": {"search": board, "reference": "before"}})
    charlie = await at_log(browsers, "Charlie", again)
    await charlie("[data-act=earlier-talks]").click()
    await expect(charlie("[data-testid=earlier-talks]")).to_contain_text("Zqtalk about the phone.")
    assert not [frame for frame in charlie.frames if "Zqtalk" in str(frame.body)]
