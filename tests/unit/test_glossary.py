"""Glossary: the words that must not be used for a thing (board/docs/reference/glossary.md) are in no catalogue."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from board import i18n

# By language. Each would be a second word for something that has one, a word of this code, or one that means something else to
# the police.
FORBIDDEN = {
    "en": r"""\b(cases?|desk|seal(ed|s)?|chain|facts|anew|fingerprints?|whoever|evidence|lanes?|to-do|risk|please|sorry)\b
        |\b(some|every|any)body\b|\b(can't|don't|won't|isn't)\b|\bno\ lead\b|holds?\ the\ shift|handed\ it\ over|throws?\ away
        |let\ go\b|since\ you\ left|opened\ again|folded\ away|command\ menu|all\ the\ same|to\ judge|!""",
    "fr": r"""scell|permanence|\bfaits\b|empreinte|découvert|\bconfi(e|é|er|ée)s?\b|\bcartes?\b|\b(trouver|rechercher|veuillez)\b
        |\bpreuves?\b|\bdéfauts?\b|\bchaîne""",
    "nl": r"""verzegel|permanentie|weer\ open|\bfeiten\b|vingerafdruk|bewijs|\bgebreken\b|verbeter|\b(merken|vinden|keten)\b""",
    "de": r"""versiegel|Leitstelle|Fingerabdruck|Nachweis|Mängel|nicht\ definiert|\b(suchen|bitte|Tafeln?|Fakten|Kette)\b""",
}
REPLACED = Path(__file__).with_name("replaced_texts.txt")  # English texts that were reworded, one a line
TYPED = "words of the quick menu"  # what people may type to find a command is not shown
ALLOWED = {"carte": "map"}  # a map is "carte" in French; a card is "fiche"


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Yield each message in a language, with its message id."""
    source = "messages.pot" if language == "en" else f"{language}/LC_MESSAGES/messages.po"
    for message in read_po(BytesIO((i18n.LOCALES / source).read_bytes())):
        if message.context == TYPED:
            continue
        said = message.id if language == "en" else message.string
        for text in [said] if isinstance(said, str) else said or ():
            yield text, message.id if isinstance(message.id, str) else message.id[0]


@pytest.mark.parametrize("language", FORBIDDEN)
def test_no_text_has_a_forbidden_word(language: str) -> None:
    forbidden = re.compile(FORBIDDEN[language], re.VERBOSE)
    found = {
        (match[0], text)
        for text, id in texts(language)
        if (match := forbidden.search(text)) and ALLOWED.get(match[0], "\0") not in id
    }
    assert found == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Who holds the shift"),
        ("fr", "Source scellée"),
        ("nl", "Verzegelde bron: verzegeld"),
        ("de", "Diese Tafel ist leer"),
    ],
)
def test_forbidden_word_would_be_found(language: str, text: str) -> None:
    assert re.search(FORBIDDEN[language], text, re.VERBOSE)


def replaced(texts: set[str]) -> set[str]:
    return texts & set(REPLACED.read_text(encoding="utf-8").splitlines())


def test_no_reworded_text_comes_back() -> None:
    assert replaced({text for text, _ in texts("en")}) == set()


def test_reworded_text_would_be_found() -> None:
    assert replaced({"latest first", "newest first"}) == {"latest first"}


def test_texts_are_read() -> None:
    assert {language: len(dict(texts(language))) > 1_000 for language in FORBIDDEN} == dict.fromkeys(FORBIDDEN, True)
