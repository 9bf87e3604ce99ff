"""Renderer of a Markdown document as HTML: escaped, with anchors at headings, and with links that work on the server."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

DEEPEST = 3  # level of the deepest headings with anchors
LOCAL = re.compile(r"(?![a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)  # address without a scheme, not within the page

Resolve = Callable[[str], str | None]  # from the path in a relative link to an address of the server, or None


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading. `anchor`: fragment of its address."""

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
    title = next((heading.text for heading in headings if heading.level == 1), "")
    return Rendered(html, title, tuple(heading for heading in headings if heading.level > 1))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _name_headings(tokens: list[Token]) -> list[Heading]:
    """Give each heading a unique id, and make those below the title links to themselves."""
    headings: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or int(opening.tag[1]) > DEEPEST:
            continue
        text = plain_text(inline)
        anchor = _unused(slug(text), {heading.anchor for heading in headings})
        opening.attrs["id"] = anchor
        headings.append(Heading(int(opening.tag[1]), text, anchor))
        if opening.tag != "h1":
            link = Token("link_open", "a", 1, attrs={"href": f"#{anchor}"})
            inline.children = [link, *(inline.children or []), Token("link_close", "a", -1)]
    return headings


def plain_text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def slug(text: str) -> str:
    """Return GitHub's fragment for a heading, so that links work there too."""
    return re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")


def _unused(base: str, used_names: Iterable[str]) -> str:
    number, name = 0, base
    while name in set(used_names):
        number += 1
        name = f"{base}-{number}"
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
    address = resolve(path)
    return f"{address}#{fragment}" if address and fragment else address


def _with_scrolling(tokens: list[Token]) -> list[Token]:
    """Put tables and code into boxes that scroll sideways, also by keyboard."""
    wrapped_tokens: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            wrapped_tokens.append(Token("box_open", "div", 1, attrs={"class": "wide", "tabindex": "0"}, block=True))
        wrapped_tokens.append(_escaped_code(token) if token.type in ("fence", "code_block") else token)
        if token.type == "table_close":
            wrapped_tokens.append(Token("box_close", "div", -1, block=True))
    return wrapped_tokens


def _escaped_code(token: Token) -> Token:
    return Token("html_block", "", 0, content=f'<pre tabindex="0"><code>{escapeHtml(token.content)}</code></pre>\n')
