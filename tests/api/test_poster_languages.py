"""Posters in four languages of searches that were typed in three, read back from the PDF: no word of another language."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.api.test_campaign import Campaign, begun
from tests.api.test_posters import page_of
from tests.support.team import Team
from tests.unit.test_poster_texts import TYPED, foreign_words

LANGUAGES = ("en", "fr", "nl", "de")
SHOWS = ["looks", "clothing"]
SAID = {  # how each language says that something is yellow, or black, on the poster of a typed language
    "en": {"en": "yellow rucksack", "fr": "sac à dos jaune", "nl": "gele rugzak", "de": "gelber Rucksack"},
    "fr": {"en": "black leather jacket", "fr": "veste en cuir noire", "nl": "zwarte leren jas", "de": "schwarze Lederjacke"},
    "nl": {"en": "yellow rucksack", "fr": "sac à dos jaune", "nl": "gele rugzak", "de": "gelber Rucksack"},
}  # fmt: skip


async def dressed(team: Team, typed: str) -> Campaign:
    scene = await begun(team)
    await scene.does("search.update", {"person": TYPED[typed]})
    return scene


async def posters(team: Team, scene: Campaign, words: Sequence[dict[str, Any]] = ()) -> dict[str, str]:
    """Approve a poster; return the words of its page in each language."""
    material = (await scene.approved(what="poster", languages=list(LANGUAGES), shows=SHOWS, words=list(words)))["id"]
    return {language: await page_of(team.bob, scene, f"{material}.pdf", language=language, paper="a4") for language in LANGUAGES}


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("typed", SAID)
async def test_poster_has_no_word_of_another_language(team: Team, typed: str) -> None:
    for language, page in (await posters(team, await dressed(team, typed))).items():
        assert SAID[typed][language].lower() in page.lower()
        assert foreign_words(page, language) == []


async def test_word_of_another_language_is_found_on_paper(team: Team) -> None:
    scene = await dressed(team, "en")
    words = [{"field": "clothing", "word": TYPED["en"]["clothing"], **dict.fromkeys(("fr", "nl", "de"), TYPED["en"]["clothing"])}]
    pages = await posters(team, scene, words)
    assert [language for language, page in pages.items() if foreign_words(page, language)] == ["fr", "nl", "de"]
