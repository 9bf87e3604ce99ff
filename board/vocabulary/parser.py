"""Statements of a text, in any of the four languages."""

from collections.abc import Sequence

from board.vocabulary.binding import Reader
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.draft import finished
from board.vocabulary.folding import Token, tokens
from board.vocabulary.language import LanguageGuess
from board.vocabulary.matching import Matcher, sentences
from board.vocabulary.roles import RoleTable
from board.vocabulary.statement import Reading, Statement
from board.vocabulary.vocabulary import Vocabulary
from board.vocabulary.word_forms import WordForms

MAX_TEXT = 20_000  # characters that are read
FEW_WORDS = 4  # of a text in which each word counts
SUBJECTS = ("hair", "eyes", "vehicle")  # fields whose text speaks of one thing
MIN_TITLED = 0.6  # share of words with a capital from which capitals say nothing


class Parser:
    """Parser with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.roles = RoleTable(vocabulary.concepts)
        self.forms = {language: WordForms(lexicon) for language, lexicon in vocabulary.lexicons.items()}
        self.guess = LanguageGuess(self.forms)

    def parse(self, text: str, reader: str | None = None) -> tuple[Statement, ...]:
        """Return what a text says. `reader`: language that decides if the text's own words do not."""
        return self.read(text, reader).statements

    def read(self, text: str, reader: str | None = None, field: str = "") -> Reading:
        """Return what a text says, in which language, and which of its words are not in the vocabulary.

        `field`: name of the field; hair and eyes are what their fields speak of.
        """
        words = tokens(text[:MAX_TEXT])
        if not words:
            return Reading(reader or LANGUAGES[0], (), ())
        titled = sum(word.is_capital for word in words) > MIN_TITLED * len(words)
        state = Reader(self.vocabulary, self.roles, words, field if field in SUBJECTS else None)
        spans = list(sentences(words))
        if len(words) <= FEW_WORDS:
            languages = [self._of_few_words(words, reader)] * len(spans)
        else:
            languages = self.guess.of_sentences([words[start:end] for start, end in spans], reader)
        matchers = {language: Matcher(words, self.forms[language], self.roles, titled=titled) for language in set(languages)}
        unread: list[tuple[int, int]] = []
        for (start, end), language in zip(spans, languages, strict=True):
            items = list(matchers[language].items(start, end))
            state.read(self.vocabulary.lexicons[language], items)
            unread += [
                (words[item.first].start, words[item.last - 1].end)
                for item in items
                if not (item.parts or item.is_weak or words[item.first].is_quoted)
            ]
        found = tuple(finished(state.drafts, state.people, self.vocabulary, self.roles))
        return Reading(max(languages, key=languages.count), found, tuple(unread), frozenset(languages))

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
