"""Content of printed documents, independent of format, and its rendering as Markdown and HTML.

Text typed by people is marked (`UserText`): both formats escape it, and mark its language if that is not the reader's.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from board import labels
from board.documents import fonts
from board.i18n import gettext_for, moment_text
from board.paths import TEMPLATES
from models.db.read_pacing import paced

_SPECIAL_CHARACTERS = re.compile(r"([\\`*_{}\[\]<>#|~!&$@^])")  # special to Markdown anywhere in a line
_SPECIAL_STARTS = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))")  # special at the start of a line: lists and headings
# Spaces at which a line must not break: after a number, at an arrow, before "·", a date, a year, a time and a card's number.
_TIES = re.compile(
    r"(?<=[\d→]) |(?<=\d\.) |(?<=\(±) | (?=[·→] )| (?=\d+(?: ·|$))| (?=\d{1,2}\.?\s\w{3,5}\.?\s)| (?=\d{4} \d)| (?=\d\d:\d\d)"
)
_TIME_OF_DAY = re.compile(r"\d\d:\d\d")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class UserText:
    """Text typed by a person. `language`: its language, if known and not the reader's. `short`: replaces it on a full page;
    `middle`: on a page that is nearly full."""

    text: str
    language: str | None = None
    short: str | None = None
    middle: str | None = None


Piece = str | UserText
Line = list[Piece]
Fact = tuple[str, Line]


@dataclass(frozen=True, slots=True)
class Block:
    """Optional heading, with the lines below it."""

    heading: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Section:
    """Section about one search or one day. `texts`: labels with typed texts. `note`: printed below them."""

    heading: Line
    facts: list[Fact] = field(default_factory=list)
    texts: list[tuple[str, UserText]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Printed document. `file`: its file name without extension, composed only of references and numbers. `printed`: its printer
    and time, and the time of its data. `drawing`: SVG below the facts, not in Markdown."""

    title: str
    language: str
    file: str
    printed: str
    facts: list[Fact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    drawing: Markup | None = None


def datetime_text(stamp: str | None, language: str) -> str:
    """Return date and time in a language, such as "24 Nov 2026 22:34"."""
    return _written(stamp, "d MMM y HH:mm", language)


def short_datetime(stamp: str | None, language: str) -> str:
    """Return date and time without the year and without line breaks, such as "24 Nov 22:34". For times close to now."""
    return _written(stamp, "d MMM HH:mm", language).replace(" ", "\u00a0")


def is_date(text: str) -> bool:
    """Return whether the text of a time contains a date. French needs an article before a date, but not before a time of day."""
    return not _TIME_OF_DAY.fullmatch(text)


def day(stamp: str, language: str) -> str:
    """Return a day as a heading, such as "Jeudi 26 novembre 2026"."""
    text = _written(stamp, "EEEE d MMMM y", language)
    return text[:1].upper() + text[1:]


def time_text(stamp: str, language: str) -> str:
    return _written(stamp, "HH:mm:ss", language)


def _written(stamp: str | None, pattern: str, language: str) -> str:
    return moment_text(stamp, pattern, language) if stamp else ""


# -- Markdown -------------------------------------------------------------------------------------------------------------


def markdown(paper: Document) -> str:
    """Return the document as CommonMark that is also readable as plain text."""
    parts = [f"# {_md(paper.title)}", _facts(paper.facts, paper.language), *(f"*{_md(note)}*" for note in paper.notes)]
    for section in paced(paper.sections, 1):
        parts += [f"## {_line(section.heading)}", _facts(section.facts, paper.language)]
        parts += [f"**{_md(label)}**\n\n{_quote(text)}" for label, text in section.texts]
        parts += [f"*{_md(section.note)}*"] if section.note else []
        for block in section.blocks:
            parts += [f"### {_md(block.heading)}" if block.heading else "", "\n".join(f"- {_line(line)}" for line in block.lines)]
    return "\n\n".join(part for part in [*parts, "---", f"*{_md(paper.printed)}*"] if part) + "\n"


def _facts(facts: Iterable[Fact], language: str) -> str:
    translate = gettext_for(language)
    return "\n".join(f"- **{_md(labels.with_colon(name, translate))}** {_line(line)}" for name, line in facts)


def _line(pieces: Line) -> str:
    # without unbreakable spaces, so that a text search finds it
    untied = (piece if isinstance(piece, UserText) else piece.replace("\u00a0", " ") for piece in pieces)
    return "".join(_inline(piece, " ".join) if isinstance(piece, UserText) else _md(piece) for piece in untied)


def _quote(typed: UserText) -> str:
    return "\n".join(f"> {line}" for line in _inline(typed, "\\\n".join).split("\n"))


def _inline(typed: UserText, join: Callable[[Iterable[str]], str]) -> str:
    text = join(_md(line.strip()) for line in typed.text.splitlines() if line.strip())
    return f'<span lang="{typed.language}">{text}</span>' if typed.language else text


def _md(text: str) -> str:
    """Return a text as one line of Markdown, escaped so that it contains no markup, HTML or link."""
    plain = _SPECIAL_CHARACTERS.sub(r"\\\1", _one_line(_CONTROL.sub("", text))).replace("://", "\\://").replace("www.", "www\\.")
    return _SPECIAL_STARTS.sub(
        lambda match: f"{match[1]}\\{match[2]}" if not match[2].isdigit() else f"{match[1]}{match[2]}\\", plain
    )


def _one_line(text: str) -> str:
    """Return a text as one line, with a space for each line break, because names can have several lines."""
    first, *following = text.split("\n")
    if not following:
        return text
    *middle, last = (line.lstrip() for line in following)
    return " ".join([first.rstrip(" \t"), *filter(None, (line.rstrip(" \t") for line in middle)), last])


# -- HTML -----------------------------------------------------------------------------------------------------------------

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def _piece(piece: Piece) -> Markup:
    if not isinstance(piece, UserText):
        tied = _TIES.sub("\u00a0", piece)
        return escape(tied.replace("E-mail", "E\u2011mail").replace("E-Mail", "E\u2011Mail"))  # a non-breaking hyphen
    text = escape(_CONTROL.sub("", piece.text).replace("☑", "✓").replace("☐", "□"))  # the shipped fonts lack ballot boxes
    if piece.short not in (None, piece.text):
        text = _forms(text, None if piece.middle == piece.text else piece.middle, piece.short)
    return Markup('<span class="typed" lang="{}">{}</span>').format(piece.language, text) if piece.language else text


def _forms(whole: Markup, middle: str | None, short: str | None) -> Markup:
    """Return a text in forms of different lengths. The style sheet shows one of them. `middle`: None for the whole text."""
    if middle is None:
        return Markup('<span class="whole middle">{}</span><span class="short">{}</span>').format(whole, short)
    form = Markup('<span class="{}">{}</span>')
    return form.format("whole", whole) + form.format("middle", middle) + form.format("short", short)


_environment.filters["piece"] = _piece
_environment.globals["font_families"] = Markup(fonts.families())  # noqa: S704 # names in the code


def html(paper: Document) -> str:
    """Return the document as an HTML page without external resources."""
    return template("document.html").render(paper=paper)


def template(name: str) -> Template:
    """Return a template of a document. It can use the filter `piece` for typed texts."""
    return _environment.get_template(name)
