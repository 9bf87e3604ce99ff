"""Concepts that the words of a text name: the longest form first."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from board.vocabulary.folding import COMMA, NO_BREAK, SENTENCE, Token
from board.vocabulary.lexicon import MIN_START, PAIR, GapForm
from board.vocabulary.roles import RoleTable, Sign
from board.vocabulary.word_forms import Meaning, Parts, WordForms

TITLES = frozenset({"herr", "herrn", "frau", "familie"})  # before a German name
MAX_GAP = 4  # words that `…` stands for
_NAMED = frozenset({"colour", "shade", "hair_colour"})
_INSIDE = frozenset({"thing", "transport", "vehicle"})  # groups that are found within an action: "asked for a charger"
_THE = {
    "en": dict.fromkeys(("his", "her", "my", "their", "its", "your", "our"), "the"),
    "nl": dict.fromkeys(("zijn", "haar", "hun", "mijn"), "de"),
}


class Item(NamedTuple):
    """Word or phrase of a text. `parts`: meanings of its parts, none for a word that is not in the vocabulary."""

    first: int
    last: int
    parts: Parts
    word: str
    is_weak: bool


class Matcher:
    """Matcher of one text. `titled`: capitals say nothing, because most words have one."""

    def __init__(self, tokens: Sequence[Token], forms: WordForms, roles: RoleTable, *, titled: bool) -> None:
        self.tokens, self.forms, self.roles, self.titled = tokens, forms, roles, titled
        self.lexicon = forms.lexicon
        self.the = _THE.get(self.lexicon.language, {})

    def items(self, at: int, end: int) -> Iterator[Item]:
        """Yield the words and phrases from the position `at` to before `end`."""
        taken = set[int]()
        while at < end:
            if at in taken:
                at += 1
                continue
            item, tail = self._item(at)
            taken.update(tail)
            yield item
            if item.last - at > 1:
                yield from self._inside(item)
            at = item.last

    def _item(self, at: int) -> tuple[Item, Sequence[int]]:
        if self.tokens[at].is_quoted:
            return Item(at, at + 1, (), self.tokens[at].word, is_weak=False), ()
        may_be_name = self._is_name(at) and (not self.titled or self.lexicon.language == "de")
        length, parts = self._longest(at, may_be_name=may_be_name)
        tail: Sequence[int] = ()
        if gap := self._gap_form(at, length):
            form, start = gap
            length, parts = len(form.head), (form.meanings,)
            tail = [at for at in range(start, start + len(form.tail)) if not self._is_noun(at)]
        elif length > 1 or parts:
            length, parts = self._shortened(at, length, parts)
        word = self.tokens[at].word
        return Item(at, at + length, parts, word, not parts and self._is_weak(word)), tail

    def _is_weak(self, word: str) -> bool:
        return len(word) <= 2 or word in self.lexicon.lists.weak or word.isdigit()

    def _is_name(self, at: int) -> bool:
        """Return whether a word begins with a capital that no sentence, line or label explains. German nouns always have one."""
        token = self.tokens[at]
        if self.lexicon.language == "de" and at > 0:
            return token.is_capital and self.tokens[at - 1].word in TITLES
        return token.is_capital and at > 0

    def _longest(self, at: int, *, may_be_name: bool) -> tuple[int, Parts]:
        if phrase := self._phrase(at):
            return phrase[0], (phrase[1],)
        parts = self.forms.parts(self.tokens[at].word, may_be_misspelt=not may_be_name)
        if may_be_name and parts and all(self._is_named(part) for part in parts):
            return 1, ()  # Rose, Bruno, Rue Verte
        return 1, parts

    def _phrase(self, at: int) -> tuple[int, Meaning] | None:
        """Return the longest phrase of several words from a word on: its length and meaning."""
        longest = self.lexicon.longest.get(self.tokens[at].word, 1)
        if longest == 1 or at + 1 >= len(self.tokens) or self.tokens[at + 1].pause != NO_BREAK or not self._may_begin(at):
            return None
        words = self._words(at, longest)
        if not self.the.keys().isdisjoint(words[1:]):
            return self._phrase_of(words) or self._phrase_of([words[0], *(self.the.get(word, word) for word in words[1:])])
        return self._phrase_of(words)

    def _may_begin(self, at: int) -> bool:
        """Return whether a word and the next one can begin a phrase. Most cannot, and are not looked up."""
        starts, second = self.lexicon.starts.get(self.tokens[at].word, ()), self.tokens[at + 1].word
        return second[:MIN_START] in starts or (second in self.the and self.the[second][:MIN_START] in starts)

    def _phrase_of(self, words: Sequence[str]) -> tuple[int, Meaning] | None:
        pair = " ".join(words[:PAIR])
        for length in range(len(words) if pair in self.lexicon.prefixes else min(PAIR, len(words)), 1, -1):
            phrase = " ".join(words[:length]) if length > PAIR else pair
            if found := self.lexicon.meanings(phrase) or self.forms.without_ending(phrase):
                return length, found
        return None

    def _words(self, at: int, most: int) -> list[str]:
        """Return the words from a position on that punctuation does not separate."""
        found = [self.tokens[at].word]
        for token in self.tokens[at + 1 : at + most]:
            if token.pause != NO_BREAK or token.is_quoted:
                break
            found.append(token.word)
        return found

    def _is_named(self, meaning: Meaning) -> bool:
        return any(self.lexicon.concepts[position].group in _NAMED for position in meaning)

    def _shortened(self, at: int, length: int, parts: Parts) -> tuple[int, Parts]:
        """Leave the last word to the next form: "a | little boy", "un | vieux monsieur", "n'a | pas répondu"."""
        is_article = self.tokens[at].word in self.lexicon.lists.articles
        if length < 2 or not (is_article or self.roles.of(parts[0]).sign in (Sign.NOTHING, Sign.NEGATION)):
            return length, parts
        last = at + length - 1
        phrase = self._phrase(last)
        if phrase and self.roles.of(phrase[1]).sign is None and self.tokens[last].pause == NO_BREAK:
            return length - 1, ()
        return length, parts

    def _inside(self, item: Item) -> Iterator[Item]:
        """Yield the thing or means of transport that is named within an action."""
        if not item.parts or not self.roles.is_group(item.parts[0], "action"):
            return
        action = self.lexicon.concepts[item.parts[0][0]].id
        for at in range(item.first, item.last):
            meaning = self.lexicon.meanings(self.tokens[at].word)
            concepts = [self.lexicon.concepts[position] for position in meaning]
            if concepts and all(each.group in _INSIDE and each.is_noun and each.id not in action for each in concepts):
                yield Item(at, at + 1, (meaning,), self.tokens[at].word, is_weak=False)

    def _is_noun(self, at: int) -> bool:
        parts = self.forms.parts(self.tokens[at].word, may_be_misspelt=False)
        return bool(parts) and any(self.lexicon.concepts[position].is_noun for position in parts[-1])

    def _gap_form(self, at: int, matched: int) -> tuple[GapForm, int] | None:
        """Return the longest form with a gap that begins here, and the position of its tail."""
        word = self.tokens[at].word
        first = "ne" if word == "n" and self.lexicon.language == "fr" else word
        best: tuple[GapForm, int] | None = None
        for form in self.lexicon.gap_forms.get(first, ()):
            size = len(form.head) + len(form.tail)
            if size <= matched or (best and size <= len(best[0].head) + len(best[0].tail)):
                continue
            if (tail := self._tail(at, form)) is not None:
                best = form, tail
        return best

    def _tail(self, at: int, form: GapForm) -> int | None:
        start, tokens, size = at + len(form.head), self.tokens, len(form.tail)
        if tuple(token.word for token in tokens[at + 1 : start]) != form.head[1:]:
            return None
        for tail in range(at + 1, min(start + MAX_GAP, len(tokens) - size) + 1):
            if tail >= len(tokens) or tokens[tail].pause >= COMMA:
                return None
            if tail > start and tuple(token.word for token in tokens[tail : tail + size]) == form.tail:
                phrase = self._phrase(tail)
                return tail if phrase is None or phrase[0] <= size else None  # "ne … personne | personne avec elle"
        return None


def sentences(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each sentence."""
    start = 0
    for at, token in enumerate(tokens):
        if at > start and token.pause == SENTENCE:
            yield start, at
            start = at
    if tokens:
        yield start, len(tokens)
