"""Documents of `/help`: the Markdown files of `board/docs`, and the contract. They are rendered once, at first use.

No other file can be read: names are looked up in a table of the files in the folder.

The guides of the roles are in four languages, in files such as `guides/hotline.fr.md`; all other documents are in English.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from board.config import sentences
from board.help.markdown import Heading, plain_text, render
from board.i18n import DEFAULT, N_, P_
from board.paths import CONTRACT, DOCS, STATIC

BASE = "/help"
INDEX = ""  # name of the start page
CONTRACT_NAME = "reference/contract"
GUIDES = "guides"  # folder of the guides
# Headings of the index, which the frame shows in each language.
AUDIENCES = {"For users": N_("For users"), "For servers and programs": N_("For servers and programs")}
PARTS = {
    "Guides for each role": sentences.GUIDES, "Tutorial": N_("Tutorial"), "More for users": N_("More for users"),
    "How-to guides": N_("How-to guides"), "Reference": P_("part of the documentation", "Reference"),
    "Explanation": N_("Explanation"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """Page of the documentation. `name`: its path below `/help`, such as `how-to/install`, the same in each language."""

    name: str
    title: str
    html: str
    headings: tuple[Heading, ...]
    language: str = DEFAULT

    @property
    def url(self) -> str:
        return f"{BASE}/{self.name}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Part:
    """Part of the documentation for one audience, with its documents in reading order."""

    audience: str
    title: str
    documents: tuple[Document, ...]


@cache
def documents(language: str = DEFAULT) -> Mapping[str, Document]:
    """Return all documents by name, each in this language if available, otherwise in English."""
    urls = {file: f"{BASE}/{name}".rstrip("/") for code in (DEFAULT, language) for name, file in _files(code).items()}
    urls |= {file: f"{BASE}/{name}" for name, file in [*attachments().items(), *pictures().items()]}
    rendered_documents = {}
    for name, file in _files(language).items():
        rendered = render(file.read_text(encoding="utf-8"), lambda link, file=file: _resolve(file, link, urls))  # type: ignore[misc]
        rendered_documents[name] = Document(name, rendered.title, rendered.html, rendered.headings, _language_of(file))
    return rendered_documents


@cache
def attachments() -> Mapping[str, Path]:
    """Return the downloadable files of documents, by name."""
    return {file.relative_to(DOCS).as_posix(): file for file in sorted(DOCS.glob("files/*"))}


@cache
def pictures() -> Mapping[str, Path]:
    """Return the pictures of the guides, by name. `board pictures --guides` makes them."""
    return {file.relative_to(DOCS).as_posix(): file for file in sorted(DOCS.glob(f"{GUIDES}/pictures/*.png"))}


@cache
def contents(language: str = DEFAULT) -> tuple[Part, ...]:
    """Return the parts in the order of the index."""
    parts: dict[tuple[str, str], list[Document]] = {}
    for audience, title, name in _index_links():
        parts.setdefault((audience, title), []).append(documents(language)[name])
    return tuple(Part(audience, title, tuple(listed)) for (audience, title), listed in parts.items())


def neighbours(document: Document, language: str = DEFAULT) -> tuple[Document | None, Document | None]:
    """Return the documents before and after one, in reading order."""
    order = [None, *(entry for part in contents(language) for entry in part.documents), None]
    for (before, current), (_, after) in pairwise(pairwise(order)):
        if current is document:
            return before, after
    return None, None


def titles(language: str = DEFAULT) -> list[dict[str, str]]:
    """Return the entries for the palette: each title, and each heading with the title of its document."""
    entries = []
    for document in documents(language).values():
        entries.append({"title": document.title, "url": document.url})
        for heading in document.headings:
            entries.append({"title": document.title, "heading": heading.text, "url": f"{document.url}#{heading.anchor}"})
    return entries


def _files(language: str = DEFAULT) -> dict[str, Path]:
    """Return the files by name; guides in this language, or in English."""
    files = {file.relative_to(DOCS).with_suffix("").as_posix(): file for file in sorted(DOCS.rglob("*.md"))}
    guides = {name: file for name, file in files.items() if file.parent.name == GUIDES}
    chosen = {name.rpartition(".")[0]: file for name, file in guides.items() if _language_of(file) in (DEFAULT, language)}
    chosen |= {name.rpartition(".")[0]: file for name, file in guides.items() if _language_of(file) == language}
    other_files = {name: file for name, file in files.items() if name not in guides}
    return {INDEX: other_files.pop("index"), **chosen, **other_files, CONTRACT_NAME: CONTRACT}


def _language_of(file: Path) -> str:
    return file.stem.rpartition(".")[2] if file.parent.name == GUIDES else DEFAULT


def _resolve(file: Path, link: str, urls: Mapping[Path, str]) -> str | None:
    """Return the address of a relative link in `file`, or None if the server does not serve its target."""
    _, below, picture = link.partition("/static/")
    if below and (STATIC / picture).is_file():
        return f"/static/{picture}"
    return urls.get((file.parent / link).resolve())


def _index_links() -> Iterator[tuple[str, str, str]]:
    """Yield (audience, title of the part, name of the document) for each link of the index."""
    files = {file: name for name, file in _files().items()}
    headings, tokens = {"h2": "", "h3": ""}, MarkdownIt("commonmark").parse((DOCS / "index.md").read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            headings[opening.tag] = plain_text(inline)
        for child in inline.children or ():
            if headings["h3"] and child.type == "link_open":
                yield headings["h2"], headings["h3"], files[(DOCS / str(child.attrs["href"])).resolve()]
