"""Reference of the contract, written from the declarations into the pages of `board/docs/reference/contract/`.

`python -m tests.support.contract_reference` writes it after a change; a test fails when that is due. A page has prose, and blocks
between a line `[generated]: # "commands sighting card"` and a line `[end]: # "generated"`. An entry is explained by the docstring
of its declaration; a line in it that begins with a name, such as "`at`: when", explains that field. A heading of a page that it
names, such as *Queues*, becomes a link.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from board.commands.cards import cards
from board.help.markdown import slug
from board.paths import CONTRACT, DOCS
from tests.support import contract_entries as entries

PAGES = DOCS / "reference" / "contract"
_HEADING = re.compile(r"^(#{1,2}) (.+)$", re.M)
_NAMED = re.compile(r"\*([A-Z][^*\n]+)\*")
_BLOCK = re.compile(r'^\[generated\]: # "([^"\n]+)"\n(.*?)^\[end\]: # "generated"$', re.M | re.S)
_WRITERS: dict[str, Callable[..., Iterator[str]]] = {
    "frames": entries.frames,
    "types": entries.types,
    "kinds": entries.states,
    "commands": entries.commands,
    "calls": entries.calls,
    "audit": entries.audit_entries,
}


def pages() -> dict[Path, str]:
    """Return the text of each page by its file."""
    return {file: file.read_text(encoding="utf-8") for file in sorted(PAGES.glob("*.md"))}


def written(page: str) -> str:
    """Return a page with its blocks written from the current declarations."""
    return _BLOCK.sub(lambda block: f'[generated]: # "{block[1]}"\n\n{_block(block[1])}\n[end]: # "generated"', page)


@cache
def _block(orders: str) -> str:
    writer, *names = _expanded(orders)
    return _NAMED.sub(_link, "\n".join(_WRITERS[writer](*names)))


def _link(named: re.Match[str]) -> str:
    return f"[{named[1]}]({_headings()[named[1]]})"


@cache
def _headings() -> dict[str, str]:
    """Return the address of each heading, relative to a page; if two headings have the same text, that of the first."""
    found: dict[str, str] = {}
    for file in (*pages(), CONTRACT):
        place = file.name if file.parent == PAGES else "../../../contract.md"
        for marks, title in _HEADING.findall(file.read_text(encoding="utf-8")):
            found.setdefault(title, place if len(marks) == 1 else f"{place}#{slug(title)}")
    return found


def blocks(writer: str) -> list[str]:
    """Return the subjects of all blocks of a writer, in the order of the pages."""
    return [name for text in pages().values() for order, _ in _BLOCK.findall(text) for name in _names(writer, order)]


def _names(writer: str, orders: str) -> list[str]:
    first, *names = _expanded(orders)
    return names if first == writer else []


def _expanded(orders: str) -> list[str]:
    """Return the words of an order; `declared` expands to the kinds of cards without their own rules."""
    declared = [kind.name for kind in cards.declared_kinds()]
    return [name for word in orders.split() for name in (declared if word == "declared" else [word])]


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(written(text), encoding="utf-8")
