"""Glossary: the words that must not be used for a thing (board/docs/reference/glossary.md) are in no catalogue, template, list of
tasks or guide."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from board import i18n
from board.config import predefined_tasks
from board.paths import DOCS, STATIC

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
# By language: a second word, and the one that the thing has. Each is a whole word or text, in small or capital letters.
SECOND_WORDS = {
    "en": {
        r"(?<!entered )late(?! entry|: reported)": "overdue", "left “all searches”": "archived", "latest first": "newest first",
        "(were|was) given up": "set aside",
    },
    "fr": {
        "en bonne santé": "sain et sauf", "encore personne": "personne ne s’en charge", "remise? (par|le|à)": "transmis par",
        "service remis": "service transmis", "^porte$": "vêtements", r"vue?s?(?= à| \d| \{)": "observée à",
        "(quitté|sortie? de) «.toutes les recherches.»": "archivée", "échéance passée": "en retard",
    },
    "nl": {
        "oproep(en)? opnemen": "oproep aannemen", "^in dienst$": "aanwezig", "(heeft|hebt|houdt) (nu )?dienst": "leidt de dienst",
        "dienst (heeft|hebt)": "leidt de dienst", "geen leiding": "niemand verantwoordelijk", "overlaten": "doorgeven",
        "verliet “?alle zoekacties": "gearchiveerd", "nog niemand$": "niemand volgt dit op",
    },
    "de": {
        "(?-i:Suchen?)": "Suchaktion", "keine leitung": "niemand zuständig", "beunruhigend": "besorgniserregend",
        "nicht übersehen": "kritische Punkte", "bedarf": "braucht", "ausreißer": "weggelaufen", "verließ „alle": "archiviert",
        "aufgegebene[nr]? (meldung|tipp|sichtung)": "beiseitegelegt", "schicht (hat|haben)": "Dienst haben",
        "noch niemand$": "niemand kümmert sich darum",
    },
}  # fmt: skip
# By language: words for time in which nobody had an alarm and nobody on duty was asked. Only a text that says so has them.
UNWATCHED = {"fr": "sans suivi|sans suite", "nl": "zonder opvolging", "de": "ohne Zuständige"}
REPLACED = Path(__file__).with_name("replaced_texts.txt")  # English texts that were reworded, one a line
TYPED = "words of the quick menu"  # what people may type to find a command is not shown
ALLOWED = {"carte": "map"}  # a map is "carte" in French; a card is "fiche"


def second_words(language: str) -> re.Pattern[str]:
    """Return an expression of all second words of a language."""
    return re.compile("|".join(rf"(?<!\w)(?:{each})(?!\w)" for each in SECOND_WORDS[language]), re.IGNORECASE)


def task_texts(language: str) -> Iterator[str]:
    """Yield the texts of the tasks and criteria that come with the program."""
    for template in predefined_tasks.load_catalogue().templates():
        yield from (each[language] for each in template.texts())


def guide_texts(language: str) -> Iterator[str]:
    """Yield the lines of the guides."""
    for file in sorted((DOCS / "guides").glob(f"*.{language}.md")):
        yield from filter(None, file.read_text(encoding="utf-8").splitlines())


def template_texts() -> Iterator[str]:
    """Yield what the pages say without the catalogue, between tags and expressions."""
    for file in sorted((STATIC.parent / "templates").glob("*.html")):
        for text in re.split(r"<[^>]*>|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", file.read_text(encoding="utf-8"), flags=re.DOTALL):
            if text.strip():
                yield text.strip()


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


@pytest.mark.parametrize("language", SECOND_WORDS)
def test_one_thing_has_one_word(language: str) -> None:
    said = [*(text for text, _ in texts(language)), *task_texts(language), *guide_texts(language)]
    said += template_texts() if language == "en" else ()
    found = second_words(language)
    assert len(said) > 1_000
    assert {(match[0], text) for text in said if (match := found.search(text))} == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "{count} late"), ("en", "Late"), ("fr", "vu {at}"), ("fr", "Remis par"), ("fr", "Porte"), ("nl", "In dienst"),
        ("nl", "{name} heeft dienst"), ("nl", "Overlaten aan"), ("de", "Alle Suchen"), ("de", "BEUNRUHIGEND?"), ("de", "Bedarf"),
    ],
)  # fmt: skip
def test_second_word_would_be_found(language: str, text: str) -> None:
    assert second_words(language).search(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "late entry"), ("en", "Later"), ("fr", "Une autre recherche porte déjà cette référence."), ("de", "Suchaktionen")],
)
def test_another_word_is_no_second_one(language: str, text: str) -> None:
    assert not second_words(language).search(text)


def replaced(texts: set[str]) -> set[str]:
    return texts & set(REPLACED.read_text(encoding="utf-8").splitlines())


def test_no_reworded_text_comes_back() -> None:
    assert replaced({text for text, _ in texts("en")}) == set()


def test_reworded_text_would_be_found() -> None:
    assert replaced({"latest first", "newest first"}) == {"latest first"}


def test_texts_are_read() -> None:
    assert {language: len(dict(texts(language))) > 1_000 for language in FORBIDDEN} == dict.fromkeys(FORBIDDEN, True)


@pytest.mark.parametrize("language", UNWATCHED)
def test_translation_claims_no_unwatched_time_of_its_own(language: str) -> None:
    """A wait can be one in which somebody on duty was asked, so its translation must not add "unwatched"."""
    words = re.compile(UNWATCHED[language], re.IGNORECASE)
    said = [(text, id) for text, id in texts(language) if words.search(text)]
    assert len(said) > 4
    assert [text for text, id in said if "unwatched" not in id.casefold()] == []
