"""Vocabulary of an index of places: the words of their names, with the places that have each.

A word is found by its beginning, with wrong letters (rapidfuzz), by its sound, or by its consonants. Two words that follow each
other, and all words of a name, are words too, because callers leave out spaces.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from board.lookup.place_query import SYNONYMS
from board.lookup.word_sounds import joined_sounds, skeleton_of, sounds_of

EXACT, PREFIX = 0, 2  # errors in quarters: the beginning of a word that is being typed is half an error
ERROR = 4  # a wrong letter; a word that was cut short
SOUND = 3  # the same sound with at most SPELLING different letters
FAR_SOUND = 5  # the same sound with more different letters: "ouyet" is Houyet rather than Huy
SPELLING = 2
SKELETON = 7  # the same consonants
MAX_BEGINNINGS = 400  # words with one beginning
MAX_SIMILAR = 40  # words with wrong letters
MIN_LETTERS = ((4, 1), (7, 2), (9, 3))  # letters of a word, and how many of them may be wrong
MIN_FUZZY = MIN_LETTERS[0][0]
LARGE = 30_000  # words
MAX_FUZZY = 60  # longer words are not compared letter by letter
AFTER_LETTERS = "\U0010ffff"  # sorts after every letter

Matches = dict[str, int]  # word of the vocabulary -> errors in quarters


def units(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the words of a name, its pairs of words, and the name without spaces, each with a bit mask of the words in it."""
    for at, word in enumerate(words):
        yield word, 1 << at
    for at in range(len(words) - 1):
        yield words[at] + words[at + 1], 3 << at
    if len(words) > 2:
        yield "".join(words), (1 << len(words)) - 1


def single_words(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the words of a name as `units` does, without joined ones."""
    for at, word in enumerate(words):
        yield word, 1 << at


class PlaceWords:
    """Words of names, and the numbers of the places that have them. Built once: `add` all, then `build`."""

    def __init__(self, *, joins: bool = True) -> None:
        self._units = units if joins else single_words
        self.places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._sorted: list[str] = []
        self._single: set[str] = set()  # words that were not joined
        self._parts: dict[str, tuple[str, str]] = {}  # joined word -> its two words
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_skeleton: dict[str, list[str]] = defaultdict(list)

    def add(self, number: int, words: Sequence[str]) -> None:
        """Add a name of a place. The names of a place are added in one go."""
        self._parts.update({"".join(pair): pair for pair in pairwise(words)})
        for word, _ in self._units(words):
            numbers = self.places[word]
            if not numbers or numbers[-1] != number:
                numbers.append(number)
        self._single.update(words)

    def build(self) -> None:
        """Sort the words, after all are added."""
        self.places = dict(self.places)
        self._sorted = sorted(self.places)
        for word in sorted(self._single) if self.is_large else self._sorted:
            if not word.isdecimal():
                self._by_length[len(word)].append(word)
                for sound in {*sounds_of(word), *joined_sounds(self._parts.get(word, ()))}:
                    self._by_sound[sound].append(word)
                if skeleton := skeleton_of(word):
                    self._by_skeleton[skeleton].append(word)
        self._single.clear()
        self._parts.clear()

    @property
    def is_large(self) -> bool:
        """Return whether comparing a word with all words takes milliseconds. Joined words must then be spelt correctly."""
        return len(self._sorted) > LARGE

    def match(self, word: str, *, is_fuzzy: bool, is_last: bool) -> Matches:
        """Return the words that this typed word may be. The best come first."""
        exact = [same for same in SYNONYMS.get(word, (word,)) if same in self.places]
        matches: Matches = dict.fromkeys(exact, EXACT)
        if is_last or len(word) >= MIN_FUZZY - 1:
            for longer in self._beginnings(word, MAX_BEGINNINGS):
                matches.setdefault(longer, PREFIX if is_last else ERROR)
        if is_fuzzy and MIN_FUZZY - 1 <= len(word) <= MAX_FUZZY:
            self._add_misspelt(word, matches)
            if is_last and not matches and len(word) >= MIN_FUZZY:
                matches = dict.fromkeys(self._misspelt_beginnings(word), PREFIX + ERROR)
        return matches

    def _add_misspelt(self, word: str, matches: Matches) -> None:
        for similar, errors in self._similar(word) if len(word) >= MIN_FUZZY else ():
            matches.setdefault(similar, errors * ERROR)
        for alike in self._alike(word):
            errors = SOUND if OSA.distance(word, alike, score_cutoff=SPELLING) <= SPELLING else FAR_SOUND
            matches[alike] = min(errors, matches.get(alike, errors))
        for alike in self._same_consonants(word):
            matches.setdefault(alike, SKELETON)

    def _beginnings(self, word: str, limit: int) -> Iterator[str]:
        begin = bisect_left(self._sorted, word)
        for longer in self._sorted[begin : begin + limit]:
            if not longer.startswith(word):
                return
            yield longer

    def _similar(self, word: str) -> list[tuple[str, int]]:
        most = max(errors for letters, errors in MIN_LETTERS if len(word) >= letters)
        candidates: list[tuple[str, int]] = []
        for length in range(len(word) - most, len(word) + most + 1):
            near = self._by_length.get(length, ())
            scored = process.extract(word, near, scorer=OSA.distance, processor=None, score_cutoff=most, limit=MAX_SIMILAR)
            candidates += [(similar, int(errors)) for similar, errors, _ in scored]
        return sorted(candidates, key=lambda candidate: candidate[1])[:MAX_SIMILAR]

    def _alike(self, word: str) -> Iterator[str]:
        for sound in sounds_of(word):
            yield from self._by_sound.get(sound, ())[:MAX_SIMILAR]

    def _same_consonants(self, word: str) -> list[str]:
        """Return words that differ in vowels, the nearest first."""
        words = self._by_skeleton.get(skeleton_of(word) or "", ())
        scored = process.extract(word, words, scorer=OSA.distance, processor=None, score_cutoff=len(word) // 2, limit=MAX_SIMILAR)
        return [text for text, _, _ in scored]

    def _misspelt_beginnings(self, word: str) -> list[str]:
        """Return words whose beginning has one wrong letter."""
        longer = {text[: len(word)] for length, texts in self._by_length.items() if length > len(word) for text in texts}
        scored = process.extract(word, list(longer), scorer=OSA.distance, processor=None, score_cutoff=1, limit=MAX_SIMILAR)
        return [text for beginning, _, _ in scored for text in self._beginnings(beginning, MAX_SIMILAR)][:MAX_BEGINNINGS]
