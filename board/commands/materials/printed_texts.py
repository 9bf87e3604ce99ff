"""Details of the child as a material prints them: as typed in their own language, composed in the others.

A person translates what the vocabulary does not understand, or approves that it is printed as typed.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args

from board.errors import Refused
from board.i18n import N_
from board.vocabulary import parser, phrases
from board.vocabulary.print_text import PrintText, read_for_print
from models.entity import State
from models.material import PrintedWord, Translated, TranslatedTexts, TypedLanguages

FIELDS: tuple[Translated, ...] = get_args(Translated)


class Detail(NamedTuple):
    """Detail of a child for print. `folder`: of the installation's own vocabulary."""

    field: Translated
    text: PrintText
    words: tuple[PrintedWord, ...]
    folder: str | None

    def printed(self, language: str) -> str:
        """Return the text in a language. Words without a translation are printed as typed, in quotation marks."""
        translations = {each.word: getattr(each, language) or "" for each in self.words if _is_decided(each, language)}
        return self.text.composed(phrases(language, self.folder), translations)

    def missing(self, language: str) -> list[str]:
        """Return the words without a decision in a language."""
        if any(each.word == self.text.text and getattr(each, language) for each in self.words):
            return []
        decided = {each.word for each in self.words if each.as_typed or _is_decided(each, language)}
        return [word for word in self.text.words(language) if word not in decided]

    def used_words(self, languages: Iterable[str]) -> list[PrintedWord]:
        """Return the decisions about the text, or about words that need one in some languages."""
        needed = {self.text.text}.union(*(self.text.words(language) for language in languages))
        return [each for each in self.words if each.word in needed]


def _is_decided(word: PrintedWord, language: str) -> bool:
    """Return whether a word has a translation, or is left out."""
    return bool(getattr(word, language)) or (word.left_out and not word.as_typed)


def details(content: State, words: Iterable[PrintedWord], folder: str | None) -> Iterator[Detail]:
    """Yield the details that a material shows."""
    chosen = tuple(words)
    for field in FIELDS:
        if text := content.get(field):
            own = tuple(each for each in chosen if each.field == field)
            yield Detail(field, read_for_print(parser(folder), text, None, field), own, folder)


def with_printed_texts(content: State, languages: Iterable[str], words: Iterable[PrintedWord], folder: str | None) -> State:
    """Return the content of a material with its texts in each language."""
    shown, chosen = list(details(content, words, folder)), list(languages)
    printed: dict[str, Any] = {each.field: {code: each.printed(code) for code in chosen} for each in shown}
    used = [word.model_dump() for each in shown for word in each.used_words(chosen)]
    typed_in = TypedLanguages.model_validate({each.field: each.text.language for each in shown})
    return content | {"printed": TranslatedTexts(**printed).model_dump(), "typed_in": typed_in.model_dump(), "words": used}


def check_words(content: State, languages: Iterable[str], words: Iterable[PrintedWord], folder: str | None) -> None:
    """Check that each word has a translation into each language, or was approved as typed. Raises Refused `invalid`."""
    chosen = list(languages)
    if any(each.missing(language) for each in details(content, words, folder) for language in chosen):
        raise Refused("invalid", fields={"words": UNTRANSLATED})


UNTRANSLATED = N_("Translate each word that was not understood, leave it out, or approve it as it was typed.")
