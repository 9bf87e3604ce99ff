"""Forms of one language: what each word and phrase can mean."""

from collections.abc import Sequence
from sys import intern
from typing import NamedTuple

from board.vocabulary.concept import WORN, Concept
from board.vocabulary.concept_rows import NumberedRow
from board.vocabulary.word_lists import WordLists
from models.searchable import words

GAP = "…"
PAIR = 2  # words
MIN_START = 4  # first letters of a word, which are never part of an ending
MAX_WORDS = 7  # words of a form
MISSPELLABLE = WORN | {
    "colour",
    "shade",
    "pattern",
    "material",
    "hair_colour",
    "hair_length",
    "hair_style",
    "eye_colour",
    "skin_mark",
    "face",
    "aid",
    "age_group",
    "vehicle",
    "transport",
    "thing",
    "medical",
}  # without actions: another form of a verb is too similar to other verbs
MIN_MISSPELT = 5  # letters of a word that can be misspelt
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})

Meanings = int | tuple[int, ...]  # positions of concepts; a single one without a tuple, to save memory


class GapForm(NamedTuple):
    """Form with a gap of up to four words: "left … at home"."""

    head: tuple[str, ...]
    tail: tuple[str, ...]
    meanings: tuple[int, ...]


class Lexicon:
    """Forms of a language, by their words in normalized form."""

    def __init__(self, language: str, rows: Sequence[NumberedRow], concepts: Sequence[Concept], lists: WordLists) -> None:
        self.language = language
        self.lists = lists
        self.concepts = concepts
        self.forms: dict[str, Meanings] = {}
        self.longest: dict[str, int] = {}  # by first word of a phrase, the words of the longest one
        self.prefixes: set[str] = set()  # first two words of the phrases of three or more
        self.starts: dict[str, set[str]] = {}  # by first word of a phrase, how the second words begin
        self.gap_forms: dict[str, list[GapForm]] = {}
        self.buckets: dict[tuple[str, int], list[str]] = {}  # words that can be misspelt, by first letter and length
        for position, (_, row) in enumerate(rows):
            for form in row[language].split("|"):
                self._add(form, position)
        self._fill_buckets()

    def meanings(self, form: str) -> tuple[int, ...]:
        """Return the positions of the concepts that have a form."""
        found = self.forms.get(form, ())
        return (found,) if isinstance(found, int) else found

    def _add(self, form: str, position: int) -> None:
        if GAP in form:
            head, tail = (tuple(words(part)) for part in form.split(GAP))
            self.gap_forms.setdefault(head[0], []).append(GapForm(head, tail, (position,)))
            return
        self._add_words(words(form), position)
        if self.language == "de" and (spelt_out := form.translate(_SPELT_OUT)) != form:
            self._add_words(words(spelt_out), position)

    def _add_words(self, form_words: list[str], position: int) -> None:
        form = " ".join(form_words)
        if f"{form}:{self.concepts[position].id}" in self.lists.left_out:
            return
        known = self.meanings(form)
        if position not in known:
            self.forms[intern(form) if len(form_words) == 1 else form] = (*known, position) if known else position
        if len(form_words) > 1:
            first = intern(form_words[0])
            self.starts.setdefault(first, set()).add(intern(form_words[1][:MIN_START]))
            if len(form_words) > PAIR:
                self.prefixes.add(" ".join(form_words[:PAIR]))
            self.longest[first] = max(self.longest.get(first, 1), min(len(form_words), MAX_WORDS))

    def _fill_buckets(self) -> None:
        for form in self.forms:
            if len(form) >= MIN_MISSPELT and " " not in form and form.isalpha() and self._is_of_looks(form):
                self.buckets.setdefault((form[0], len(form)), []).append(form)

    def _is_of_looks(self, form: str) -> bool:
        return any(self.concepts[position].group in MISSPELLABLE for position in self.meanings(form))
