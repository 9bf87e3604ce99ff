"""Attributes belong to their noun, and negation, hedges and people to their statements."""

import pytest

from board.vocabulary import parser, statements

COLOURS = [
    ("Red coat, green trousers", "coat:red trousers:green"),
    ("walking to a grey van", "walks van:grey"),
    ("a red and white scarf", "scarf:red+white"),
    ("dark green coat", "coat:dark+green"),
    ("a woolly hat, a black one", "beanie:black"),
    ("her coat was red and her boots were brown", "coat:red boots:brown"),
    ("jacket: red, trousers: blue", "jacket:red trousers:blue"),
    ("jacket blue, trousers grey", "jacket:blue trousers:grey"),
    ("a long, grey, woollen cardigan", "cardigan:long+grey+wool"),
    ("denim jacket", "denim_jacket"),
    ("a jacket with a hood", "jacket:hooded"),
    ("manteau vert foncé", "coat:dark+green"),
    ("un pull, un rouge", "jumper:red"),
    ("un grand sac à dos jaune", "rucksack:big+yellow"),
    ("une jupe longue et noire", "skirt:long+black"),
    ("donkergroene jas", "coat:dark+green"),
    ("een rood-witte sjaal", "scarf:red+white"),
    ("een regenjasje", "raincoat"),
    ("een jeansrok", "skirt:denim"),
    ("dunkelgrüner Mantel", "coat:dark+green"),
    ("eine rot-weiße Mütze", "beanie:red+white"),
    ("braune Lederstiefel", "boots:leather+brown"),
    ("graugrüne Augen", "eyes_grey_green"),
]
NEGATIONS = [
    ("no hat or gloves", "-hat -gloves"),
    ("no bag, but a red scarf", "-bag scarf:red"),
    ("without a coat", "-coat"),
    ("turquoise coat, not blue", "coat:turquoise -coat:blue"),
    ("not a red coat, I mean orange", "-coat:red coat:orange"),
    ("he couldn't find his glasses", "-glasses"),
    ("she left her phone at home", "-phone home"),
    ("pas une casquette, un bonnet", "-cap beanie"),
    ("elle n'a pas de lunettes", "-glasses"),
    ("ni bonnet ni écharpe", "-beanie -scarf"),
    ("ze heeft haar bril niet op", "-glasses"),
    ("geen pet, een muts", "-cap beanie"),
    ("sie hat ihre Brille nicht auf", "-glasses"),
    ("keine Kappe, eine Mütze", "-cap beanie"),
    ("il ne parle pas", "non_verbal"),
]
HEDGES = [
    ("I think it was a red coat, but she had a scarf", "?coat:red scarf"),
    ("a red or an orange cap", "?cap:red ?cap:orange"),
    ("maybe a rucksack", "?rucksack"),
    ("a red coat, I think", "?coat:red"),
    ("no rucksack, or maybe", "-?rucksack"),
    ("peut-être un sac à dos", "?rucksack"),
    ("misschien een rugzak", "?rucksack"),
    ("vielleicht ein Rucksack", "?rucksack"),
    ("je ne sais pas si c'était un garçon ou une fille", "?boy ?girl"),
]
NAMES = [
    ("Rose was wearing a blue coat", "coat:blue"),
    ("Violette portait un manteau bleu", "coat:blue"),
    ("j'ai vu Bruno avec un manteau noir", "coat:black"),
    ("un garçon Rue Verte", "boy street"),
    ("Mevrouw De Groene zag een rode jas", "woman coat:red"),
    ("een meisje in de Groenstraat", "girl"),
    ("er war blau", ""),
    ("ich weiß nicht", ""),
]


@pytest.mark.parametrize(("text", "expected"), [*COLOURS, *NEGATIONS, *HEDGES, *NAMES])
def test_words_are_bound(text: str, expected: str) -> None:
    said = [statement.expression for statement in statements(text)]
    assert [_sorted(each) for each in said] == [_sorted(each) for each in expected.split()], text


def _sorted(expression: str) -> str:
    thing, _, bound = expression.partition(":")
    return f"{thing}:{'+'.join(sorted(bound.split('+')))}"


def test_two_people_keep_their_clothes() -> None:
    said = statements("A man in a red coat and a girl with a yellow rucksack, he had a beard")
    assert [(each.thing, each.person, each.whose) for each in said] == [
        ("man", 0, "companion"), ("coat", 0, "companion"), ("girl", 1, "child"), ("rucksack", 1, "child"),
        ("beard", 0, "companion"),
    ]  # fmt: skip


def test_what_a_vehicle_has_is_not_the_childs() -> None:
    assert [(each.expression, each.whose) for each in statements("a girl got into a grey van with tinted windows")] == [
        ("girl", "child"), ("gets_into_car", "child"), ("van:grey", "vehicle"), ("tinted_windows", "vehicle"),
    ]  # fmt: skip


def test_the_other_one_is_another_person() -> None:
    said = statements("Two girls on the beach, the other one had a red cap")
    assert [(each.expression, each.person) for each in said] == [("group_of_girls", 0), ("beach", 0), ("cap:red", 1)]


def test_span_is_that_of_the_words() -> None:
    text = "Hier, une fille avec un sac à dos jaune 🎒 et des lunettes."
    spans = {each.thing: text[slice(*each.span)] for each in statements(text)}
    assert spans == {"girl": "fille", "rucksack": "sac à dos jaune", "glasses": "lunettes"}


def test_field_says_what_its_text_speaks_of() -> None:
    def said(field: str, text: str) -> list[str]:
        return [each.expression for each in parser().read(text, field=field).statements]

    assert said("hair", "brown, short") == ["hair_brown", "hair_short"]
    assert said("hair", "châtain, longs") == ["hair_brown", "hair_long"]
    assert said("eyes", "groen") == ["eyes_green"]
    assert said("eyes", "bleu-gris") == ["eyes_grey_blue"]
    assert said("clothing", "rood") == []


def test_misspelt_words_are_read() -> None:
    assert [each.expression for each in statements("yelow rucksak and trainners")] == ["rucksack:yellow", "trainers"]
    assert [each.expression for each in statements("sac a dos jaunne, lunetes")] == ["rucksack:yellow", "glasses"]
    assert statements("yes of course tomorrow morning") == ()


def test_words_that_are_not_understood_are_named() -> None:
    text = "a red coat and a Schlumpf badge"
    reading = parser().read(text)
    assert [text[slice(*span)] for span in reading.unread] == ["Schlumpf"]
