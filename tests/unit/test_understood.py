"""Reading of a text: the words that say it, and names in quotation marks."""

import pytest

from board.lookup.understood import MAX_STATEMENTS, MAX_UNREAD, MAX_WORDS, understood
from board.vocabulary import parser, statements


def words(text: str, field: str = "") -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    found = understood(parser(), text, "en", field)
    return [
        (statement.expression, [(text[slice(*word.span)], word.ids) for word in read])
        for statement, read in zip(found.reading.statements, found.words, strict=True)
    ]


def test_words_say_what_they_are_read_as() -> None:
    assert words("manteau vert, lunettes") == [
        ("coat:green", [("manteau", ("coat",)), ("vert", ("green",))]), ("glasses", [("lunettes", ("glasses",))]),
    ]  # fmt: skip
    assert words("donkergroene jas") == [("coat:dark+green", [("donkergroene", ("dark", "green")), ("jas", ("coat",))])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a key ring “green”", ["keys"]), ("un porte-clés « vert »", ["keys"]), ('a "red" coat', ["coat"]),
        ("ein „roter“ Mantel", ["coat"]), ("T-shirt with “LOVE” on it", ["t_shirt"]),
        ("“girl in a red coat”", ["girl", "coat:red"]),
        ("“a red coat”, she said", ["coat:red"]), ('"', []), ("“", []), ("coat “", ["coat"]),
    ],
)  # fmt: skip
def test_quoted_word_is_a_name(text: str, expected: list[str]) -> None:
    assert [statement.expression for statement in statements(text, "en")] == expected


def test_quoted_word_is_not_reported_as_unread() -> None:
    assert understood(parser(), "a “Groenendael” badge", "en", "").reading.unread == ()
    assert len(understood(parser(), "a Groenendael badge", "en", "").reading.unread) == 1


@pytest.mark.parametrize("text", ["red coat, " * 400, "xqz " * 1_000, "a" * 4_000, "“" * 4_000, "🧥\u202e" * 2_000, "\x00"])
def test_bad_input_is_bounded(text: str) -> None:
    found = understood(parser(), text, "en", "nothing")
    assert len(found.reading.statements) == len(found.words) <= MAX_STATEMENTS
    assert len(found.reading.unread) <= MAX_UNREAD
    assert all(len(each) <= MAX_WORDS for each in found.words)
