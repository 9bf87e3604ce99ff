"""Texts that nobody says: long ones, repeated words, many languages, other scripts. Reading stays linear, and nothing fails."""

import sys
from collections.abc import Callable
from random import Random
from types import FrameType

import pytest

from board.vocabulary import load_vocabulary, meanings, parser, statements
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.meanings import DROPPED_AT_ONCE, MAX_KEPT
from board.vocabulary.parser import MAX_TEXT

REPEATED = [
    "red ", "ne ", "and or ", "coat, ", "é", "e\u0301", "\u0301", "left at home, ", "donkerblauw", "not ",
    "boy ", "girl, ", "van, an estate, ", "nicht mit ", "il n'en a pas ", "the other one ", "🎒", "٣", "שלום ",
    "x1y ", "maybe ", "a", "hair ", "he she ", "…", "- ", "no, ",
]  # fmt: skip
LONG, SHORT = 20_000, 5_000  # characters
MOST = 8  # times as many calls for four times the text; quadratic would be 16


def calls_of(act: Callable[[], object]) -> int:
    """Count the calls that something takes: a measure that does not depend on the machine."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.sample(every=5)
@pytest.mark.parametrize("part", REPEATED)
def test_reading_is_linear(part: str) -> None:
    long = (part * LONG)[:LONG]
    parser().parse(long)  # the words are known now
    short_calls, long_calls = (calls_of(lambda text=text: parser().parse(text)) for text in (long[:SHORT], long))
    assert long_calls <= MOST * short_calls + 1_000


def test_text_is_read_up_to_its_limit() -> None:
    text = "x" * (MAX_TEXT - 9) + " red coat. A yellow rucksack"
    assert [each.expression for each in statements(text)] == ["coat:red"]


def test_ten_languages_in_one_sentence() -> None:
    text = "girl 女の子 fille kız dziewczyna meisje niña فتاة mit gelbem Rucksack, et des lunettes, bardzo mała"
    assert "rucksack:yellow" in [each.expression for each in statements(text)]


def test_other_scripts_and_emoji_are_passed_over() -> None:
    assert [each.expression for each in statements("محمد was wearing a red coat 🧥, 🎒 yellow rucksack")] == [
        "coat:red",
        "rucksack:yellow",
    ]
    assert statements("") == statements(" \n\t") == statements("🧥🎒") == statements("…") == ()


def test_accents_of_their_own_are_read() -> None:
    composed, decomposed = "manteau foncé, écharpe", "manteau fonce\u0301, e\u0301charpe"
    assert [each.expression for each in statements(decomposed)] == [each.expression for each in statements(composed)]
    assert [decomposed[slice(*each.span)] for each in statements(decomposed)] == ["manteau fonce\u0301", "e\u0301charpe"]


def test_random_words_never_fail() -> None:
    random, words = Random(41), []
    for concept in load_vocabulary().concepts:
        words += [form.split()[0] for form in concept.printed]
    words += ["no", "niet", "mais", "or", "he", "elle", ",", ".", "with", "left", "none", "one", "n'", "the", "un", "haar"]
    for _ in range(400):
        text = " ".join(random.choices(words, k=40))
        for each in parser().parse(text, random.choice([None, *LANGUAGES])):
            start, end = each.span
            assert 0 <= start < end <= len(text), text


def test_kept_meanings_are_bounded() -> None:
    known = type(meanings())(parser())
    for number in range(MAX_KEPT + 2 * DROPPED_AT_ONCE):
        known._keep(number, meanings().of({"": ""}))
    assert len(known) <= MAX_KEPT
    assert known.kept({"text": "red coat"}) is None
    assert known.of({"text": "red coat"}) == known.kept({"text": "red coat"})
