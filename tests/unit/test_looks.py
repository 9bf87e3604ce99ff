"""Typed looks are compared with what rows say: by thing and colour, in any language."""

import pytest

from board.lookup.looks import Said, answers
from board.vocabulary import meanings


def said(text: str) -> Said:
    return Said.typed(meanings(), text, "en")


def fits(typed: str, text: str) -> bool:
    return said(typed).fits(meanings().of({"text": text}))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("yellow rucksack", "une fille avec un sac à dos jaune"),
        ("gele rugzak", "a girl with a yellow rucksack and glasses"),
        ("sac jaune", "a yellow rucksack"),
        ("girl glasses", "ein Mädchen mit Brille"),
        ("dark green coat", "donkergroene jas met kap"),
        ("grey van", "sie stieg in einen grauen Lieferwagen"),
        ("blue coat", "manteau bleu marine"),
        ("rote Jacke", "een rode jas"),
        ("no glasses", "elle n'a pas ses lunettes"),
    ],
)
def test_same_looks_fit_in_any_language(typed: str, text: str) -> None:
    assert fits(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("red coat", "manteau vert foncé"),
        ("grey van", "graugrüne Augen"),
        ("red trousers", "red coat, green trousers"),
        ("yellow rucksack", "een rugzak"),
        ("glasses", "sans lunettes"),
        ("no glasses", "avec des lunettes"),
        ("yellow rucksack glasses", "sac à dos jaune"),
        ("tomorrow", "a yellow rucksack"),
    ],
)
def test_other_looks_do_not_fit(typed: str, text: str) -> None:
    assert not fits(typed, text)


def test_contradiction_counts_against_a_row() -> None:
    typed = said("red coat, glasses")
    same, silent, other = (
        meanings().of({"text": text}) for text in ("manteau rouge, lunettes", "lunettes", "manteau vert, lunettes")
    )
    scores = [typed.likeness(each).score for each in (same, silent, other)]
    assert scores[0] > scores[1] > scores[2]
    assert [each.thing for each in typed.likeness(other).matched] == ["glasses"]


def test_rare_looks_count_more() -> None:
    typed = said("blue jeans and crutches")
    rows = [meanings().of({"text": text}) for text in ["blauwe jeans"] * 20 + ["béquilles"]]
    typed.weigh(rows)
    assert typed.likeness(rows[-1]).score > typed.likeness(rows[0]).score


def test_unrelated_sentence_never_makes_a_row_fit() -> None:
    typed, unrelated = (
        said("red coat"),
        ["He asked for a charger.", "A red car stopped.", "The red bus was late.", "Hij was nat."],
    )
    for text in ("green coat", "blauwe jas", "manteau noir"):
        for more in unrelated:
            assert not typed.fits(meanings().of({"text": f"{text}. {more}"})), (text, more)


def test_words_that_are_no_looks_are_named() -> None:
    assert said("Noor yellow rucksack").names == ["noor"]
    assert said("yellow rucksack with glasses").names == []


def test_answer_is_in_the_readers_language() -> None:
    typed = Said.typed(meanings(), "gele rugzak, geen bril", "nl")
    first, second = answers(typed.statements, "fr", None)
    assert (first["text"], first["thing"], first["colour"], first["negated"]) == (
        "sac à dos jaune",
        "rucksack",
        ["yellow"],
        False,
    )
    assert (second["text"], second["negated"], second["span"]) == ("sans lunettes", True, [18, 22])
    assert answers(typed.statements, "en", None, spans=False)[0]["span"] is None


def test_hair_of_a_search_is_compared() -> None:
    assert said("cheveux bruns").fits(meanings().of({"person.hair": "brown, shoulder-length"}))
    assert not said("cheveux bruns").fits(meanings().of({"person.clothing": "brown"}))
