"""Readers of four languages at one board: each sees times and numbers as they write them, and what was typed as it was typed."""

import re

import pytest
from playwright.async_api import expect

from board.config.predefined_tasks import shown_text
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

HEADS = {
    "en-US": ["Runaway", r"missing since Sat 24 Jan( 2026)? 16:10", "±.1.5.km"],
    "fr-BE": ["Fugue", r"disparition depuis le sam. 24 janv.( 2026)? 16:10", "±.1,5.km"],
    "nl-BE": ["Wegloper", r"vermist sinds za 24 jan( 2026)? 16:10", "±.1,5.km"],
    "de-BE": ["Weggelaufen", r"vermisst seit Sa. 24. Jan.( 2026)? 16:10", "±.1,5.km"],
}


@pytest.mark.parametrize("locale", HEADS)
async def test_times_and_numbers_use_the_readers_locale_and_brussels_time(browsers: Browsers, locale: str) -> None:
    board = await browsers.search(missing_since="2026-01-24T15:10:00Z", person={"first_name": "Open"})
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", {"description": "Status", "place": {"text": "Name", "radius_m": 1_500}})
    bob = await browsers.window("Bob", locale=locale, timezone_id="America/New_York")
    await bob.open(f"/searches/{board}")
    for words in HEADS[locale]:
        await expect(bob("main")).to_contain_text(re.compile(words))
    await expect(bob("h1")).to_contain_text("Open")  # typed texts are not translated
    await expect(bob.card("Status")).to_contain_text("Name")


async def test_a_language_is_chosen_by_one_press_and_holds_in_every_browser(browsers: Browsers) -> None:
    bob = await browsers.window("Bob", locale="de-BE")
    await bob.page.goto("/account")
    await expect(bob("html")).to_have_attribute("lang", "de")
    await bob("button[lang=fr]").click()
    await expect(bob("html")).to_have_attribute("lang", "fr")
    await expect(bob("button[lang=fr]")).to_have_attribute("aria-pressed", "true")
    elsewhere = await browsers.window("Bob", locale="nl-BE")
    await elsewhere.open("/")
    await expect(elsewhere("h1")).to_contain_text("Toutes les recherches")
    await bob("[data-testid=languages] button[value='']").click()
    await expect(bob("html")).to_have_attribute("lang", "de")


@pytest.mark.slow
async def test_standard_tasks_are_in_the_readers_language(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.person("Alice")
    tasks = [(each["id"], each["state"]["title"]) for each in await alice.entities(board) if each["kind"] == "task"]
    task, title = next(each for each in tasks if each[1].startswith("School"))
    dutch = shown_text(title, "nl")
    bob = await browsers.window("Bob", locale="nl-BE")
    await bob.open(f"/searches/{board}")
    await expect(bob.card(dutch)).to_be_visible()
    await expect(bob("main")).not_to_contain_text(title)
    await alice.command(board, "task.update", {"task": task, "title": "Ring the school"})
    await expect(bob.card("Ring the school")).to_be_visible()
    await expect(bob("main")).not_to_contain_text(dutch)


@pytest.mark.slow
async def test_french_card_agrees_with_its_child(browsers: Browsers) -> None:
    bob = await browsers.window("Bob", locale="fr-BE")
    alice = await browsers.person("Alice")
    for sex, words in (("f", "observée "), ("m", "observé "), (None, "observation\u00a0: ")):
        board = await browsers.search(person={"first_name": "Sam", "sex": sex})
        await alice.command(board, "sighting.add", {"description": "at the tram", "seen_at": "2026-11-24T08:00:00Z"})
        await bob.open(f"/searches/{board}")
        await expect(bob.card("at the tram").locator(".when b")).to_contain_text(words)
