"""Statements of a text, in any of the four languages."""

from collections.abc import Sequence
from typing import NamedTuple

from board.vocabulary.binding import Reader
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.draft import Draft, Person, finished
from board.vocabulary.exact_words import ExactWords
from board.vocabulary.folding import Token, tokens
from board.vocabulary.language import LanguageGuess
from board.vocabulary.matching import Item, Matcher, sentences
from board.vocabulary.roles import RoleTable
from board.vocabulary.statement import Reading, Statement
from board.vocabulary.vocabulary import Vocabulary
from board.vocabulary.word_forms import WordForms

MAX_TEXT = 20_000  # characters that are read
FEW_WORDS = 4  # in a text with no more words, each one counts
SUBJECTS = ("hair", "eyes", "vehicle")  # fields whose text speaks of one thing
MIN_TITLED = 0.6  # share of words with a capital from which capitals say nothing


class Parsed(NamedTuple):
    """Text that was read. `sentences`: the language and the items of each one. `drafts`: of the statements."""

    reading: Reading
    words: Sequence[Token]
    sentences: Sequence[tuple[str, Sequence[Item]]]
    drafts: Sequence[Draft]
    people: Sequence[Person]


class Parser:
    """Parser with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.roles = RoleTable(vocabulary.concepts)
        self.forms = {language: WordForms(lexicon) for language, lexicon in vocabulary.lexicons.items()}
        self.exact = {language: ExactWords(lexicon) for language, lexicon in vocabulary.lexicons.items()}
        self.guess = LanguageGuess(self.forms)

    def parse(self, text: str, reader: str | None = None) -> tuple[Statement, ...]:
        """Return the statements of a text. `reader`: the reader's language, which decides if the text's own words do not."""
        return self.read(text, reader).statements

    def read(self, text: str, reader: str | None = None, field: str = "") -> Reading:
        """Return the statements of a text, its language, and its words that are not in the vocabulary.

        `field`: name of the field; a text in `hair` or `eyes` is about these.
        """
        return self.read_words(text, reader, field).reading

    def statements_again(self, parsed: Parsed) -> tuple[Statement, ...]:
        """Return the statements of a text, including repeated ones."""
        return tuple(finished(parsed.drafts, parsed.people, self.vocabulary, self.roles, repeats=True))

    def read_words(self, text: str, reader: str | None, field: str) -> Parsed:
        """Return the reading of a text with its words, and the meaning that was found for each."""
        words = tokens(text[:MAX_TEXT])
        if not words:
            return Parsed(Reading(reader or LANGUAGES[0], (), ()), (), (), (), ())
        titled = sum(word.is_capital for word in words) > MIN_TITLED * len(words)
        state = Reader(self.vocabulary, self.roles, words, field if field in SUBJECTS else None)
        spans = list(sentences(words))
        if len(words) <= FEW_WORDS:
            languages = [self._of_few_words(words, reader)] * len(spans)
        else:
            languages = self.guess.of_sentences([words[start:end] for start, end in spans], reader)
        matchers = {language: Matcher(words, self.forms[language], self.roles, titled=titled) for language in set(languages)}
        unread: list[tuple[int, int]] = []
        read: list[tuple[str, list[Item]]] = []
        for (start, end), language in zip(spans, languages, strict=True):
            items = list(matchers[language].items(start, end))
            state.read(self.vocabulary.lexicons[language], items)
            read.append((language, items))
            unread += [
                (words[item.first].start, words[item.last - 1].end)
                for item in items
                if not (item.parts or item.is_weak or words[item.first].is_quoted)
            ]
        found = tuple(finished(state.drafts, state.people, self.vocabulary, self.roles))
        reading = Reading(max(languages, key=languages.count), found, tuple(unread), frozenset(languages))
        return Parsed(reading, words, read, state.drafts, state.people)

    def _of_few_words(self, words: Sequence[Token], reader: str | None) -> str:
        """Return the likely language that understands most of a few words: German "hat" is a verb, in "fuchsia hat" it is not."""
        likely = self.guess.likely(words, reader)
        return max(likely, key=lambda language: self._understood(words, language)) if len(likely) > 1 else likely[0]

    def _understood(self, words: Sequence[Token], language: str) -> int:
        items = Matcher(words, self.forms[language], self.roles, titled=True).items(0, len(words))
        return sum(item.last - item.first for item in items if item.parts and self.roles.of(item.parts[0]).sign is None)

    def language(self, text: str, reader: str | None = None) -> str:
        """Return the language of a text."""
        words = tokens(text[:MAX_TEXT])
        return self._of_few_words(words, reader) if 0 < len(words) <= FEW_WORDS else self.guess.of_text(words, reader)
