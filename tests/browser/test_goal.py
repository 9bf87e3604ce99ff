"""Goal of a search: set and cleared in its dialog by whoever leads, shown to all who may see the search, and to nobody else."""

import pytest
from playwright.async_api import expect

from tests.browser.test_watch_line import in_minutes
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

GOAL = "[data-testid=goal]"
DIALOG = "dialog[data-dialog=goal]"
TEXT = "Find who got off line 2 with her"


async def sets(window: Window, text: str, until: str = "") -> None:
    await window(f"{GOAL} [data-act=set-goal]").click()
    await window.fill("goal", {"goal.text": text, "goal.until": until})
    await window(f"{DIALOG} [data-act=send]").click()


async def test_the_goal_is_set_shown_to_others_and_cleared(browsers: Browsers) -> None:
    search = await browsers.search()
    alice, bob = await browsers.both_at(search)
    await expect(alice(GOAL)).to_contain_text("No goal yet")
    await expect(bob(GOAL)).to_have_count(0)  # nothing to read, nothing to do
    await sets(alice, TEXT, "in 2 hours")
    await expect(alice("dialog")).to_have_count(0)
    for window in (alice, bob):
        await expect(window(f"{GOAL} .is")).to_have_text(TEXT)
        await expect(window(f"{GOAL} .of")).to_contain_text("Alice")
        await expect(window(f"{GOAL} .of")).to_contain_text("by ")
    await expect(bob(f"{GOAL} button")).to_have_count(0)

    await alice(f"{GOAL} [data-act=set-goal]").click()
    await expect(alice.field("goal", "goal.text")).to_be_focused()
    await expect(alice.field("goal", "goal.text")).to_have_value(TEXT)
    await expect(alice.field("goal", "goal.text")).to_have_attribute("rows", "3")  # a sentence is seen whole
    await alice.fill("goal", {"goal.text": f"{TEXT}\n  or saw her"})
    await alice(f"{DIALOG} [data-act=send]").click()
    await expect(alice("dialog")).to_have_count(0)
    assert await alice(f"{GOAL} .is").text_content() == f"{TEXT} or saw her"  # one line on all boards and walls

    await alice(f"{GOAL} [data-act=set-goal]").click()
    await alice.fill("goal", {"goal.text": ""})
    await alice(f"{DIALOG} [data-act=send]").click()
    await expect(alice(GOAL)).to_contain_text("No goal yet")
    await expect(bob(GOAL)).to_have_count(0)


@pytest.mark.slow
async def test_the_lead_may_set_the_goal_and_a_viewer_may_not(browsers: Browsers) -> None:
    bob = await browsers.person("Bob")
    search = await browsers.search(lead=(await bob.http.get("/api/v1/me")).json()["id"])
    window, victor = await browsers.window("Bob"), await browsers.window("Victor")
    for each in (window, victor):
        await each.open(f"/searches/{search}")
    await sets(window, TEXT)
    await expect(victor(f"{GOAL} .is")).to_have_text(TEXT)
    await expect(victor("[data-act=set-goal], [data-act=edit-goal]")).to_have_count(0)
    refused = await (await browsers.person("Victor")).http.post(
        f"/api/v1/boards/{search}/commands", json={"id": "goal-by-victor", "name": "search.set_goal", "data": {"text": "Mine"}}
    )
    assert refused.status_code == 403, refused.text
    await expect(victor(f"{GOAL} .is")).to_have_text(TEXT)


@pytest.mark.slow
async def test_a_time_that_has_passed_is_refused_and_the_text_stays(browsers: Browsers) -> None:
    search = await browsers.search()
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}")
    await sets(window, TEXT, "yesterday 14:30")
    await expect(window(f"{DIALOG} .error")).to_be_visible()
    await expect(window.field("goal", "goal.text")).to_have_value(TEXT)
    await expect(window(f"{GOAL}")).to_contain_text("No goal yet")
    await window.fill("goal", {"goal.until": "in 2 hours"})
    await window(f"{DIALOG} [data-act=send]").click()
    await expect(window(f"{GOAL} .is")).to_have_text(TEXT)


@pytest.mark.slow
async def test_an_outsider_learns_no_goal(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    mine = (await alice.http.get("/api/v1/me")).json()["id"]
    search = await browsers.search(access="members", members=[mine])
    await alice.command(search, "search.set_goal", {"text": TEXT, "until": in_minutes(60)})
    inside, outside = await browsers.window("Alice"), await browsers.window("Charlie")
    await inside.open(f"/searches/{search}")
    await expect(inside(f"{GOAL} .is")).to_have_text(TEXT)
    outside.may_fail("404")
    await outside.page.goto(f"/searches/{search}")
    await expect(outside("main")).not_to_be_empty()
    assert TEXT not in await outside.page.content()
    await outside.open("/")
    assert TEXT not in await outside.page.content()
