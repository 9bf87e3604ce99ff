"""Statement: what a text says about one thing."""

from typing import Literal, NamedTuple

Whose = Literal["child", "companion", "vehicle"]
Span = tuple[int, int]


class Statement(NamedTuple):
    """Content of a text about one thing, for example `rucksack` that is `yellow`.

    `thing` and its attributes are ids of concepts. `colour` has shades before their colours: dark, green. `other`: all other
    attributes, such as left. `either`: further concepts that the word can mean (Dutch jas: coat or jacket).
    `negated`: it is not so, or absent. `hedged`: not certain; supports a match, but excludes nothing. `person`: counts the people
    that the text describes, from 0. `span`: start and end in the text.
    """

    thing: str
    colour: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    negated: bool = False
    hedged: bool = False
    whose: Whose = "child"
    person: int = 0
    span: Span = (0, 0)

    @property
    def attributes(self) -> tuple[str, ...]:
        return (*self.size, *self.colour, *self.pattern, *self.material, *self.other)

    @property
    def expression(self) -> str:
        """The statement in one word, as in `sentences.tsv`: -coat:dark+green."""
        sign = f"{'-' * self.negated}{'?' * self.hedged}"
        return f"{sign}{self.thing}{':' * bool(self.attributes)}{'+'.join(self.attributes)}"


class Reading(NamedTuple):
    """Content of a text. `language`: of its own words. `unread`: start and end of each word that was not understood. `languages`:
    of its sentences."""

    language: str
    statements: tuple[Statement, ...]
    unread: tuple[Span, ...]
    languages: frozenset[str] = frozenset()
