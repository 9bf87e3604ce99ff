"""Details of a child for a reader of another language: composed if all is understood, otherwise as typed."""

import pytest

from board.vocabulary.readable import ReadableText, readable

READS = ("en", "fr", "nl", "de")


def shown(text: str, field: str, reads: str) -> tuple[str, str, bool]:
    return tuple(readable(text, field, reads))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        ("fr", "manteau vert foncé, jean"),
        ("nl", "donkergroene jas, jeans"),
        ("de", "dunkelgrüner Mantel, Jeans"),
    ],
)
def test_text_is_composed_for_a_reader_of_another_language(reads: str, text: str) -> None:
    assert shown("dark green coat, jeans", "clothing", reads) == (text, "en", True)
    assert shown(text, "clothing", reads) == (text, reads, False)


def test_capital_is_as_typed() -> None:
    assert shown("Dark green coat", "clothing", "fr")[0] == "Manteau vert foncé"
    assert shown("glasses", "features", "de")[0] == "Brille", "a German noun"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("hair", "Shaved at the sides, dyed blue on top"),
        ("clothing", "dark green coat, two red scarves"),
        ("clothing", "red coat and a widget"),
        ("clothing", "her brother's red coat"),
        ("features", "missing front tooth"),
        ("features", "shy"),
        ("features", "does not speak French"),
        ("clothing", "was wearing a red coat but lost it"),
        ("needs", "Inhaler before sport"),
        ("needs", "diabetic"),
        ("clothing", "red coat?"),
        ("clothing", "red coat/blue coat"),
        ("clothing", "red coat, no hat"),
        ("clothing", "perhaps a red coat"),
        ("clothing", "red coat, 2 bags"),
        ("description", "She has red hair. Her coat is green."),
    ],
)
def test_text_that_is_not_understood_wholly_stays_as_typed(field: str, typed: str) -> None:
    for reads in READS:
        assert shown(typed, field, reads) == (typed, "en", False)


def test_other_fields_and_languages_are_left_alone() -> None:
    assert readable("red coat", "place", "fr") == ReadableText("red coat", "fr", is_composed=False)
    assert readable("red coat", "clothing", "xx") == ReadableText("red coat", "xx", is_composed=False)


@pytest.mark.parametrize("typed", ["…", "Groenendael", "7", "🎒", "نور", "\u202eabc\u202c", "a" * 20_000, "red coat, " * 2_001])
def test_hostile_text_is_returned_as_typed(typed: str) -> None:
    for reads in READS:
        assert shown(typed, "clothing", reads)[::2] == (typed, False)
