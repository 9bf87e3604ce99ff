"""Files of a disclosure: JSON, sent page by page, and the items of its PDF."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import orjson
from sqlmodel import Session

from board.disclosure.masking import WITHHELD
from board.disclosure.steps import Item
from board.disclosure.walk import Walk
from board.engine.identity import Caller
from board.i18n import N_, gettext_for
from board.service import BoardService
from models.board import AUDIT, OPERATIONS

T = TypeVar("T")
MAX_ITEMS = 50_000  # items per file; far more than are stored about one person
RULES = (
    N_("Names of colleagues are replaced by numbers, and secrets of accounts are left out."),
    N_("Names and contact details of people who gave information are withheld, except in their own disclosure."),
    N_("Texts that people typed are unchanged: read them before you give this away, and black out what is about others."),
    N_("There may be more that this account may not see."),
)  # fmt: skip


async def pages_of(
    service: BoardService, caller: Caller, walk: Walk, file: str, write: Callable[[list[Item]], T]
) -> AsyncIterator[T]:  # fmt: skip
    """Yield the result of `write` for each page of items. `write` runs in the thread that reads the page. The read log records
    each search before its first page is yielded."""
    recorded: set[str] = {AUDIT, OPERATIONS}

    def read(session: Session) -> tuple[set[str], T]:
        items = walk.read(session)
        return {board for item in items if (board := board_of(item))}, write(items)

    while not walk.is_done:
        boards, written = await service.exports.read(caller, read)
        for board in boards - recorded:
            await service.reads.export(caller, board, file)
        recorded |= boards
        yield written


def board_of(item: Item) -> str | None:
    """Return the board that an item is about."""
    board = item.get("board") or item["values"].get("board")
    return board if isinstance(board, str) and board != WITHHELD else None


async def json_parts(
    service: BoardService, caller: Caller, walk: Walk, file: str, head: dict[str, str], lang: str
) -> AsyncIterator[bytes]:  # fmt: skip
    """Yield the parts of the JSON file.

    `complete`: false if the file ends after MAX_ITEMS items. `unreadable`: number of rows that may be about the person, but
    cannot be decrypted.
    """
    rules = [gettext_for(lang)(rule) for rule in RULES]
    yield orjson.dumps({"disclosure": head, "rules": rules})[:-1] + b',"items":['
    count = 0
    async for size, encoded in pages_of(service, caller, walk, file, _encoded_page):
        if size:
            yield (b",\n" if count else b"") + encoded
        count += size
        if count >= MAX_ITEMS:
            break
    yield b'],"complete":%b,"unreadable":%d}\n' % (b"true" if walk.is_done else b"false", walk.unreadable)


def _encoded_page(items: list[Item]) -> tuple[int, bytes]:
    return len(items), b",\n".join(orjson.dumps(item, option=orjson.OPT_NON_STR_KEYS) for item in items)
