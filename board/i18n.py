"""The words that people read, in their language. Codes are stored and sent language-free; sentences go through here.

In English the msgid is the text, so there is no English catalogue. `board/locales/messages.pot` lists all msgids; how it is made
stands in `board/locales/babel.cfg`.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
# Each in itself, for those who look for theirs.
NATIVE_NAMES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}


def N_(text: str) -> str:
    """Marks a text for the catalogue where it stands; it is translated where it is shown."""
    return text


_ = N_


class Message(str):
    """A text with values in it. As it stands it is English; it remembers what it was made of, to be said in a language."""

    msgid: str
    values: dict[str, Any]


def say(msgid: str, **values: Any) -> Message:
    """`say(N_("At most {count} items."), count=50)`: to be translated where it is known who reads it."""
    sentence = Message(msgid.format(**values))
    sentence.msgid, sentence.values = msgid, values
    return sentence


def translate(text: str, language: str) -> str:
    """A msgid or a Sentence in `language`; with it those of its values that are Sentences. Names stay as they were typed."""
    lookup = gettext_for(language)
    if not isinstance(text, Message):
        return lookup(text) if text else text  # gettext keeps the catalogue's own description under ""
    values = {name: translate(value, language) if isinstance(value, Message) else value for name, value in text.values.items()}
    return lookup(text.msgid).format(**values)


@cache
def languages() -> list[str]:
    """Codes of the languages that there are words in; English first."""
    return [DEFAULT, *sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/messages.po"))]


def gettext_for(language: str) -> Callable[[str], str]:
    """From a msgid to the text in `language`; a language or a text that is missing gives the msgid, which is English."""
    return translations(language).ugettext


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue for templates. Compiled when first asked for: no binary file has to be kept in step with the texts."""
    if language not in languages()[1:]:
        return NullTranslations()
    compiled = BytesIO()
    with _source(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def js_catalogue(language: str) -> dict[str, Any]:
    """The catalogue for scripts: `{"language", "messages": {msgid: text, or [form, form, ...]}}`; untranslated ones left out.
    As it is on the disk by now, since its address says what is there."""
    messages: dict[str, str | list[str]] = {}
    if language in languages()[1:]:
        source = _source(language)
        messages = _script_messages(source, language, source.stat().st_mtime_ns)
    return {"language": language, "messages": messages}


@lru_cache(maxsize=8)
def _script_messages(source: Path, language: str, _written_ns: int) -> dict[str, str | list[str]]:
    messages: dict[str, str | list[str]] = {}
    with source.open("rb") as file:
        for message in read_po(file, locale=language):
            if message.id and message.string and not message.fuzzy:
                key = message.id if isinstance(message.id, str) else message.id[0]
                messages[key] = message.string if isinstance(message.string, str) else list(message.string)
    return messages


def _source(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "messages.po"
