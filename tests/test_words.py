"""Words are found wherever they stand, and shown in the reader's language; nobody is led away by a link."""

import shlex
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from board import words
from board.extract import javascript
from board.pages import own_path

SCRIPT = """
const a = t("Plain");
html`<p>${open ? html`<b>${t("late by {length}", {length})}</b>` : nothing} ${n("{count} card", "{count} cards", 3)}</p>`;
// translators: a note
const b = t("With a \\"quote\\"");
view.t("not ours"); start("nor this");
"""


def test_words_inside_nested_templates_are_found() -> None:
    found = list(javascript(BytesIO(SCRIPT.encode()), {}, [], {}))
    assert [(name, text) for _, name, text, _ in found] == [
        ("t", "Plain"),
        ("t", "late by {length}"),
        ("n", ("{count} card", "{count} cards")),
        ("t", 'With a "quote"'),
    ]
    assert found[-1][3] == ["translators: a note"]


def test_the_list_for_translators_is_that_of_the_texts(tmp_path: Path) -> None:
    """Made anew by the command that the mapping file names."""
    mapping = words.LOCALES / "babel.cfg"
    command = next(line for line in mapping.read_text().splitlines() if "pybabel extract" in line).lstrip("# ")
    made, listed = tmp_path / "messages.pot", words.LOCALES / "messages.pot"
    arguments = shlex.split(command.replace("board/locales/messages.pot", str(made)))[1:]
    root = words.LOCALES.parent.parent
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments], cwd=root, check=True, capture_output=True)
    fresh, kept = ({str(message.id) for message in read_po(BytesIO(file.read_bytes()))} for file in (made, listed))
    assert kept - fresh == set(), "no longer said"
    assert fresh - kept == set(), f"not listed yet: {command}"


def test_a_translation_is_used_and_english_stands_where_there_is_none(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Sign in"\nmsgstr "Aanmelden"\n\n'
        'msgid "{count} card"\nmsgid_plural "{count} cards"\nmsgstr[0] "{count} kaart"\nmsgstr[1] "{count} kaarten"\n'
    )
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    words.translations.cache_clear()
    words.script_catalogue.cache_clear()
    try:
        assert words.languages() == ["en", "nl"]
        assert words.translator("nl")("Sign in") == "Aanmelden"
        assert words.translator("nl")("Not translated") == "Not translated"
        assert words.translator("xx")("Sign in") == "Sign in"
        assert words.script_catalogue("nl")["messages"] == {
            "Sign in": "Aanmelden",
            "{count} card": ["{count} kaart", "{count} kaarten"],
        }
    finally:
        words.translations.cache_clear()
        words.script_catalogue.cache_clear()


@pytest.mark.parametrize("wanted", ["/", "/searches/1?x=2", "/searches/1/cards/2"])
def test_after_signing_in_one_goes_on_to_a_page_of_this_server(wanted: str) -> None:
    assert own_path(wanted) == wanted


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "", "x"])
def test_and_never_to_another(wanted: str) -> None:
    assert own_path(wanted) == "/"
