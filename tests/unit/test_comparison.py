"""Comparison of what a sighting says with what is known of the child: colours are bound, negation counts, nothing false is ✓."""

from itertools import product
from typing import Any

import pytest

from board.comparison.answer import answer_of, compare
from board.vocabulary import meanings
from board.vocabulary.concept import LANGUAGES

NOOR = {
    "first_name": "Noor", "sex": "f", "build": "slim", "hair": "dark blond, shoulder-length", "eyes": "grey-green",
    "clothing": "dark green coat with a hood, jeans, yellow rucksack with a fox", "features": "blue glasses",
}  # fmt: skip
TOM = {
    "first_name": "Tom", "sex": "m", "hair": "cheveux noirs, courts", "eyes": "bruns",
    "clothing": "pull rouge, pantalon bleu marine, baskets blanches, sans bonnet", "features": "cicatrice à la joue gauche",
}  # fmt: skip
LENA = {
    "first_name": "Lena", "sex": "f", "hair": "krullend rood haar", "features": "geen bril",
    "clothing": "lichtroze jas, gestreepte trui, zwarte rok, laarzen",
}  # fmt: skip
# Each pair contradicts itself about the named things, and says nothing else that is the same: no ✓ may be shown.
CONTRADICTIONS = [
    (NOOR, "girl in a red coat", "coat"),
    (NOOR, "une fille en manteau rouge", "coat"),
    (NOOR, "een meisje in een rode jas", "coat"),
    (NOOR, "ein Mädchen in einem roten Mantel", "coat"),
    (NOOR, "a light green coat", "coat"),
    (NOOR, "not a red coat, I mean orange", "coat"),
    (NOOR, "a girl in a coat, no, she had no coat", "coat"),
    (NOOR, "without glasses", "glasses"),
    (NOOR, "elle n'a pas de lunettes", "glasses"),
    (NOOR, "ze heeft haar bril niet op", "glasses"),
    (NOOR, "sie trägt keine Brille", "glasses"),
    (NOOR, "girl without glasses in a red coat, beside a grey van", "coat glasses"),
    (NOOR, "no rucksack", "rucksack"),
    (NOOR, "sac à dos rouge", "rucksack"),
    (NOOR, "a black rucksack, and a man with a yellow rucksack", "rucksack"),
    (NOOR, "een zwarte rugzak", "rucksack"),
    (NOOR, "rucksack with a unicorn", "rucksack"),
    (NOOR, "a boy", "girl"),
    (NOOR, "ein Junge mit kurzen schwarzen Haaren", "girl hair"),
    (NOOR, "black hair", "hair"),
    (NOOR, "cheveux roux", "hair"),
    (NOOR, "brown eyes", "eyes"),
    (NOOR, "yeux bleus", "eyes"),
    (NOOR, "a blue skirt", "trousers"),
    (NOOR, "korte broek", "trousers"),
    (NOOR, "a fat girl", "slim"),
    (TOM, "a boy in a blue jumper", "jumper"),
    (TOM, "jongen met een groene trui", "jumper"),
    (TOM, "ein Junge im blauen Pullover, mit Mütze", "jumper beanie"),
    (TOM, "un pull bleu", "jumper"),
    (TOM, "yellow trousers", "trousers"),
    (TOM, "brown boots", "trainers"),
    (TOM, "long blond hair", "hair"),
    (TOM, "a scar on the right cheek", "scar"),
    (TOM, "a girl", "boy"),
    (LENA, "girl with glasses", "glasses"),
    (LENA, "dark pink coat", "coat"),
    (LENA, "a checked jumper", "jumper"),
    (LENA, "blonde glatte Haare", "hair"),
    (LENA, "jeans et baskets", "skirt boots"),
]
VERDICTS = [
    (NOOR, "Une fille en manteau rouge avec un sac jaune et des lunettes, cheveux clairs, avec un homme à casquette grise",
     {"coat": "differs", "rucksack": "same", "glasses": "fits", "hair": "fits", "trousers": "not_said", "eyes": "not_said"}),
    (NOOR, "Meisje met gele rugzak en bril", {"rucksack": "same", "glasses": "fits", "coat": "not_said"}),
    (NOOR, "dark green coat", {"coat": "same"}),
    (NOOR, "grüner Mantel", {"coat": "fits"}),
    (NOOR, "veste vert foncé", {"coat": "fits"}),
    (NOOR, "I think it was a red coat", {"coat": "not_known"}),
    (NOOR, "peut-être un manteau vert foncé", {"coat": "fits"}),
    (NOOR, "no red coat", {"coat": "not_known"}),
    (NOOR, "no rucksack, or maybe", {"rucksack": "not_known"}),
    (NOOR, "a handbag, a cap, an umbrella", {"handbag": "not_known", "cap": "not_known", "rucksack": "not_said"}),
    (NOOR, "walking to a grey van", {"eyes": "not_said", "coat": "not_said"}),
    (NOOR, "a woman in a dark green coat", {"coat": "not_said"}),
    (NOOR, "a man in a dark green coat and a girl in a red coat", {"coat": "differs"}),
    (NOOR, "a red and green coat", {"coat": "not_known"}),
    (NOOR, "her coat was not green", {"coat": "differs"}),
    (NOOR, "not a light green coat", {"coat": "not_known"}),
    (NOOR, "a dark green coat without a hood", {"coat": "differs"}),
    (NOOR, "a yellow plastic bag", {"rucksack": "not_said", "plastic_bag": "not_known"}),
    (NOOR, "white trousers", {"trousers": "not_known"}),
    (NOOR, "red trousers", {"trousers": "not_known"}),
    (NOOR, "a boy or a girl", {"girl": "not_known"}),
    (NOOR, "sunglasses", {"glasses": "not_said", "sunglasses": "not_known"}),
    (TOM, "blue trousers, navy jumper", {"trousers": "fits", "jumper": "differs"}),
    (TOM, "a boy without a hat", {"boy": "fits"}),
    (LENA, "pale pink coat", {"coat": "fits"}),
    (LENA, "light pink jacket, striped jumper", {"coat": "same", "jumper": "same"}),
    (LENA, "sans lunettes", {"glasses": "same"}),
]  # fmt: skip
UNRELATED = [
    "It was raining.", "The train to Ghent was late.", "A grey van stood there.", "I called the police at once.",
    "Een man met een donkergroene jas liep voorbij.", "Het was al donker.", "De winkel was gesloten.",
    "Un homme en manteau vert foncé attendait le bus.", "Il pleuvait.", "La femme avait un sac jaune.",
    "Eine Frau mit blauer Brille stand daneben.", "Der Zug war voll.", "Rose and Bruno live in Rue Verte.",
]  # fmt: skip
GOOD = ("same", "fits")


def verdicts(person: dict[str, Any], said: str, **fields: str) -> dict[str, str]:
    compared = compare(meanings(), {"person": person}, {"description": said} | fields, None)
    return {row["thing"]: row["verdict"] for row in answer_of(compared, "en", None)["rows"]}


def test_pairs_are_forty() -> None:
    assert len(CONTRADICTIONS) == 40


@pytest.mark.parametrize(("person", "said", "things"), CONTRADICTIONS)
def test_contradictions_are_never_the_same(person: dict[str, Any], said: str, things: str) -> None:
    found = verdicts(person, said)
    assert {thing for thing, verdict in found.items() if verdict == "differs"} >= set(things.split()), found
    sex = {"girl", "boy"}
    assert {thing for thing, verdict in found.items() if verdict in GOOD} <= sex, found


@pytest.mark.parametrize(("person", "said", "expected"), VERDICTS)
def test_statements_are_compared(person: dict[str, Any], said: str, expected: dict[str, str]) -> None:
    found = verdicts(person, said)
    assert {thing: found.get(thing) for thing in expected} == expected


@pytest.mark.parametrize("unrelated", UNRELATED)
def test_unrelated_sentence_never_makes_a_contradiction_fit(unrelated: str) -> None:
    for (person, said, things), is_before in product(CONTRADICTIONS, (True, False)):
        found = verdicts(person, f"{unrelated} {said}." if is_before else f"{said}. {unrelated}")
        wrong = {thing: found.get(thing) for thing in things.split() if found.get(thing) in GOOD}
        assert not wrong, (unrelated, said)


def test_contradictions_are_first() -> None:
    found = list(verdicts(NOOR, "a yellow rucksack, glasses, an umbrella, a red coat").values())
    assert found[:4] == ["differs", "same", "fits", "not_known"]
    assert set(found[4:]) == {"not_said"}


def test_company_is_not_the_child() -> None:
    compared = compare(
        meanings(), {"person": NOOR}, {"description": "a girl", "company": "with a boy in a dark green coat"}, None
    )
    answer = answer_of(compared, "en", None)
    assert "coat" in {row["thing"] for row in answer["rows"] if row["verdict"] == "not_said"}
    assert [(other["whose"], other["text"]) for other in answer["others"]] == [("companion", "boy · dark green coat")]


def test_callers_words_and_sentence_stand_in_the_row() -> None:
    compared = compare(meanings(), {"person": NOOR}, {"description": "Elle porte un manteau rouge"}, None)
    for language, name, mark in (
        ("en", "Coat", "differs: coat"),
        ("de", "Mantel", "anders: Mantel"),
        ("nl", "Jas", "verschilt: jas"),
    ):
        answer = answer_of(compared, language, None)
        row = answer["rows"][0]
        assert (row["name"], answer["mark"]) == (name, mark)
        assert row["quotes"] == [{"field": "description", "text": "manteau rouge", "language": "fr"}]
    assert answer_of(compared, "en", None)["rows"][0]["text"] == "Coat: differs. Said: red coat. Known: dark green hooded coat."


def test_vehicle_that_is_searched_for_is_compared() -> None:
    search = {"person": {"first_name": "Noor"}, "details": {"vehicle_colour": "gris"}}
    for said, verdict in (
        ("a girl beside a grey van", "fits"), ("a girl beside a red car", "not_known"),
        ("she got into a red car", "differs"), ("a girl", "not_said"),
    ):  # fmt: skip
        rows = answer_of(compare(meanings(), search, {"description": said}, None), "en", None)["rows"]
        assert [row["verdict"] for row in rows if row["thing"] == "vehicle"] == [verdict], said


HOSTILE = [
    "red coat " * 2_500, "not " * 5_000, "\u202egirl in a \u202dred coat", "🧥" * 5_000, "a" * 20_000, "\x00", "manteau " * 2_500,
    "red manteau jas Mantel zapatos пальто معطف 外套 coat rouge", ", ".join(f"coat{number}" for number in range(4_000)),
]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_bad_input_is_compared_and_bounded(said: str) -> None:
    for language in LANGUAGES:
        answer = answer_of(compare(meanings(), {"person": NOOR}, {"description": said}, None), language, None)
        assert len(answer["rows"]) <= 60
        assert all(len(row["quotes"]) <= 60 for row in answer["rows"])


@pytest.mark.parametrize(
    "said", ["Rose", "Bruno", "Violette", "mevrouw De Groene", "Rue Verte", "Groenstraat", "er war blau", ""]
)
def test_names_that_are_colours_say_nothing(said: str) -> None:
    assert {verdict for thing, verdict in verdicts(NOOR, said).items()} == {"not_said"}


def test_two_people_at_once_are_not_mixed() -> None:
    found = verdicts(NOOR, "two girls, one in a red coat, the other in a dark green coat with a yellow rucksack")
    assert not {thing for thing, verdict in found.items() if verdict in GOOD} - {"girl"}
