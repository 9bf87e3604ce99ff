"""Texts for print in other languages: composed, with the words that a person must translate."""

import pytest

from board.vocabulary import parser, phrases
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.print_text import PrintText, read_for_print

FRENCH = "manteau vert foncé à capuche, jean, baskets blanches, sac jaune avec un renard, pas de bonnet, des clés Groenendael"


def read(text: str, field: str = "clothing", reader: str = "en") -> PrintText:
    return read_for_print(parser(), text, reader, field)


def printed(text: PrintText, **translations: str) -> list[str]:
    return [text.composed(phrases(language), translations) for language in LANGUAGES]


def test_text_is_as_typed_in_its_language_and_composed_in_others() -> None:
    text = read("Dark green coat, jeans, white trainers, yellow rucksack with a fox on it")
    assert [text.words(language) for language in LANGUAGES] == [()] * 4
    assert printed(text) == [
        "Dark green coat, jeans, white trainers, yellow rucksack with a fox on it",
        "Manteau vert foncé, jean, baskets blanches, sac à dos jaune (renard)",
        "Donkergroene jas, jeans, witte sneakers, gele rugzak (vos)",
        "Dunkelgrüner Mantel, Jeans, weiße Turnschuhe, gelber Rucksack (Fuchs)",
    ]  # fmt: skip


def test_word_that_is_not_understood_needs_a_translation() -> None:
    text = read(FRENCH)
    assert [text.words(language) for language in LANGUAGES] == [("Groenendael",), (), ("Groenendael",), ("Groenendael",)]
    assert printed(text, Groenendael="dog")[0].endswith("no woolly hat, keys, dog")
    assert printed(text, Groenendael="")[2].endswith("geen muts, sleutels")
    assert printed(text)[1] == FRENCH
    assert printed(text)[3].endswith("ohne Mütze, Schlüssel, „Groenendael“")


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("hair", "Dark blond, shoulder-length", "Blond foncé, mi-longs"),
        ("hair", "brown", "Bruns"),
        ("eyes", "grey-green", "Gris-vert"),
        ("features", "scar on left knee, 3 cm", "Cicatrice, genou gauche, 3 cm"),
        ("features", "badge “Green”", "Badge, “Green”"),
        ("clothing", "red coat, red coat", "Manteau rouge"),
        ("clothing", "no rucksack", "Sans sac à dos"),
        ("clothing", "perhaps a green scarf", "Peut-être écharpe verte"),
    ],
)
def test_text_is_composed_in_french(field: str, typed: str, expected: str) -> None:
    text = read(typed, field)
    assert text.words("fr") == ()
    assert text.composed(phrases("fr"), {}) == expected


def test_text_in_two_languages_is_composed_in_both() -> None:
    text = read("Red coat. Pantalon noir avec une ceinture.")
    assert printed(text)[:2] == ["Red coat, black trousers, belt", "Manteau rouge, pantalon noir, ceinture"]
    mixed = read("red coat, pantalon noir")
    assert [mixed.words(language) for language in LANGUAGES] == [("pantalon noir",)] * 4
    assert printed(mixed, **{"pantalon noir": "black trousers"})[0] == "Red coat, black trousers"


def test_needs_are_translated_as_a_whole() -> None:
    text = read("Inhaler before sport, until 17:10", "needs")
    assert [text.words(language) for language in LANGUAGES] == [(), *[("Inhaler before sport, until 17:10",)] * 3]
    assert printed(text)[0] == "Inhaler before sport, until 17:10"


def test_translation_of_a_whole_text_replaces_it() -> None:
    typed = "Shaved at the sides, dyed blue on top"
    assert printed(read(typed, "hair"), **{typed: "Rasés, bleus en haut"})[1] == "Rasés, bleus en haut"


@pytest.mark.parametrize(
    "typed", ["🎒", "…", "1 m 42", "نور", "a" * 20_000, "a “b ”” “", "rouge red rood rot " * 50, "\u202eabc\u202c"]
)
@pytest.mark.parametrize("field", ["clothing", "needs", "hair"])
def test_hostile_text_is_never_lost(typed: str, field: str) -> None:
    text = read(typed, field)
    for language in LANGUAGES:
        translations = dict.fromkeys(text.words(language), "x")
        assert text.composed(phrases(language), translations)


def test_right_to_left_text_needs_a_translation() -> None:
    assert read("معطف أحمر").words("fr") == ("معطف أحمر",)
