"""Files of a disclosure: JSON, sent page by page, and the items of its paper."""

from collections.abc import AsyncIterator

import orjson

from board.disclosure.steps import Item
from board.disclosure.walk import Walk
from board.engine.identity import Caller
from board.i18n import N_, gettext_for
from board.service import BoardService
from models.board import AUDIT, OPERATIONS

MAX_ITEMS = 50_000  # of a file; far more than are stored about one person
RULES = (
    N_("Names of colleagues are replaced by numbers, and secrets of accounts are left out."),
    N_("Names and contact details of people who gave information are withheld, except in their own disclosure."),
    N_("Texts that people typed are unchanged: read them before you give this away, and black out what is about others."),
    N_("There may be more that this account may not see."),
)  # fmt: skip


async def items_of(service: BoardService, caller: Caller, walk: Walk, file: str) -> AsyncIterator[list[Item]]:
    """Yield the items page by page. Records a read of each search before its first item is yielded."""
    recorded: set[str] = set()
    while not walk.is_done:
        items = await service.exports.read(caller, walk.read)
        boards = {board for item in items if (board := item.get("board") or item["values"].get("board"))}
        for board in boards - recorded - {AUDIT, OPERATIONS}:
            if isinstance(board, str):
                await service.reads.export(caller, board, file)
        recorded |= boards
        yield items


async def json_parts(
    service: BoardService, caller: Caller, walk: Walk, file: str, head: dict[str, str], lang: str
) -> AsyncIterator[bytes]:
    """Yield the parts of the JSON file. `complete`: false if there are more than MAX_ITEMS."""
    rules = [gettext_for(lang)(rule) for rule in RULES]
    yield orjson.dumps({"disclosure": head, "rules": rules})[:-1] + b',"items":['
    count = 0
    async for items in items_of(service, caller, walk, file):
        page = items[: MAX_ITEMS - count]
        if page:
            yield (b",\n" if count else b"") + b",\n".join(map(_encoded, page))
        count += len(page)
        if count >= MAX_ITEMS:
            break
    yield b'],"complete":%b}\n' % (b"true" if walk.is_done else b"false")


def _encoded(item: Item) -> bytes:
    return orjson.dumps(item, option=orjson.OPT_NON_STR_KEYS)
