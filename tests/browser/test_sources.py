"""Sources in the browser: shown with earlier values, changed by people who may read them, and not offered to others."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = "Girl with a red coat at the Graslei"
FORM = "form[data-form=facts]"
SEALED = {"description": SEEN, "source": {"kind": "named", "sealed": True}, "source_name": "Griet", "source_contact": "0470 11"}


async def at_card(browsers: Browsers, name: str, board: str) -> Window:
    window = await browsers.window(name)
    await window.open(f"/searches/{board}")
    await window.open_card(SEEN)
    return window


async def taken_in(browsers: Browsers, by: str, **data: Any) -> tuple[str, str]:
    """A new search with a sighting that this person took in; the ids of both."""
    board, person = await browsers.search(), await browsers.person(by)
    return board, await person.add(board, "sighting.add", SEALED | data)


async def test_source_without_permission_is_not_offered_for_change(browsers: Browsers) -> None:
    board, sighting = await taken_in(browsers, "Alice")
    bob = await at_card(browsers, "Bob", board)
    bob.may_fail("status of 403")
    await bob.panel.locator("[data-act=edit]").click()
    await expect(bob(f"{FORM} [data-field=direction]")).to_be_visible()
    await expect(bob(f"{FORM} [data-testid=sealed]")).to_contain_text("Only coordinators, and the person who recorded it")
    for field in ("source_name", "source_contact", "source.sealed"):
        await expect(bob(f"{FORM} [data-field='{field}']")).to_have_count(0)
    await bob("[data-act=read-source]").click()
    await expect(bob("[data-testid=source] .error")).to_contain_text("This source is confidential")
    # once the seal is open, they are there
    await (await browsers.person("Alice")).command(board, "sighting.update", {"sighting": sighting, "source": {"sealed": False}})
    await expect(bob(f"{FORM} [data-field=source_name]")).to_be_visible()
    await expect(bob(f"{FORM} [data-testid=sealed]")).to_have_count(0)


@pytest.mark.slow
async def test_a_source_of_which_nothing_is_kept_is_not_offered_to_be_read(browsers: Browsers) -> None:
    board, bob = await browsers.search(), await browsers.person("Bob")
    sighting = await bob.add(board, "sighting.add", {"description": SEEN, "source": {"kind": "anonymous"}})
    alice = await at_card(browsers, "Alice", board)
    await expect(alice("[data-testid=no-source]")).to_be_visible()
    await expect(alice("[data-act=read-source]")).to_have_count(0)
    await bob.command(board, "sighting.update", {"sighting": sighting, "source_contact": "0470 11"})
    await expect(alice("[data-testid=no-source]")).to_have_count(0)
    await alice("[data-act=read-source]").click()
    await expect(alice("dd[data-field=source_contact]")).to_have_text("0470 11")


@pytest.mark.slow
async def test_reporter_changes_the_source_and_reads_earlier_values(browsers: Browsers) -> None:
    board, _ = await taken_in(browsers, "Bob")
    bob, alice = await at_card(browsers, "Bob", board), await at_card(browsers, "Alice", board)
    await alice("[data-act=read-source]").click()
    await expect(alice("dd[data-field=source_name]")).to_have_text("Griet")
    await expect(alice("[data-testid=earlier]")).to_have_count(0)
    await bob("[data-act=read-source]").click()
    await bob.panel.locator("[data-act=edit]").click()
    await expect(bob.field("facts", "source_name")).to_have_value("Griet")
    await bob.fill("facts", {"source_name": "Lotte"})
    await bob.panel.locator("[data-act=save]").click()
    # the value that was read is out of date: it disappears from both screens until it is read again
    for window in (alice, bob):
        await expect(window("[data-testid=history] li[data-type='sighting.updated'] [data-path=source_name]")).to_contain_text(
            "not shown here"
        )
        await expect(window("dd[data-field=source_name]")).to_have_count(0)
        await window("[data-act=read-source]").click()
        await expect(window("dd[data-field=source_name]")).to_have_text("Lotte")
        await expect(window("dd[data-field=source_contact]")).to_have_text("0470 11")
        await expect(window("[data-testid=earlier] li")).to_contain_text("Griet · 0470 11")
        await expect(window("[data-testid=earlier] li")).to_contain_text("set by Bob")
    assert "Griet" not in await alice("[data-testid=history]").inner_text()


async def test_simultaneous_changes_of_the_source_are_pointed_out(browsers: Browsers) -> None:
    board, sighting = await taken_in(browsers, "Bob")
    bob = await at_card(browsers, "Bob", board)
    await bob.panel.locator("[data-act=edit]").click()
    await bob.fill("facts", {"source_name": "Lotte"})
    data = {"sighting": sighting, "source_name": "Mieke"}
    await (await browsers.person("Alice")).command(board, "sighting.update", data)
    theirs = bob(f"{FORM} [data-theirs=source_name]")
    await expect(theirs).to_contain_text("Alice changed this")
    await expect(theirs.locator("[data-value=theirs]")).to_have_text("not shown here")
    await expect(theirs.locator("[data-value=mine]")).to_have_text("Lotte")
    await bob.panel.locator("[data-act=save]").click()
    await expect(bob("[data-testid=problem]")).to_be_visible()
    await bob("[data-act=keep-mine]").click()
    await expect(bob(FORM)).to_have_count(0)
    await expect(bob("[data-testid=history] li[data-type='sighting.updated']")).to_have_count(2)  # hers and his are both recorded
    await bob("[data-act=read-source]").click()
    await expect(bob("dd[data-field=source_name]")).to_have_text("Lotte")
    await expect(bob("[data-testid=earlier] li").first).to_contain_text("Mieke")


@pytest.mark.slow
async def test_the_history_says_that_a_source_was_set(browsers: Browsers) -> None:
    board, sighting = await taken_in(browsers, "Bob")
    bob = await browsers.person("Bob")
    await bob.command(board, "sighting.update", {"sighting": sighting, "source_name": "Lotte"})
    await bob.command(board, "sighting.update", {"sighting": sighting, "source_contact": None, "direction": "north"})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}/history")
    sentences = window("li[data-type='sighting.updated'] [data-sentence]")
    await expect(sentences).to_have_text([
        "Bob changed Sighting 7, and set contact of the source",
        "Bob set name of the source of Sighting 7",
    ])  # fmt: skip
