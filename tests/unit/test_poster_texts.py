"""Posters of searches that were typed in three languages, in four languages: no word of another language."""

import re
from typing import Any

import pytest

from board.commands.materials.printed_texts import with_printed_texts
from board.documents import poster
from models.material import Content

LANGUAGES = ("en", "fr", "nl", "de")
TYPED = {
    "en": {"hair": "Dark blond, shoulder-length", "eyes": "blue", "features": "Glasses with a blue frame",
           "clothing": "Dark green coat, jeans, white trainers, yellow rucksack with a fox on it"},
    "fr": {"hair": "bruns, bouclés", "eyes": "verts", "features": "appareil dentaire",
           "clothing": "veste en cuir noire, écharpe rouge, pas de bonnet"},
    "nl": {"hair": "kort bruin haar", "eyes": "bruin", "features": "beugel, sproeten",
           "clothing": "donkerblauwe jas, gele rugzak, witte sneakers"},
}  # fmt: skip
WORDS = {  # of each language, and of no other one
    "en": ("coat", "green", "yellow", "hair", "shoulder", "freckles", "black", "with"),
    "fr": ("manteau", "vert", "jaune", "cheveux", "sac", "noire", "avec", "veste"),
    "nl": ("jas", "groene", "gele", "haar", "rugzak", "zwarte", "beugel", "geen"),
    "de": ("Mantel", "grüner", "gelber", "Haare", "Turnschuhe", "schwarze", "Zahnspange", "ohne"),
}
EXPECTED = {
    ("en", "fr"): "Manteau vert foncé, jean, baskets blanches, sac à dos jaune (renard)",
    ("fr", "de"): "Schwarze Lederjacke, roter Schal, ohne Mütze",
    ("nl", "en"): "Dark blue coat, yellow rucksack, white trainers",
}


def content(typed: dict[str, str]) -> dict[str, Any]:
    facts = Content(reference="R-1", kind="runaway", first_name="Noor", age=11).model_dump() | typed
    return with_printed_texts(facts, LANGUAGES, [], None)


def printed(typed: str, language: str) -> str:
    """Return what a poster says of the looks and the clothes."""
    material = {"what": "poster", "content": content(TYPED[typed]), "texts": {}, "until": "2099-01-01T00:00:00Z"}
    return "\n".join(each.text for each in poster.poster(material, language, "a4").looks)


def foreign_words(text: str, language: str) -> list[str]:
    """Return the words of a text that are of another language."""
    others = {word for other in LANGUAGES if other != language for word in WORDS[other]} - set(WORDS[language])
    return sorted(word for word in others if re.search(rf"\b{word}\b", text, re.IGNORECASE))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", TYPED)
def test_poster_has_no_word_of_another_language(typed: str, language: str) -> None:
    text = printed(typed, language)
    assert foreign_words(text, language) == [], text


@pytest.mark.parametrize("typed", TYPED)
def test_word_of_another_language_is_found(typed: str) -> None:
    text = " ".join(TYPED[typed].values())
    assert [language for language in LANGUAGES if not foreign_words(text, language)] == [typed]


@pytest.mark.parametrize(("typed", "language"), EXPECTED)
def test_poster_composes_clothes(typed: str, language: str) -> None:
    assert EXPECTED[typed, language] in printed(typed, language)


def test_material_of_an_earlier_version_shows_texts_as_typed() -> None:
    old = {name: value for name, value in content(TYPED["en"]).items() if name not in ("printed", "typed_in", "words")}
    material = {"what": "poster", "content": old, "texts": {}, "until": "2099-01-01T00:00:00Z"}
    assert TYPED["en"]["clothing"] in [each.text for each in poster.poster(material, "fr", "a4").looks]
