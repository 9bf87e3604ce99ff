"""First call about a missing child, with a stopwatch; its files, its siblings, and the first steps on the new board."""

import logging
import re

import pytest
from playwright.async_api import expect

from models.board import OPERATIONS
from tests.browser.test_files import MADE_MS, photo
from tests.browser.test_reports import begin, reports_of
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.first_call import FACTS, field, open_report, open_search, take_call

pytestmark = pytest.mark.browser

log = logging.getLogger("stopwatch")


@pytest.mark.slow
async def test_twelve_facts_reach_a_coordinator_who_opens_in_two_presses(browsers: Browsers) -> None:
    """Log the seconds, which `board bench first_call` compares with their aims."""
    times = await take_call(await browsers.window("Alice"), await browsers.window("Bob"))
    log.warning(
        "alarm after %.1f s, %d facts after %.1f s, brief %.1f s after the call", times.alarm, FACTS, times.facts, times.brief
    )
    assert FACTS >= 12
    child = next(each["state"] for each in await (await browsers.person("Bob")).entities(times.board) if each["kind"] == "search")
    assert (child["person"]["last_name"], child["last_seen"]["text"]) == ("Haddad", "Zwarte Vijvers")


@pytest.mark.slow
async def test_a_number_of_another_country_is_pointed_out(browsers: Browsers) -> None:
    bob = await browsers.window("Bob")
    await begin(bob, "Oriane")
    for number, problem in {"+33 6 12 34 56 78": "abroad", "0999 99 99 99": "not_here", "0470 12 34 56": None}.items():
        await field(bob, "source_contact").fill(number)
        hint = bob("[data-callback]")
        await (expect(hint).to_have_attribute("data-callback", problem) if problem else expect(hint).to_have_count(0))
    await bob("[data-act=end-call]").click()


async def test_files_of_a_report_go_to_its_search(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await begin(bob, "Wendy")
    await field(bob, "person.first_name").fill("Pixie")
    strip = "[data-row=report-files]"
    await bob(f"{strip} [data-choose]").set_input_files([photo("pixie.jpg")])  # type: ignore[arg-type]
    await bob("[data-act=files-continue]").click()
    await expect(bob(f"{strip} .upload")).to_contain_text("pixie.jpg")
    await alice.open("/")
    board = await open_search(alice, await open_report(alice, "Pixie"))
    await expect(alice("[data-testid=first-photo]")).to_contain_text("Is this the photo of Pixie?", timeout=MADE_MS)
    await expect(bob(f"{strip} .upload")).to_have_count(0)
    await alice("[data-act=use-photo]").click()
    await expect(alice(".search-header [data-photo]")).to_have_count(1)
    await expect(alice("[data-testid=first-photo]")).to_have_count(0)
    files = [each["state"]["name"] for each in await (await browsers.person("Bob")).entities(board) if each["kind"] == "file"]
    assert files == ["pixie.jpg"]


async def test_a_new_board_begins_with_the_photo(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill("open-search", {"person.first_name": "Zoltana", "kind": "runaway", "missing_since": "yesterday 14:30"})
    await alice("[data-dialog=open-search] [data-act=send]").click()
    await expect(alice.page).to_have_url(re.compile("/searches/"))
    await expect(alice("[data-testid=add-photo]")).to_contain_text("Zoltana has no photo yet.")
    await alice("[data-act=add-photo]").click()
    await alice("[data-act=files-continue]").wait_for()
    async with alice.page.expect_file_chooser() as chooser:
        await alice("[data-act=files-continue]").click()
    await (await chooser.value).set_files([photo("zoltana.jpg")])  # type: ignore[arg-type]
    await expect(alice("[data-testid=first-photo]")).to_contain_text("Zoltana", timeout=MADE_MS)
    await alice("[data-act=crop-photo]").click()
    image = alice("[data-dialog=file] img.viewed")
    await expect(image).to_have_js_property("complete", True)
    for _ in range(3):
        await alice("[data-act=zoom-in]").click()
    await alice("[data-act=use-part]").click()
    await expect(alice(".search-header [data-photo]")).to_have_count(1, timeout=MADE_MS)
    entities = await (await browsers.person("Alice")).entities(alice.page.url.rpartition("/")[2].partition("#")[0])
    widths = sorted(each["state"]["width"] for each in entities if each["kind"] == "file")
    child = next(each["state"] for each in entities if each["kind"] == "search")
    cut = next(each for each in entities if each["id"] == child["photo"])
    assert len(widths) == 2
    assert cut["state"]["width"] == widths[0] < widths[1]


async def test_a_new_search_shows_a_tip_that_was_set_aside(browsers: Browsers) -> None:
    person, alice = await browsers.person("Bob"), await browsers.window("Alice")
    told = {"description": "a girl who said she is Quenelle, with a mustard anorak and a heron on her purple satchel"}
    tip = await person.add(OPERATIONS, "tip.add", told)
    await person.command(OPERATIONS, "tip.dismiss", {"tip": tip, "reason": "no child of ours"})
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill("open-search", {
        "person.first_name": "Quenelle", "kind": "runaway", "missing_since": "yesterday 14:30",
        "person.clothing": "mustard anorak, purple satchel with a heron",
    })  # fmt: skip
    await alice("[data-dialog=open-search] [data-act=send]").click()
    await expect(alice.page).to_have_url(re.compile("/searches/"))
    await alice("[data-testid=fitting-reports] [data-act=view-fitting]").click()
    await expect(alice(f"[data-dialog=look-again] [data-again='{tip}']")).to_contain_text("mustard anorak")


async def test_siblings_are_named_on_each_others_boards_and_walls(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await begin(bob, "Samira")
    await field(bob, "person.first_name").fill("Lilou")
    await field(bob, "siblings").fill("Amaury, 6\nPerrine, 9")
    await alice.open("/")
    dialog = await open_report(alice, "Lilou")
    await expect(dialog.locator("[data-fact=siblings]")).to_contain_text("Amaury, 6; Perrine, 9")
    board = await open_search(alice, dialog)
    together = alice("[data-testid=together]")
    await expect(together).to_contain_text("with: Amaury, 6")
    await expect(together).to_contain_text("Perrine, 9")
    wall, _ = await open_display(browsers, [board, OPERATIONS])
    await wall.page.goto("/wall")
    await expect(wall(f"[data-search='{board}'] .together").first).to_contain_text("Amaury, 6")
    await alice.open(f"/searches/{board}#log")
    row = alice("[data-testid=linked-searches] li").filter(has_text="Amaury")
    await row.locator("[data-act=unlink]").click()
    await expect(row).to_have_count(0)
    await expect(together).not_to_contain_text("Amaury")
    assert [each["state"]["siblings"] for each in await reports_of(await browsers.person("Bob")) if each["state"]["siblings"]]
