"""Emergency, holds, erasure and disclosure in the browser, by three people."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect
from sqlmodel import col, update

from board.retention.erasure_run import ErasureRun
from models.emergency_opening import EmergencyOpening
from models.times import format_utc, now
from tests.browser.test_accounts import hire
from tests.browser.test_erasure import IS_GONE, STORE, coordinator, look_at, reference_on
from tests.browser.test_pages import keep
from tests.browser.test_read_log import members_only_search, opened_in_emergency
from tests.browser.test_retention import HOLDS, last_day, old_search
from tests.support.browsers import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REASON = "Asked for in writing by the person concerned"


async def pass_the_hour(browsers: Browsers, board: str) -> None:
    """Let an emergency opening end, as the clock does."""
    assert browsers.server
    service, ended = browsers.server.service, format_utc(now() - timedelta(seconds=1))
    change = update(EmergencyOpening).where(col(EmergencyOpening.board) == board).values(until=ended)
    await service.database.write(lambda session: session.connection().execute(change).rowcount)
    service.visibility.openings.update({key: ended for key in service.visibility.openings if key[0] == board})


async def test_emergency_is_announced_shown_and_ends(browsers: Browsers) -> None:
    board, reference = await members_only_search(browsers)
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await alice.open(f"/searches/{board}")
    await bob.open(f"/searches/{board}")
    cora = await opened_in_emergency(browsers, reference)
    await expect(cora("[data-testid=emergency]")).to_contain_text("without being a member")
    await expect(bob("[data-act=add-sighting]").first).to_be_visible()
    await expect(cora("[data-act=add-sighting], [data-act=add-task]")).to_have_count(0)
    await keep(cora, "emergency-board", 1400)
    await cora.page.set_viewport_size({"width": 390, "height": 844})
    await keep(cora, "emergency-board", 390)
    for member in (alice, bob):
        await expect(member("[data-testid=emergency]")).to_have_count(0)
        await expect(member("[data-unread-count]")).to_be_visible()
    await alice.page.goto(f"/searches/{board}/reads")
    line = alice("[data-testid=reads] li[data-emergency]")
    red = await line.evaluate("element => getComputedStyle(element).borderLeftColor + getComputedStyle(element).color")
    assert red
    cora.may_fail("404")
    await pass_the_hour(browsers, board)
    await expect(cora("h1")).not_to_have_text(re.compile("Noor"))
    await expect(cora("[data-testid=emergency]")).to_have_count(0)
    await cora.page.goto(f"/searches/{board}")
    await expect(cora("main")).not_to_contain_text("Noor")
    await browsers.clear()


async def test_hold_and_the_same_person_stop_an_erasure(browsers: Browsers) -> None:
    search = await old_search(browsers)
    cora, dora = await coordinator(browsers, "Cora"), await coordinator(browsers, "Dora")
    await dora.page.goto(f"/retention/{search}")
    await dora("[name=reason]").fill("The family has complained")
    await dora("[name=until]").fill(await last_day(dora))
    await dora("[name=until]").press("Enter")
    await cora.page.goto(f"/retention/{search}/erasure")
    await expect(cora("main")).to_contain_text("This search is on hold. End the hold first.")
    await expect(cora("form[data-form=ask]")).to_have_count(0)
    await dora.page.get_by_role("button", name="End hold").click()
    await expect(dora(HOLDS)).to_have_count(0)
    await cora.page.reload()
    reference = await reference_on(cora)
    await cora("[name=reason]").fill(REASON)
    await cora("[name=reference]").fill(reference)
    await cora("[name=reference]").press("Enter")
    id = await cora("form[data-form=withdraw] button").get_attribute("value")
    form: dict[str, str | float | bool] = {"erasure": str(id), "reference": reference}
    refused = await cora.page.request.post(f"/retention/{search}/erasure/agree", form=form, headers={"Origin": browsers.url})
    assert (refused.status, "Another person must agree." in await refused.text()) == (422, True)
    await dora.page.goto(f"/retention/{search}/erasure")
    await dora.page.get_by_role("button", name="Keep the search").click()
    await dora.page.wait_for_url(f"**/retention/{search}")
    await cora.page.reload()
    await expect(cora("form[data-form=ask]")).to_have_count(1)
    await browsers.clear()


async def test_browser_that_was_away_forgets_an_erased_search(browsers: Browsers) -> None:
    search, other = await old_search(browsers), await browsers.search()
    await hire(browsers, "Eva")
    cora, dora, eva = await coordinator(browsers, "Cora"), await coordinator(browsers, "Dora"), await browsers.window("Eva")
    await eva.open("/")
    for board in (search, other):
        await eva.page.evaluate(STORE, board)
    await eva.page.goto("about:blank")
    await cora.page.goto(f"/retention/{search}/erasure")
    reference = await reference_on(cora)
    await cora("[name=reason]").fill(REASON)
    await cora("[name=reference]").fill(reference)
    await cora("[name=reference]").press("Enter")
    await expect(cora("[data-testid=asked]")).to_be_visible()
    await dora.page.goto(f"/retention/{search}/erasure")
    await dora("[name=reference]").fill(reference)
    await dora("[name=reference]").press("Enter")
    await expect(dora("[data-testid=erasures]")).to_contain_text("is being erased")
    eva.may_fail("404")
    await eva.open("/")
    await eva.page.wait_for_function(IS_GONE, arg=search)
    assert not await eva.page.evaluate(IS_GONE, other)
    await browsers.clear()


async def test_two_people_erase_a_note_that_a_third_reads(browsers: Browsers) -> None:
    search, found = await browsers.search(), dict[str, object]()
    alice = await browsers.person("Alice")
    await alice.add(search, "note.add", {"text": "The aunt has called from Namur"})
    await hire(browsers, "Eva")
    cora, dora, eva = await coordinator(browsers, "Cora"), await coordinator(browsers, "Dora"), await browsers.window("Eva")
    await eva.open(f"/searches/{search}#log")
    await expect(eva("main")).to_contain_text("The aunt has called from Namur")
    await cora.page.goto(f"/retention/{search}")
    await cora.page.get_by_role("link", name="Erase a part…").click()
    await look_at(cora, "erasure-parts", found)
    await cora("[name=q]").fill("NAMUR")
    await cora("[name=q]").press("Enter")
    await cora.page.wait_for_url("**/parts?words=*")
    await cora("[data-part] a").click()
    reference = await reference_on(cora)
    await look_at(cora, "erasure-part-ask", found)
    await cora("[name=reason]").fill(REASON)
    await cora("[name=reference]").fill(reference)
    await cora("[name=reference]").press("Enter")
    await expect(cora("[data-testid=asked]")).to_contain_text(REASON)
    await expect(cora("form[data-form=agree]")).to_have_count(0)
    await dora.page.goto(cora.page.url)
    await look_at(dora, "erasure-part-agree", found)
    await dora("[name=reference]").fill(reference)
    await dora("[name=reference]").press("Enter")
    await expect(dora("[data-testid=erasures]")).to_contain_text("is being erased")
    await expect(eva("main")).not_to_contain_text("The aunt has called from Namur")
    assert browsers.server
    await ErasureRun.of(browsers.server.service).continue_all()
    await dora.page.goto("/retention")
    await expect(dora("[data-testid=erasures] li[data-done=yes]").first).to_contain_text("Note")
    await look_at(dora, "erasures-of-parts", found)
    await eva.page.goto(f"/searches/{search}/history")
    await expect(eva("main")).to_contain_text("Note erased")
    await expect(eva("main")).not_to_contain_text("Namur")
    assert {place: some for place, some in found.items() if some} == {}
    await browsers.clear()


async def test_disclosure_is_made_with_its_progress(browsers: Browsers) -> None:
    search, found = await browsers.search(), dict[str, object]()
    cora = await coordinator(browsers, "Cora")
    await cora.page.goto(f"/retention/{search}")
    reference = (await cora("h1").inner_text()).rsplit(" ", 1)[1]
    await cora.page.goto("/disclosure")
    await cora("[data-form=child] [name=reference]").fill(reference)
    await cora("[data-form=child] [name=reason]").fill("Asked in writing by the parents")
    await cora("[data-form=child] button").click()
    line = cora("[data-disclosure]").first
    await expect(line).to_contain_text(reference)
    await look_at(cora, "disclosure", found)
    async with cora.page.expect_download() as download:
        await line.get_by_role("link", name="PDF").click()
        await expect(cora("[data-testid=document]")).to_have_text("The document is being made.")
    assert (await download.value).suggested_filename.endswith(".pdf")
    await expect(cora("[data-testid=document]")).to_have_count(0)
    async with cora.page.expect_download() as download:
        await line.get_by_role("link", name="JSON").click()
    assert (await download.value).suggested_filename.endswith(".json")
    await line.get_by_role("button", name="Remove").click()
    await expect(cora(f"[data-disclosure]:has-text('{reference}')")).to_have_count(0)
    assert {place: some for place, some in found.items() if some} == {}
    await browsers.clear()
