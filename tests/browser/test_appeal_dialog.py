"""Dialog of the appeal: a Child Alert asks for its conditions and for who decided, and a refusal stays with what was typed."""

import pytest
from playwright.async_api import expect

from tests.support.appeals import CONDITIONS
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

DIALOG = "dialog[data-dialog=appeal]"


async def test_refused_alert_stays_says_what_is_missing_and_is_set_after_it(browsers: Browsers) -> None:
    board, person = await browsers.search(), await browsers.person("Alice")
    await person.command(board, "search.set_worrying", {"worrying": True, "basis": "a van"})
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}#log")
    await alice("[data-testid=appeal-facts] [data-act=appeal]").click()
    await alice(f"{DIALOG} input[value=child_alert]").check()
    await expect(alice(f"{DIALOG} [data-testid=appeal-numbers]")).to_contain_text("116 000 · 0800 30 300")
    await expect(alice(f"{DIALOG} [data-testid=periods] li")).to_have_count(4)
    for key, basis in CONDITIONS.items():
        if key != "in_the_country":
            await alice(f"{DIALOG} [name='appeal.met.{key}']").check()
            await alice(f"{DIALOG} [data-field='appeal.conditions.{key}'] input").fill(basis)
    await alice.fill("appeal", {"appeal.no_photo": "The family has none.", "appeal.decided_by.role": "officer"})
    await alice.fill("appeal", {"appeal.decided_by.name": "C.I. Van Damme", "appeal.decided_by.by_way": "call"})
    send = alice(f"{DIALOG} [data-act=send]")
    await expect(send).to_contain_text("Set the Child Alert until")
    await send.click()
    problem = alice(f"{DIALOG} [data-testid=problem]")
    await expect(problem).to_contain_text("is decided by magistrate, public prosecutor or examining magistrate")
    await expect(alice(f"{DIALOG} [data-field='appeal.decided_by.role'] .error")).to_contain_text("may not decide this")
    await expect(alice(f"{DIALOG} [data-field='appeal.conditions.in_the_country'] .error")).to_be_visible()
    await expect(alice.field("appeal", "appeal.decided_by.name")).to_have_value("C.I. Van Damme")
    await expect(send).to_be_enabled()
    await alice(f"{DIALOG} [name='appeal.met.in_the_country']").check()
    await alice(f"{DIALOG} [data-field='appeal.conditions.in_the_country'] input").fill("plate seen in Melle")
    await alice.fill("appeal", {"appeal.decided_by.role": "magistrate", "appeal.decided_by.name": "E. De Wolf"})
    await send.click()
    await expect(alice("dialog")).to_have_count(0)
    await expect(alice("[data-testid=appeal-decided]")).to_contain_text("decided by E. De Wolf, magistrate")
    await expect(alice("[data-testid=met-conditions] li")).to_have_count(5)


async def test_worrying_is_recorded_with_the_officer_who_decided(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}#log")
    await alice("[data-act=qualify]").click()
    await alice("dialog[data-dialog=worrying] input[value=true]").check()
    await alice.fill("worrying", {"basis": "medication", "decided_by.role": "officer", "decided_by.name": "Van Damme"})
    await alice.fill("worrying", {"decided_by.by_way": "call"})
    await alice("dialog[data-dialog=worrying] [data-act=send]").click()
    await expect(alice("[data-testid=decision]")).to_contain_text("decided by Van Damme, police officer")


@pytest.mark.parametrize("width", [390, 1400])
async def test_dialog_fits_the_screen(browsers: Browsers, width: int) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}#log")
    await alice.page.set_viewport_size({"width": width, "height": 900})
    await alice("[data-testid=appeal-facts] [data-act=appeal]").click()
    await alice(f"{DIALOG} input[value=child_alert]").check()
    assert await alice(DIALOG).evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
