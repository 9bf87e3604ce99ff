"""The documents of `/help`: the Markdown files of `board/docs`, and the contract. They are rendered once, at first use.

Nothing else can be read: a document is found by its name in a table that is made from what lies in the folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from board.help.markdown import Heading, plain_text, render
from board.paths import CONTRACT, DOCS, STATIC

BASE = "/help"
INDEX = ""  # its name
CONTRACT_NAME = "reference/contract"


@dataclass(frozen=True, slots=True)
class Document:
    """A page of the documentation. `name` is its path below `/help`, such as `how-to/install`."""

    name: str
    title: str
    html: str
    headings: tuple[Heading, ...]

    @property
    def url(self) -> str:
        return f"{BASE}/{self.name}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Part:
    """Part of the documentation, with its documents in reading order."""

    title: str
    documents: tuple[Document, ...]


@cache
def documents() -> Mapping[str, Document]:
    """Return all documents by name."""
    files = _files()
    urls = {file: f"{BASE}/{name}".rstrip("/") for name, file in files.items()}
    urls |= {file: f"{BASE}/{name}" for name, file in attachments().items()}
    found = {}
    for name, file in files.items():
        made = render(file.read_text(encoding="utf-8"), lambda link, file=file: _resolve(file, link, urls))  # type: ignore[misc]
        found[name] = Document(name, made.title, made.html, made.headings)
    return found


@cache
def attachments() -> Mapping[str, Path]:
    """Return the files that documents give to download, by name."""
    return {file.relative_to(DOCS).as_posix(): file for file in sorted(DOCS.glob("files/*"))}


@cache
def contents() -> tuple[Part, ...]:
    """Return the parts as the index lists them: it alone says the order."""
    parts: list[tuple[str, list[Document]]] = []
    for heading, name in _index_links():
        if not parts or parts[-1][0] != heading:
            parts.append((heading, []))
        parts[-1][1].append(documents()[name])
    return tuple(Part(title, tuple(listed)) for title, listed in parts)


def neighbours(document: Document) -> tuple[Document | None, Document | None]:
    """Return the documents before and after one, in reading order."""
    order = [None, *(each for part in contents() for each in part.documents), None]
    for (before, this), (_, after) in pairwise(pairwise(order)):
        if this is document:
            return before, after
    return None, None


def titles() -> list[dict[str, str]]:
    """Return what the palette looks through: each title, and each heading with the title of its document."""
    found = []
    for document in documents().values():
        found.append({"title": document.title, "url": document.url})
        for each in document.headings:
            found.append({"title": document.title, "heading": each.text, "url": f"{document.url}#{each.anchor}"})
    return found


def _files() -> dict[str, Path]:
    found = {file.relative_to(DOCS).with_suffix("").as_posix(): file for file in sorted(DOCS.rglob("*.md"))}
    return {INDEX: found.pop("index"), **found, CONTRACT_NAME: CONTRACT}


def _resolve(file: Path, link: str, urls: Mapping[Path, str]) -> str | None:
    """Return the address of what a relative link in `file` names, or None where the server does not have it."""
    _, below, picture = link.partition("/static/")
    if below and (STATIC / picture).is_file():
        return f"/static/{picture}"
    return urls.get((file.parent / link).resolve())


def _index_links() -> Iterator[tuple[str, str]]:
    """Yield (heading, name of the document) for each link below a heading of the index."""
    files = {file: name for name, file in _files().items()}
    heading, tokens = "", MarkdownIt("commonmark").parse((DOCS / "index.md").read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2":
            heading = plain_text(inline)
        for each in inline.children or ():
            if heading and each.type == "link_open":
                yield heading, files[(DOCS / str(each.attrs["href"])).resolve()]
