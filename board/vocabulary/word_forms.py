"""Meaning of one word: as it is, with an ending, as a compound, or misspelt. The rules are those of *Matching* in
`board/docs/reference/vocabulary.md`."""

from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from board.vocabulary.concept import WORN
from board.vocabulary.lexicon import MIN_MISSPELT, MIN_START, Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = {
    "en": ("s",),
    "fr": ("s", "x"),
    "nl": ("tjes", "kes", "jes", "tje", "je", "ke", "en", "e", "s"),
    "de": ("em", "en", "er", "es", "e", "n", "s"),
}
MIN_STEM = MIN_START  # letters before an ending
MIN_PART = 3  # letters of a part of a compound
MIN_LAST_PART = 4  # letters of the last part after an unknown word
TWO_EDITS_FROM = 8  # letters
MAX_WORD = 40  # letters; longer words are in no list
COMPOUNDING = ("nl", "de")
LINKS = ("", "s", "n", "en", "e")
_COLOURS = frozenset({"colour", "shade"})
_FIRST_PARTS = frozenset({"colour", "shade", "material", "pattern"})
_COLOURED = WORN | {"hair_colour", "hair_style", "eye_colour"}
_PREFIXES = {
    "nl": {
        "linker": "left",
        "rechter": "right",
        "knal": "bright",
        "fel": "bright",
        "hel": "bright",
        "jeans": "denim",
        "spijker": "denim",
    },
    "de": {"linker": "left", "rechter": "right", "knall": "bright", "leucht": "bright", "jeans": "denim", "tarn": "camouflage"},
}

Meaning = tuple[int, ...]
Parts = tuple[Meaning, ...]  # meanings of the parts of a word; one for a word that is not a compound


class WordForms:
    """Meanings of the words of one language. Caches the most recent words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.positions = {concept.id: position for position, concept in enumerate(lexicon.concepts)}
        self.parts = lru_cache(maxsize=4_096)(self._parts)

    def _parts(self, word: str, may_be_misspelt: bool) -> Parts:
        if len(word) > MAX_WORD or word.isdigit():
            return ()
        if found := self.lexicon.meanings(word):
            return (found,)
        if word in self.lexicon.lists.weak:
            return ()
        if found := self.without_ending(word):
            return (found,)
        if self.lexicon.language in COMPOUNDING and (parts := self._compound(word)):
            return parts
        return (found,) if may_be_misspelt and (found := self._misspelt(word)) else ()

    def without_ending(self, form: str) -> Meaning:
        """Return the meanings of a form without one of the usual endings of its last word."""
        for ending in ENDINGS[self.lexicon.language]:
            is_long = form.endswith(ending) and len(form) - form.rfind(" ") - 1 - len(ending) >= MIN_STEM
            if is_long and (found := self.lexicon.meanings(form[: -len(ending)])):
                return found
        return ()

    def _noun(self, word: str) -> Meaning:
        return self.lexicon.meanings(word) or self.without_ending(word)

    def has_unknown_part(self, word: str) -> bool:
        """Return whether only the last part of a compound is in the vocabulary: "broek" in "voetbalbroek"."""
        if self.lexicon.language not in COMPOUNDING or len(word) > MAX_WORD or self._noun(word) or self._known_compound(word):
            return False
        return bool(self._last_part(word))

    def _compound(self, word: str) -> Parts:
        return self._known_compound(word) or self._last_part(word)

    def _known_compound(self, word: str) -> Parts:
        for split in range(MIN_PART, len(word) - MIN_PART + 1):
            last = self._noun(word[split:])
            if last and (first := self._first_part(word[:split], last)):
                return (first, last)
        return ()

    def _last_part(self, word: str) -> Parts:
        for split in range(MIN_PART, len(word) - MIN_LAST_PART + 1):
            if worn := self._in_groups(self._noun(word[split:]), WORN):
                return (worn,)
        return ()

    def _first_part(self, word: str, last: Meaning) -> Meaning:
        """Return the meaning of the first part of a compound that ends in a colour, a part of the body or something worn."""
        groups = {self.lexicon.concepts[position].group for position in last}
        for part in self._unlinked(word):
            if (id := _PREFIXES[self.lexicon.language].get(part)) and self._suits(id, groups):
                return (self.positions[id],)
            found = self.lexicon.meanings(part)
            if groups & _COLOURS and (colours := self._in_groups(found, _COLOURS)):
                return colours
            if groups & _COLOURED and (parts := self._in_groups(found, _FIRST_PARTS)):
                return parts
        return ()

    def _suits(self, id: str, groups: set[str]) -> bool:
        if id in ("left", "right"):
            return "body_part" in groups
        return bool(groups & (_COLOURS if id == "bright" else WORN))

    def _unlinked(self, word: str) -> "Iterator[str]":
        for link in LINKS:
            if word.endswith(link) and len(word) - len(link) >= MIN_PART:
                yield word[: len(word) - len(link)]

    def _in_groups(self, found: Meaning, groups: frozenset[str]) -> Meaning:
        return tuple(position for position in found if self.lexicon.concepts[position].group in groups)

    def _misspelt(self, word: str) -> Meaning:
        if len(word) < MIN_MISSPELT or not word.isalpha():
            return ()
        edits = 2 if len(word) >= TWO_EDITS_FROM else 1
        for distance in range(1, edits + 1):
            lengths = range(len(word) - distance, len(word) + distance + 1)
            choices = [form for length in lengths for form in self.lexicon.buckets.get((word[0], length), ())]
            if found := extractOne(word, choices, scorer=OSA.distance, score_cutoff=distance):
                return self.lexicon.meanings(found[0])
        return ()
