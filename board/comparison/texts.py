"""Statements of a sighting and of a search, each with its place in a text."""

from collections.abc import Iterator
from typing import NamedTuple

from board.comparison.rows import Quoted
from board.vocabulary import Meanings, Statement
from models.entity import State
from models.search import COMPARED

OWN_TEXTS = ("description", "clothing")  # of a sighting
COMPANY = "company"  # text about other people only
BUILDS = {"slim": "slim", "average": "average_build", "sturdy": "sturdy"}
SEXES = {"f": "girl", "m": "boy"}
MAX_COMPANIONS = 10
CHILD_TEXTS = tuple(
    name for name in sorted(COMPARED, key=lambda name: COMPARED[name].compared) if name not in ("build", "sex")
)  # clothing first


class Reading(NamedTuple):
    """Statements of the texts of one side. `languages`: language of each text, by field."""

    statements: list[Quoted]
    languages: dict[str, str]


def read_sighting(known: Meanings, sighting: State) -> Reading:
    """Return what a sighting says. Its text about company is only about other people."""
    reading = _read(known, {name: sighting.get(name) for name in (*OWN_TEXTS, COMPANY)})
    return reading._replace(statements=[_of_company(each) for each in reading.statements])


def read_child(known: Meanings, search: State) -> Reading:
    """Return what is known of a child: its texts, its build and its sex."""
    person = search.get("person") or {}
    reading = _read(known, {name: person.get(name) for name in CHILD_TEXTS})
    return reading._replace(statements=[*reading.statements, *_codes(person)])


def _read(known: Meanings, texts: dict[str, str | None]) -> Reading:
    statements: list[Quoted] = []
    languages: dict[str, str] = {}
    for field, text in texts.items():
        if text:
            reading = known.read_text(text, field)
            languages[field] = reading.language
            statements += [Quoted(statement, field) for statement in reading.statements]
    return Reading(statements, languages)


def _codes(person: State) -> Iterator[Quoted]:
    for codes, name in ((BUILDS, "build"), (SEXES, "sex")):
        if (code := person.get(name)) in codes:
            yield Quoted(Statement(codes[code]))


def _of_company(quoted: Quoted) -> Quoted:
    if quoted.field != COMPANY or quoted.statement.whose != "child":
        return quoted
    return quoted._replace(statement=quoted.statement._replace(whose="companion"))
