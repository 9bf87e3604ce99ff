"""Function words of each language: `words.toml`."""

import tomllib
from functools import cache
from typing import NamedTuple

from board.paths import DATA
from board.vocabulary.concept import LANGUAGES
from models.searchable import words


class WordLists(NamedTuple):
    """Function words of a language. See `words.toml`."""

    articles: frozenset[str]
    with_words: frozenset[str]
    back: frozenset[str]
    copulas: frozenset[str]
    male: frozenset[str]
    female: frozenset[str]
    pronouns: frozenset[str]
    possessives: frozenset[str]
    reporting: frozenset[str]
    verbs: frozenset[str]
    leaving: frozenset[str]
    comparing: frozenset[str]
    ones: frozenset[str]
    none: frozenset[str]
    anaphora: frozenset[str]
    next_person: frozenset[str]
    next_person_first: frozenset[str]
    left_out: frozenset[str]
    same: frozenset[str]
    relative: frozenset[str]
    taking: frozenset[str]
    speaker: frozenset[str]
    silent: frozenset[str]
    weak: frozenset[str]


@cache
def word_lists() -> dict[str, WordLists]:
    """Return the lists by language."""
    content = tomllib.loads((DATA / "vocabulary/words.toml").read_text(encoding="utf-8"))
    return {language: _lists(content[language]) for language in LANGUAGES}


def _lists(given: dict[str, str]) -> WordLists:
    sets = {name.replace("with", "with_words"): frozenset(listed.split()) for name, listed in given.items()}
    phrases = ("next_person", "left_out")
    sets.update({name: frozenset(given[name].split("|")) for name in phrases})
    sets["same"] = frozenset("".join(words(form)) for line in given["same"].splitlines() for form in line.split("|"))
    function_words = (set for name, set in sets.items() if name not in (*phrases, "same", "weak"))
    sets["weak"] = sets["weak"].union(*function_words)
    sets["next_person_first"] = frozenset(phrase.split()[0] for phrase in sets["next_person"])
    return WordLists(**sets)
