"""Search in the documentation: each section of a document is a result, matches in headings first."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import unescape

from board.help.documents import Document, Part, contents

MAX_QUERY = 200  # characters
MAX_WORDS = 8
MAX_RESULTS = 20  # for each audience
EXCERPT = 140  # characters around the first match
_HEADING = re.compile(r'<h[1-3] id="([^"<]*)">((?:[^<]|<(?!/?h[1-3]))*)</h[1-3]>')
_IN_LINE = re.compile(r"</?(?:a|code|em|strong|span)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Section:
    """Heading of a document with the text below it, up to the next heading."""

    document: Document
    heading: str
    url: str
    text: str

    @property
    def title(self) -> str:
        return self.document.title if self.heading == self.document.title else f"{self.document.title} · {self.heading}"


@dataclass(frozen=True, slots=True)
class Result:
    """Section with all words. `excerpt`: (text before a word, the word, text after it), empty if only the title matches."""

    section: Section
    excerpt: tuple[str, str, str]


def find(query: str, language: str) -> dict[str, list[Result]]:
    """Return the sections that have all words of a query, by audience, at most `MAX_RESULTS` each. Ignores accents and case."""
    words = _fold(query[:MAX_QUERY]).split()[:MAX_WORDS]
    matches: dict[str, list[Section]] = {}
    for part in contents(language) if words else ():
        matches.setdefault(part.audience, []).extend(_matches(part, words, language))
    return {
        audience: [Result(section, _excerpt(section, words)) for section in _best(sections, words)]
        for audience, sections in matches.items()
        if sections
    }


def _matches(part: Part, words: list[str], language: str) -> list[Section]:
    sections = [section for document in part.documents for section in _sections(document.name, language)]
    return [section for section in sections if all(word in _folded(section) or word in _fold(section.title) for word in words)]


def _best(sections: list[Section], words: list[str]) -> list[Section]:
    """Return the best sections: first those with all words in the title, each group in reading order."""
    return sorted(sections, key=lambda section: not all(word in _fold(section.title) for word in words))[:MAX_RESULTS]


@cache
def _sections(name: str, language: str) -> tuple[Section, ...]:
    document = next(entry for part in contents(language) for entry in part.documents if entry.name == name)
    _, *parts = _HEADING.split(document.html)
    return tuple(
        Section(document, _plain(heading), f"{document.url}#{anchor}", _plain(html))
        for anchor, heading, html in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


@cache
def _folded(section: Section) -> str:
    return _fold(section.text)


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", _IN_LINE.sub("", html))).split())


def _fold(text: str) -> str:
    """Return a text without accents and in lower case, of the same length."""
    return "".join(unicodedata.normalize("NFKD", letter)[0].lower()[0] for letter in text)


def _excerpt(section: Section, words: list[str]) -> tuple[str, str, str]:
    text, places = section.text, [(place, word) for word in words if (place := _folded(section).find(word)) >= 0]
    start, word = min(places, default=(0, ""))
    end = start + len(word)
    first, last = max(0, start - EXCERPT // 2), end + EXCERPT // 2
    before = text[first:start] if first == 0 else f"… {text[first:start].partition(' ')[2]}"
    after = text[end:] if last >= len(text) else f"{text[end:last].rpartition(' ')[0]} …"
    return before, text[start:end], after
