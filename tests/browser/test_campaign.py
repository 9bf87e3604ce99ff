"""Alice approves a poster and Bob gives it out; when the appeal ends, both see whom to ask, and tick it together."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.api.test_documents import text_of
from tests.browser.test_pages import barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PDF_MS = 60_000
LATER = "2099-01-01T00:00:00Z"
PERSON = {"first_name": "Mila", "last_name": "Bernard", "age": 14, "clothing": "red coat"}
TICKED = {  # otherwise than proposed
    "languages.fr": False, "languages.nl": True, "languages.de": True, "languages.en": True,
    "shows.last_name": False, "shows.age": True, "shows.looks": False, "shows.clothing": True,
}  # fmt: skip
POSTER = {"what": "poster", "languages": ["fr", "nl"], "shows": ["age"], "until": LATER, "decided_by": "the prosecutor"}


async def begun(browsers: Browsers, level: str = "posters") -> str:
    board, alice = await browsers.search(person=PERSON), await browsers.person("Alice")
    await alice.command(board, "search.set_appeal", {"level": level})
    return board


async def states(browsers: Browsers, board: str, kind: str) -> list[dict[str, Any]]:
    person = await browsers.person("Alice")
    return [each["state"] for each in await person.entities(board) if each["kind"] == kind]


async def given_out(browsers: Browsers, board: str, *recipients: str) -> str:
    """Approve a poster, and record to whom it was given; return its id."""
    alice = await browsers.person("Alice")
    await alice.command(board, "material.approve", POSTER)
    (material,) = [each["id"] for each in await alice.entities(board) if each["kind"] == "material"]
    data = {"material": material, "recipients": list(recipients), "way": "email", "language": "fr"}
    await alice.command(board, "distribution.add", data)
    return str(material)


def recipient(window: Window, name: str) -> Any:
    return window("[data-dialog=campaign] .recipients li").filter(has_text=name)


async def test_poster_is_approved_with_a_preview_and_given_out(browsers: Browsers) -> None:
    board = await begun(browsers)
    alice, bob = await browsers.both_at(board)
    await alice.choose("campaign")
    await expect(alice("[data-dialog=campaign]")).to_contain_text("Nothing has been approved yet.")
    await alice("[data-act=approve]").click()
    dialog = alice("[data-dialog=approve]")
    picture = dialog.locator("[data-testid=preview] img:not(.busy)")
    await expect(picture).to_have_count(1, timeout=60_000)
    await dialog.locator("[name='languages.nl']").uncheck()
    await dialog.locator("[data-field='texts.fr'] textarea").fill("Peut-être à Bruxelles.")
    await dialog.locator("[data-field=until] input[type=text]").fill("31/12/2098 18:00")
    await dialog.locator("[data-act=send]").click()
    await expect(dialog.locator("[data-field=decided_by]")).to_contain_text("This field is required.")
    await dialog.locator("[data-field=decided_by] input").fill("Parket Gent")
    await dialog.locator("[data-act=send]").click()
    materials = alice("[data-dialog=campaign] .materials li")
    await expect(materials).to_contain_text("decided by Parket Gent")
    (state,) = await states(browsers, board, "material")
    assert (state["languages"], state["texts"]["fr"], state["content"]["last_name"]) == (["fr"], "Peut-être à Bruxelles.", "B.")
    await bob.choose("campaign")
    await expect(bob("[data-act=approve]")).to_have_count(0)
    await expect(bob("[data-dialog=campaign] .papers a")).to_have_text(["FR A4", "FR A3"])
    await bob("[data-act=give]").click()
    await bob("[data-dialog=give] [data-field=recipients] textarea").fill("NMBS\n\n De Lijn \nNMBS")
    await bob("[data-dialog=give] [data-act=send]").click()
    for window in (alice, bob):
        await expect(window("[data-dialog=campaign] .recipients li")).to_have_count(2)
    assert [state["recipient"] for state in await states(browsers, board, "distribution")] == ["NMBS", "De Lijn"]


@pytest.mark.slow
async def test_appeal_set_from_the_form_for_posters_leads_back_to_it(browsers: Browsers) -> None:
    board = await begun(browsers, "none")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    await alice.fill("approve", {"what": "poster", "decided_by": "Parket Gent"})
    await alice("[data-dialog=approve] [data-act=appeal]").click()
    await alice.page.keyboard.press("Escape")
    await expect(alice("[data-dialog=approve] [data-act=appeal]")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await alice("[data-dialog=appeal] input[value=posters]").check()
    await alice("[data-dialog=appeal] [data-act=send]").click()
    await expect(alice.field("approve", "decided_by")).to_have_value("Parket Gent")
    await expect(alice("[data-dialog=approve] [data-act=appeal]")).to_have_count(0)
    await expect(alice("[data-dialog=approve] :focus")).to_have_count(1)
    await alice.page.keyboard.press("Escape")
    await expect(alice("[data-dialog=campaign] [data-act=approve]")).to_be_focused()


@pytest.mark.slow
async def test_a_draft_is_saved_as_pdf_and_its_words_are_in_no_address(browsers: Browsers) -> None:
    board = await begun(browsers)
    alice = await browsers.window("Alice")
    addresses: list[str] = []
    alice.page.on("request", lambda request: addresses.append(request.url))
    await alice.open(f"/searches/{board}")
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    dialog = alice("[data-dialog=approve]")
    await dialog.locator("[data-field='texts.fr'] textarea").fill("Vraisemblablement à Bruxelles.")
    async with alice.page.expect_response(lambda answer: "Vraisemblablement" in (answer.request.post_data or ""), timeout=PDF_MS):
        await expect(dialog.locator("[data-testid=preview] img:not(.busy)")).to_have_count(1, timeout=PDF_MS)
    async with alice.page.expect_download(timeout=PDF_MS) as started:
        await dialog.locator("[data-act=draft-pdf]").click()
    saved = await started.value
    assert saved.suggested_filename.endswith("-poster-fr-a4-draft.pdf")
    assert "Vraisemblablement" in " ".join(text_of(Path(await saved.path()).read_bytes()))
    await expect(dialog.locator("[data-act=draft-pdf]")).to_be_enabled()
    assert any("preview.png" in each for each in addresses)
    assert not [each for each in addresses if "Vraisemblablement" in each]


async def test_recipients_are_ticked_by_two_people_when_the_appeal_ends(browsers: Browsers) -> None:
    board = await begun(browsers)
    await given_out(browsers, board, "NMBS", "De Lijn", "Taxi")
    alice, bob = await browsers.both_at(board)
    for window in (alice, bob):
        await window.choose("campaign")
        await expect(window("[name=tick]")).to_have_count(0)
    person = await browsers.person("Alice")
    await person.command(board, "search.set_appeal", {"level": "none"})
    for window in (alice, bob):
        await expect(window("[name=tick]")).to_have_count(3)
    await recipient(bob, "Taxi").locator("[name=tick]").check()
    await expect(recipient(alice, "Taxi").locator("[name=tick]")).to_be_checked()
    await expect(recipient(alice, "Taxi")).to_contain_text("asked to take it down: Bob")
    await alice("[data-act=filter-open]").click()
    await expect(alice("[data-dialog=campaign] .recipients li")).to_have_count(2)
    await alice("[data-act=tick-all]").click()
    await expect(alice("[data-dialog=campaign]")).to_contain_text("Nobody is left to ask.")
    await expect(recipient(bob, "NMBS").locator("[name=tick]")).to_be_checked()  # what Alice ticked has come to him
    await recipient(bob, "NMBS").locator("[name=tick]").uncheck()
    await expect(recipient(alice, "NMBS").locator("[name=tick]")).not_to_be_checked()
    downs = {
        state["recipient"]: state["take_down"]["done_at"] is not None for state in await states(browsers, board, "distribution")
    }
    assert downs == {"NMBS": False, "De Lijn": True, "Taxi": True}


@pytest.mark.slow
async def test_poster_without_its_appeal_is_not_approved(browsers: Browsers) -> None:
    board = await begun(browsers, "discreet")
    alice, _ = await browsers.both_at(board)
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    dialog = alice("[data-dialog=approve]")
    await dialog.locator("[data-field=what] select").select_option("poster")
    await expect(dialog).to_contain_text("A poster needs an appeal of level posters, public or Child Alert.")
    await dialog.locator("[data-field=until] input[type=text]").fill("31/12/2098 18:00")
    await dialog.locator("[data-field=decided_by] input").fill("Parket Gent")
    await dialog.locator("[data-act=send]").click()
    await expect(dialog.locator("[data-field=what] .error")).to_contain_text("A poster needs an appeal")
    await expect(dialog.locator("[data-field=decided_by] input")).to_have_value("Parket Gent")
    assert await states(browsers, board, "material") == []


async def filled_approval(alice: Window) -> Any:
    """Fill the approval of a poster otherwise than it is proposed; return the dialog."""
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    dialog = alice("[data-dialog=approve]")
    for name, ticked in TICKED.items():
        await dialog.locator(f"[name='{name}']").set_checked(ticked)
    await dialog.locator("[data-field='texts.de'] textarea").fill("Vielleicht in Brüssel.")
    await dialog.locator("[data-field=until] input[type=text]").fill("31/12/2098 18:00")
    await dialog.locator("[data-field=decided_by] input").fill("Parket Gent")
    return dialog


async def keeps_what_was_filled_in(dialog: Any) -> None:
    for name, ticked in TICKED.items():
        await expect(dialog.locator(f"[name='{name}']")).to_be_checked(checked=ticked)
    await expect(dialog.locator("[data-field=what] select")).to_have_value("poster")
    await expect(dialog.locator("[data-field='texts.de'] textarea")).to_have_value("Vielleicht in Brüssel.")
    await expect(dialog.locator("[data-field=decided_by] input")).to_have_value("Parket Gent")


@pytest.mark.slow
async def test_refused_approval_keeps_what_was_ticked_and_not(browsers: Browsers) -> None:
    board = await begun(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    dialog = await filled_approval(alice)
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "none"})
    await expect(dialog).to_contain_text("A poster needs an appeal of level posters, public or Child Alert.")
    await dialog.locator("[data-act=send]").click()
    await expect(dialog.locator("[data-field=what] .error")).to_contain_text("A poster needs an appeal")
    await keeps_what_was_filled_in(dialog)
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "public"})
    await dialog.locator("[data-act=send]").click()
    await expect(alice("[data-dialog=campaign] .materials li")).to_contain_text("decided by Parket Gent")
    (state,) = await states(browsers, board, "material")
    assert (state["what"], state["languages"], state["shows"]) == (
        "poster",
        ["nl", "de", "en"],
        ["age", "clothing", "time", "place"],
    )


@pytest.mark.slow
async def test_approval_that_is_refused_after_a_reload_returns_as_it_was_ticked(browsers: Browsers) -> None:
    board, is_cut = await begun(browsers), True
    alice = await browsers.window("Alice")

    def without_commands(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda frame: None if is_cut and '"type":"command"' in str(frame) else server.send(frame))

    await alice.page.route_web_socket("**/ws**", without_commands)
    await alice.open(f"/searches/{board}")
    dialog = await filled_approval(alice)
    await dialog.locator("[data-act=send]").click()
    await expect(dialog).to_have_count(0)
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "none"})
    is_cut = False
    await alice.reload()
    await expect(alice.page.get_by_text("Not saved: Material.", exact=True)).to_be_visible()
    await alice("[data-act=reopen]").click()
    await keeps_what_was_filled_in(dialog)
    await expect(dialog.locator("[data-field=what] .error")).to_contain_text("A poster needs an appeal")


async def test_withdrawn_poster_asks_for_a_reason_and_closing_names_recipients(browsers: Browsers) -> None:
    board = await begun(browsers)
    await given_out(browsers, board, "NMBS", "De Lijn")
    alice, _ = await browsers.both_at(board)
    await alice.choose("campaign")
    await alice("[data-act=withdraw-material]").click()
    await alice("#withdraw-reason").fill("a wrong name")
    await alice("[data-act=confirm-withdraw]").click()
    await expect(alice("[data-dialog=campaign] .materials li")).to_contain_text("withdrawn (a wrong name)")
    await alice.page.keyboard.press("Escape")
    await alice.choose("set-status")
    await alice("dialog input[value=closed]").check()
    await expect(alice("[data-testid=open-list]")).to_contain_text("not asked to take it down: De Lijn; NMBS")


async def test_campaign_is_worked_by_keyboard_and_has_no_barriers(browsers: Browsers) -> None:
    board = await begun(browsers)
    await given_out(browsers, board, "NMBS")
    person = await browsers.person("Alice")
    await person.command(board, "search.set_appeal", {"level": "none"})
    alice = await browsers.window("Alice", viewport={"width": 390, "height": 844})
    await alice.open(f"/searches/{board}?campaign")
    tick = alice("[name=tick]")
    await tick.focus()
    await alice.page.keyboard.press("Space")
    await expect(tick).to_be_checked()
    await expect(recipient(alice, "NMBS")).to_contain_text("asked to take it down: Alice")
    assert await barriers(alice) == []
    width = await alice.page.evaluate(
        "document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth"
    )
    assert width <= 0


async def open_approval(browsers: Browsers, width: int = 1400) -> tuple[str, Window]:
    """Open the form for a poster about clothes of which one word is not understood."""
    clothing = "manteau vert foncé, jean, un machin"
    board = await browsers.search(person=PERSON | {"hair": "dark blond", "clothing": clothing})
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "posters"})
    window = await browsers.window("Alice", viewport={"width": 1_400, "height": 1_400})
    await window.open(f"/searches/{board}")
    await window.choose("campaign")
    await window("[data-act=approve]").click()
    await window.page.set_viewport_size({"width": width, "height": 1_400})
    return board, window


@pytest.mark.slow
async def test_word_that_is_not_understood_is_translated_before_approval(browsers: Browsers) -> None:
    board, window = await open_approval(browsers)
    dialog = window("[data-dialog=approve]")
    clothing = dialog.locator("[data-detail=clothing]")
    await expect(clothing.locator("q")).to_have_attribute("lang", "fr")
    await expect(clothing.locator("dd bdi")).to_have_text(
        ["manteau vert foncé, jean, un machin", "Donkergroene jas, jeans, “machin”"]
    )
    await dialog.locator("[data-field=until] input[type=text]").fill("31/12/2098 18:00")
    await dialog.locator("[data-field=decided_by] input").fill("Parket Gent")
    await dialog.locator("[data-act=send]").click()
    await expect(dialog.locator("[data-testid=printed-texts] .error")).to_contain_text("Translate each word")
    await clothing.locator("[data-word=machin] input[name=word-nl]").fill("ding")
    await expect(clothing.locator("dd bdi").nth(1)).to_have_text("Donkergroene jas, jeans, ding")
    await dialog.locator("[data-act=send]").click()
    await expect(window("[data-dialog=campaign] .materials li")).to_contain_text("decided by Parket Gent")
    (state,) = await states(browsers, board, "material")
    assert state["content"]["printed"]["clothing"]["nl"] == "Donkergroene jas, jeans, ding"
    typed = window("[data-dialog=campaign] .typed-texts")
    await typed.locator("summary").click()
    await expect(typed.locator("q").last).to_have_text("manteau vert foncé, jean, un machin")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
async def test_texts_as_printed_have_room(browsers: Browsers, width: int) -> None:
    _, window = await open_approval(browsers, width)
    await window("[data-act=correct-hair-nl]").click()
    await expect(window("#printed-hair-nl")).to_have_value("Donkerblond")
    assert await overflow(window) == []
    await window("[data-testid=printed-texts]").scroll_into_view_if_needed()
    await keep(window, "printed-texts", width)


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_the_texts_as_printed(browsers: Browsers) -> None:
    _, window = await open_approval(browsers)
    await expect(window("[data-word=machin]")).to_be_visible()
    assert await barriers(window, "[data-testid=printed-texts]") == []
