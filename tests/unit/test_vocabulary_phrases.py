"""Statements are printed in each language, with the words in agreement."""

from typing import Any

import pytest

from board.vocabulary import Statement, load_vocabulary, phrases, statements
from board.vocabulary.concept import LANGUAGES

PRINTED = {
    "coat:dark+green": ("dark green coat", "manteau vert foncé", "donkergroene jas", "dunkelgrüner Mantel"),
    "shirt:green": ("green shirt", "chemise verte", "groen hemd", "grünes Hemd"),
    "trainers:white": ("white trainers", "baskets blanches", "witte sneakers", "weiße Turnschuhe"),
    "dress:light+pink": ("light pink dress", "robe rose clair", "lichtroze jurk", "hellrosa Kleid"),
    "jacket:leather+brown": ("brown leather jacket", "veste en cuir brune", "bruine leren jas", "braune Jacke aus Leder"),
    "scarf:red+white": ("red and white scarf", "écharpe rouge et blanc", "rood-witte sjaal", "rot-weißer Schal"),
    "rucksack:big+yellow+fox": (
        "big yellow rucksack (fox)", "grand sac à dos jaune (renard)", "grote gele rugzak (vos)",
        "großer gelber Rucksack (Fuchs)",
    ),
    "coat:dark": ("dark coat", "manteau foncé", "donkere jas", "dunkler Mantel"),
    "skirt:long+black": ("long black skirt", "jupe noire longue", "lange zwarte rok", "langer schwarzer Rock"),
    "hair:curly_hair+brown": ("brown curly hair", "cheveux bouclés bruns", "bruin krullend haar", "braune lockige Haare"),
    "trainers:fluorescent+green": ("fluorescent green trainers", "baskets vert fluo", "fluogroene sneakers",
        "neongrüne Turnschuhe"),
    "-coat:red": ("no red coat", "sans manteau rouge", "geen rode jas", "ohne roten Mantel"),
    "-glasses": ("no glasses", "sans lunettes", "geen bril", "ohne Brille"),
    "?cap:blue": ("perhaps blue cap", "peut-être casquette bleue", "misschien blauwe pet", "vielleicht blaue Kappe"),
    "umbrella:old": ("old umbrella", "vieux parapluie", "oude paraplu", "alter Regenschirm"),
    "eyes_blue": ("blue eyes", "yeux bleus", "blauwe ogen", "blaue Augen"),
}  # fmt: skip


def statement(expression: str) -> Statement:
    known = load_vocabulary()
    bare = expression.lstrip("-?")
    thing, _, bound = bare.partition(":")
    by_group: dict[str, list[str]] = {}
    for id in bound.split("+") if bound else []:
        group = known.concepts[known.positions[id]].group
        name = {"shade": "colour", "colour": "colour", "pattern": "pattern", "material": "material", "modifier": "size"}
        by_group.setdefault(name.get(group, "other"), []).append(id)
    said: dict[str, Any] = {name: tuple(ids) for name, ids in by_group.items()}
    return Statement(thing, **said, negated="-" in expression, hedged="?" in expression)


@pytest.mark.parametrize("expression", PRINTED)
def test_phrase_agrees(expression: str) -> None:
    assert tuple(phrases(language).of(statement(expression)) for language in LANGUAGES) == PRINTED[expression]


def test_phrases_are_listed_in_the_readers_language() -> None:
    said = statements("gele rugzak, een bril en een bril")
    assert phrases("en").listed(said) == "yellow rucksack · glasses"
    assert phrases("fr").listed(said) == "sac à dos jaune · lunettes"
    assert phrases("xx").listed(said) == "yellow rucksack · glasses"


def test_every_noun_with_every_colour_has_a_phrase() -> None:
    known = load_vocabulary()
    for concept in known.concepts:
        if concept.is_noun:
            for language in LANGUAGES:
                said = Statement(concept.id, colour=("dark", "blue"), pattern=("striped",), material=("leather",), size=("big",))
                assert "~" not in phrases(language).of(said)
