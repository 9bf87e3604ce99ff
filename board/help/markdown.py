"""Render one Markdown document as HTML: escaped, with addressable headings, and with links that work on the server."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

DEEPEST = 3  # headings below this level are not addressable
LOCAL = re.compile(r"(?![a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)  # an address without a scheme, and not of this page

Resolve = Callable[[str], str | None]  # from the path in a relative link to an address of the server, or None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that can be linked to: `anchor` is the fragment of its address."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    html: str
    title: str
    headings: tuple[Heading, ...]  # without the title


def render(text: str, resolve: Resolve) -> Rendered:
    """Return the document as HTML. HTML in the source is shown as text."""
    tokens = _parser().parse(text)
    headings = _name_headings(tokens)
    for token in tokens:
        if token.type == "inline":
            _resolve_links(token.children or [], resolve)
        token.attrs.pop("style", None)  # alignment of table cells: the content security policy refuses inline styles
    html = str(_parser().renderer.render(_with_scrolling(tokens), _parser().options, {}))
    title = next((each.text for each in headings if each.level == 1), "")
    return Rendered(html, title, tuple(each for each in headings if each.level > 1))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _name_headings(tokens: list[Token]) -> list[Heading]:
    """Give each heading an id that no other has, and make the ones below the title links to themselves."""
    found: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or int(opening.tag[1]) > DEEPEST:
            continue
        text = plain_text(inline)
        anchor = _unused(slug(text), {each.anchor for each in found})
        opening.attrs["id"] = anchor
        found.append(Heading(int(opening.tag[1]), text, anchor))
        if opening.tag != "h1":
            link = Token("link_open", "a", 1, attrs={"href": f"#{anchor}"})
            inline.children = [link, *(inline.children or []), Token("link_close", "a", -1)]
    return found


def plain_text(inline: Token) -> str:
    return "".join(each.content for each in inline.children or [])


def slug(text: str) -> str:
    """Return the fragment that GitHub gives a heading, so that links work there too."""
    return re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")


def _unused(wanted: str, taken: Iterable[str]) -> str:
    number, name = 0, wanted
    while name in set(taken):
        number += 1
        name = f"{wanted}-{number}"
    return name


def _resolve_links(inline: list[Token], resolve: Resolve) -> None:
    """Point relative links at pages of the server. A link to a file that it does not serve becomes plain text."""
    ends: list[str] = []
    for token in inline:
        if token.type == "link_close":
            token.tag = ends.pop()
        elif token.type in ("link_open", "image"):
            name = "href" if token.type == "link_open" else "src"
            address = _address(str(token.attrs.get(name, "")), resolve)
            if address is None:
                token.tag, token.attrs = "span", {}
            else:
                token.attrs[name] = address
            if token.type == "link_open":
                ends.append(token.tag)


def _address(link: str, resolve: Resolve) -> str | None:
    if not LOCAL.match(link):
        return link
    path, _, fragment = link.partition("#")
    found = resolve(path)
    return f"{found}#{fragment}" if found and fragment else found


def _with_scrolling(tokens: list[Token]) -> list[Token]:
    """Put wide tables and code into boxes that scroll sideways, by keyboard too."""
    found: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            found.append(Token("box_open", "div", 1, attrs={"class": "wide", "tabindex": "0"}, block=True))
        found.append(_escaped_code(token) if token.type in ("fence", "code_block") else token)
        if token.type == "table_close":
            found.append(Token("box_close", "div", -1, block=True))
    return found


def _escaped_code(token: Token) -> Token:
    return Token("html_block", "", 0, content=f'<pre tabindex="0"><code>{escapeHtml(token.content)}</code></pre>\n')
