"""Translation of texts for people. Codes are stored and sent without a language; sentences are translated here.

In English the msgid is the text, so there is no English catalogue. `board/locales/messages.pot` lists all msgids; the head of
`board/locales/babel.cfg` says how it is made.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from models.texts import CONTEXT_END
from models.texts import N_ as N_
from models.texts import P_ as P_
from models.times import DESK_TIME_ZONE, parse_utc

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
_BEGINS_WITH_DATE = re.compile(
    r"(?:\w{3}\.\s)?\d{1,2}(?:er)?\s(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)\b"
)  # in French, as "24 nov." or "mar. 24 nov."
_ONE_LINE = re.compile(r'^(?:msgctxt ("[^\n]+")\n)?msgid ("[^\n]+")\nmsgstr "[^\n"]', re.MULTILINE)
_added: dict[str, dict[str, str]] = {}


@dataclass(frozen=True)
class Language:
    """Facts about a language that its catalogue lacks. `name` is in the language itself, for people who look for theirs; `locale`
    formats its dates and numbers; `dates` replaces parts of date patterns. `nouns_capitalised`: a label keeps its capital within
    a sentence. `before_dates`: prepositions that have an article before a date, but not before a time of day."""

    name: str
    locale: str
    dates: Mapping[str, str] = field(default_factory=dict)
    nouns_capitalised: bool = False
    before_dates: Mapping[str, str] = field(default_factory=dict)


LANGUAGES = {
    "en": Language("English", "en_GB"),
    "fr": Language(
        "Français", "fr_BE", before_dates={"jusqu’à": "jusqu’au", "Jusqu’à": "Jusqu’au", "depuis": "depuis le", "dès": "dès le"}
    ),
    "nl": Language("Nederlands", "nl_BE"),
    "de": Language("Deutsch", "de_BE", {"EEEE d": "EEEE, d", "d MMM": "d. MMM"}, nouns_capitalised=True),
}
_PREPOSITION = re.compile(rf"\b({'|'.join(word for each in LANGUAGES.values() for word in each.before_dates)}) \{{(\w+)\}}")
_ARTICLES = {word: form for each in LANGUAGES.values() for word, form in each.before_dates.items()}


def language_of(code: str) -> Language:
    """Return a language by its code; one that is not in the table has its code as name and locale."""
    return LANGUAGES.get(code) or Language(code, code)


class Moment(str):
    """Time of an event among the values of a Message; shown as date and time in the desk's time zone: "24 Nov 22:34"."""


class Message(str):
    """Text with values. Its own value is English; it keeps msgid and values for translation."""

    msgid: str
    values: dict[str, Any]


def message(msgid: str, **values: Any) -> Message:
    """Return a Message, to be translated once the reader is known: `message(N_("At most {count} items."), count=50)`."""
    shown = {name: f"{value:g}" if isinstance(value, float) else value for name, value in values.items()}
    sentence = Message(msgid.format(**shown))
    sentence.msgid, sentence.values = msgid, values
    return sentence


def translate(text: str, language: str) -> str:
    """Translate a msgid or a Message, including Messages among its values. Names stay as they were typed."""
    lookup = gettext_for(language)
    if not isinstance(text, Message):
        return lookup(text) if text else text  # gettext has the catalogue's metadata under ""
    return fill(lookup(text.msgid), {name: _value(value, language) for name, value in text.values.items()})


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Fill a translated text with its values, with prepositions that suit dates."""
    return suit_dates(text, values).format(**values)


def suit_dates(text: str, values: Mapping[str, Any]) -> str:
    """Return a text in which prepositions have an article if a date follows: "jusqu’au {at}" for "24 nov.", not for "14:05"."""

    def suit(match: re.Match[str]) -> str:
        is_date = _BEGINS_WITH_DATE.match(str(values.get(match[2], "")))
        return f"{_ARTICLES[match[1]] if is_date else match[1]} {{{match[2]}}}"

    return _PREPOSITION.sub(suit, text)


def _value(value: Any, language: str) -> Any:
    if isinstance(value, Moment):
        return moment_text(value, "d MMM HH:mm", language)
    if isinstance(value, float):
        return format_decimal(value, "0.#", locale=language_of(language).locale)
    return translate(value, language) if isinstance(value, Message) else value


def enumeration(names: Iterable[str], language: str) -> str:
    """Return names as a part of a sentence: "Alice, Bob and Charlie"."""
    return str(format_list(list(names), locale=language_of(language).locale))


def moment_text(stamp: str, pattern: str, language: str) -> str:
    """Return a time in the desk's time zone by a pattern of CLDR, such as "d MMM HH:mm", as the language writes it."""
    of_language = language_of(language)
    for part, own in of_language.dates.items():
        pattern = pattern.replace(part, own)
    return str(format_datetime(parse_utc(stamp), pattern, tzinfo=DESK_TIME_ZONE, locale=of_language.locale))


@cache
def languages() -> list[str]:
    """Return the codes of the languages with translations, English first."""
    return [DEFAULT, *sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/messages.po"))]


def gettext_for(language: str) -> Callable[[str], str]:
    """Return a function from msgid to text in `language`. Missing languages and texts give the msgid, which is English."""
    lookup = translations(language).ugettext
    return lambda text: lookup(text).rpartition(CONTEXT_END)[2]


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue for templates. Compiled on first use, so that no binary file can be out of date."""
    if language not in languages()[1:]:
        return NullTranslations()
    compiled = BytesIO()
    with _source(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    catalogue = Translations(compiled)
    catalogue._catalog.update(_added.get(language, {}))
    return catalogue


def add_translations(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Add translations that are in no catalogue: those of an installation's own kinds, `{language: {msgid: text}}`."""
    for language, each in texts.items():
        _added.setdefault(language, {}).update(each)
    if texts:
        translations.cache_clear()


def remove_translations(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Remove translations that `add_translations` added."""
    for language, each in texts.items():
        for msgid in each:
            _added[language].pop(msgid, None)
    if texts:
        translations.cache_clear()


def is_translated(text: str, language: str) -> bool:
    """Return whether a text of one line has a translation."""
    return text in _added.get(language, ()) or text in _translated(_source(language))


@cache
def _translated(source: Path) -> set[str]:
    """Return the texts of one line that are translated. Does not parse the catalogue, which takes a tenth of a second."""
    found = _ONE_LINE.findall(source.read_text(encoding="utf-8"))
    return {P_(json.loads(context), json.loads(text)) if context else json.loads(text) for context, text in found}


def js_catalogue(language: str) -> dict[str, Any]:
    """Return the catalogue for scripts: facts about the language, and `messages` as `{msgid: text, or [form, …]}`, without
    untranslated texts. Read from disk as it is now, because its URL has the content's version."""
    messages: dict[str, str | list[str]] = {}
    if language in languages()[1:]:
        source = _source(language)
        messages = _script_messages(source, language, source.stat().st_mtime_ns)
    own = language_of(language)
    locale = own.locale.replace("_", "-")
    facts: dict[str, Any] = {"language": language, "locale": locale, "nouns_capitalised": own.nouns_capitalised}
    if own.before_dates:
        facts["before_dates"] = dict(own.before_dates)
    return facts | {"messages": messages | _added.get(language, {})}


@lru_cache(maxsize=8)
def _script_messages(source: Path, language: str, _written_ns: int) -> dict[str, str | list[str]]:
    messages: dict[str, str | list[str]] = {}
    with source.open("rb") as file:
        for message in read_po(file, locale=language):
            if message.id and message.string and not message.fuzzy:
                key = message.id if isinstance(message.id, str) else message.id[0]
                key = f"{message.context}{CONTEXT_END}{key}" if message.context else key
                messages[key] = message.string if isinstance(message.string, str) else list(message.string)
    return messages


def _source(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "messages.po"
