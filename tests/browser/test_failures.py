"""A fault of the program is said in plain words at the form that met it. What was typed stays, and is not sent again."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import expect

from board.commands.registry import TABLE
from tests.support.browser_window import DESKTOP_SIZE, Window
from tests.support.browsers import Browsers

PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.browser

SAID = {
    "en": "because of an error in the program",
    "fr": "à cause d’une erreur dans le programme",
    "nl": "door een fout in het programma",
    "de": "wegen eines Fehlers im Programm",
}


def fails(pen: Any, data: Any) -> None:
    raise ValueError("a fault")


def sent(window: Window) -> int:
    return len([frame for frame in window.frames if frame.sent and frame.body.get("name") == "note.add"])


@pytest.mark.parametrize("size", [DESKTOP_SIZE, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", SAID)
async def test_a_note_that_failed_says_so_in_each_language_and_is_not_sent_again(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch, size: dict[str, int], language: str
) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, "Girl with a red coat")
    alice = await browsers.window("Alice", viewport=size, locale=language)
    await alice.open(f"/searches/{board}/cards/{card}")
    with monkeypatch.context() as patch:
        patch.setitem(TABLE, "note.add", replace(TABLE["note.add"], handler=fails))
        await alice.fill("note", {"text": "The mother knows the coat"})
        await alice("[data-act=add-note]").click()
        await expect(alice(".problem", has_text=SAID[language])).to_be_visible()
    await expect(alice.field("note", "text")).to_have_value("The mother knows the coat")
    assert sent(alice) == 1
    await alice.reload()
    assert sent(alice) == 1
    await alice("[data-act=add-note]").click()
    await expect(alice("li.note")).to_have_count(1)
