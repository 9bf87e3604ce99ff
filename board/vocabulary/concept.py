"""Concept of the vocabulary: one row of `concepts.tsv`. Its columns are described in `board/docs/reference/vocabulary.md`."""

from typing import NamedTuple

LANGUAGES = ("en", "fr", "nl", "de")
GENDERS = {"fr": ("m", "f", "mp", "fp"), "nl": ("de", "het", "pl"), "de": ("m", "f", "n", "pl")}
COLUMNS = (
    "id", "group", *LANGUAGES, "fr_gender", "nl_article", "de_gender", "en_attr", "fr_attr", "nl_attr", "de_attr", "on_colour",
    "is_a", "note",
)  # fmt: skip
GROUPS = frozenset(
    {
        "colour",
        "shade",
        "pattern",
        "material",
        "garment",
        "footwear",
        "headwear",
        "bag",
        "accessory",
        "hair_colour",
        "hair_length",
        "hair_style",
        "eye_colour",
        "build",
        "skin_mark",
        "face",
        "aid",
        "age_group",
        "companion",
        "vehicle",
        "transport",
        "place_kind",
        "action",
        "state",
        "thing",
        "medical",
        "modifier",
        "body_part",
        "language",
    }
)
WORN = frozenset({"garment", "footwear", "headwear", "bag", "accessory"})


class Concept(NamedTuple):
    """Row without its forms, except the printed ones.

    `printed`: the first form in each language. `genders`: of the noun in fr, nl and de; empty for other words. `attributes`: for
    words that are bound to a noun, the forms in each language, in which `~` is the noun. `on_colour`: of a shade before a colour.
    `parents`: wider concepts, by position. `equals`: a noun and its attributes that mean exactly this concept, by position.
    """

    id: str
    group: str
    printed: tuple[str, ...]
    genders: tuple[str, ...]
    attributes: tuple[str, ...]
    on_colour: tuple[str, ...]
    parents: tuple[int, ...]
    equals: tuple[int, ...]

    @property
    def is_noun(self) -> bool:
        return bool(self.genders)
