"""Guides of the roles: the same tasks and pictures in each language, and only labels that the pages have."""

import re
from functools import cache

import pytest
from PIL import Image

from board import i18n
from board.help import documents
from board.help.documents import GUIDES
from board.paths import DOCS, STATIC
from tests.tools.pictures.guides import FOLDER, LARGEST

ROLES = ("coordinator", "investigator", "hotline", "wall", "files", "duty")
# a new language may begin without guides: its readers get the English ones
LANGUAGES = [code for code in i18n.languages() if list((DOCS / GUIDES).glob(f"*.{code}.md"))]
QUOTED = {"en": r"“(.+?)”", "nl": r"“(.+?)”", "de": r"„(.+?)“", "fr": "«\u00a0(.+?)\u00a0»"}
LONGEST = 450  # words, about two screens with the pictures


def text_of(role: str, language: str) -> str:
    return (DOCS / GUIDES / f"{role}.{language}.md").read_text(encoding="utf-8")


@cache
def labels(language: str) -> set[str]:
    """Return all texts of the program in a language. The English ones are the keys of the other catalogues."""
    catalogue = i18n.translations("fr" if language == i18n.DEFAULT else language)._catalog.items()
    if language != i18n.DEFAULT:
        return {str(text) for _, text in catalogue}
    return {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2] for key, _ in catalogue}


MARKED = re.compile(r"""\b(?:t|p|n|_|N_|P_)\((?:\s*"(?:[^"\\]|\\.)*",)?\s*["']((?:[^"'\\]|\\.)+)["']""")  # texts to translate


@cache
def texts_in(*patterns: str) -> set[str]:
    """Return the texts to translate in source files."""
    files = [file for pattern in patterns for file in STATIC.parent.glob(pattern)]
    return {text for file in files for text in MARKED.findall(file.read_text(encoding="utf-8"))}


def quoted_labels(role: str, language: str) -> list[str]:
    return re.findall(rf"\*\*{QUOTED[language]}\*\*", text_of(role, language))


def unknown(text: str, language: str) -> list[str]:
    """Return what stands in bold and is no quoted label of the program."""
    quoted = [(bold, re.fullmatch(QUOTED[language], bold)) for bold in re.findall(r"\*\*(.+?)\*\*", text)]
    return [bold for bold, label in quoted if not label or label[1] not in labels(language)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_labels_in_a_guide_are_those_of_the_pages(role: str, language: str) -> None:
    assert len(re.findall(r"\*\*", text_of(role, language))) >= 10
    assert unknown(text_of(role, language), language) == []


def test_a_label_that_no_page_has_is_found() -> None:
    assert unknown("Press **“Save”** or **“Sve”**, or **Save**.", "en") == ["“Sve”", "Save"]
    assert unknown("Drücken Sie **„Speichern“**, nicht **„Save“**.", "de") == ["„Save“"]


@pytest.mark.parametrize("role", ROLES)
def test_labels_to_press_are_those_of_scripts_and_templates(role: str) -> None:
    """A text of the API or of the command line is no button."""
    buttons = texts_in("static/js/**/*.js", "templates/*.html")
    pressed = re.findall(r"[Pp]ress(?:es)?(?: the button)? \*\*“(.+?)”\*\*", text_of(role, "en"))
    assert set(pressed) <= buttons
    assert set(quoted_labels(role, "en")) <= buttons | texts_in(
        "board/labels.py", "board/commands/**/*.py", "board/config/*.py", "models/*.py"
    )


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("role", ROLES)
def test_each_label_is_the_translation_of_the_english_one(role: str, language: str) -> None:
    translations: dict[str, set[str]] = {}
    for key, text in i18n.translations(language)._catalog.items():
        translations.setdefault((key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2], set()).add(str(text))
    pairs = zip(quoted_labels(role, "en"), quoted_labels(role, language), strict=True)
    assert [(english, label) for english, label in pairs if label not in translations[english]] == []


def test_guide_of_coordinators_has_each_step_of_a_handover() -> None:
    steps = ["Incoming coordinator", "Prepare", "Situation", "Still true", "I stay responsible", "Sign…",
             "Briefing on paper (A4)", "Answer", "Mark as read", "Accept the shift", "Refuse…", "Take the shift…"]  # fmt: skip
    labels_in_order = [label for label in quoted_labels("coordinator", "en") if label in steps]
    assert list(dict.fromkeys(labels_in_order)) == steps
    assert "members-only" in text_of("coordinator", "en")
    assert "unread" in text_of("coordinator", "en")


def test_labels_in_other_pages_for_users_are_those_of_the_screens() -> None:
    audience = next(iter(documents.AUDIENCES))
    names = [each.name for part in documents.contents() if part.audience == audience for each in part.documents]
    for name in (each for each in names if not each.startswith(GUIDES)):
        text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        for label in re.findall(r"(?<!\*)\*([A-Z][^*\n]+?)\*(?!\*)", text):
            assert label in labels("en"), f"{name}: {label}"


@pytest.mark.parametrize("role", ROLES)
def test_each_language_has_the_same_tasks_steps_and_pictures(role: str) -> None:
    def shape(text: str) -> list[str]:
        lines = [re.match(r"#+ |\d+\. |- |!\[", line) for line in text.splitlines()]
        return [line[0] for line in lines if line]

    def labels_in(text: str) -> int:
        return len(re.findall(r"\*\*.+?\*\*", text))

    english = text_of(role, "en")
    for language in LANGUAGES:
        assert shape(text_of(role, language)) == shape(english), language
        assert labels_in(text_of(role, language)) == labels_in(english), language
        assert len(text_of(role, language).split()) < LONGEST, language


def test_there_is_a_guide_for_each_role_in_each_language_and_no_other() -> None:
    files = {file.stem for file in (DOCS / GUIDES).glob("*.md")}
    assert files == {f"{role}.{language}" for role in ROLES for language in LANGUAGES}


def test_pictures_are_shown_described_and_small() -> None:
    shown = set()
    for role in ROLES:
        for language in LANGUAGES:
            for about, file in re.findall(r"!\[(.*?)\]\(pictures/(.+?)\)", text_of(role, language)):
                assert about
                assert file.endswith(f".{language}.png")
                shown.add(file)
    readme = (STATIC.parent / "README.md").read_text(encoding="utf-8")
    shown |= set(re.findall(r"board/docs/guides/pictures/(.+?\.png)", readme))
    assert {file.name for file in FOLDER.iterdir()} == shown
    for file in FOLDER.iterdir():
        assert file.stat().st_size <= LARGEST, file.name
        with Image.open(file) as image:
            assert image.width >= 390


def test_guides_come_first_and_in_the_readers_language() -> None:
    for language in LANGUAGES:
        first = documents.contents(language)[0]
        assert [each.name for each in first.documents] == [f"{GUIDES}/{role}" for role in ROLES]
        assert {each.language for each in first.documents} == {language}
