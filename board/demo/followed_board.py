"""Board as a simulated user follows it: its entities, its presence, and waiting for changes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from board.client import AsyncClient, Board, Frame


class FollowedBoard:
    """Replica of a board with its presence and summaries, on a separate socket."""

    def __init__(self, client: AsyncClient, board: str) -> None:
        self.replica = Board(board)
        self.people: list[Frame] | None = None  # None until the server has sent them
        self.summaries: dict[str, Frame] = {}  # by search
        self._client = client
        self._changed = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async with self._client:
                async for frame in self._client.follow(self.replica):
                    self._take(frame)
                    self._changed.set()
        finally:
            self._changed.set()

    def _take(self, frame: Frame) -> None:
        match frame["type"]:
            case "hello":
                self.people = None
            case "presence":
                self.people = frame["people"]
            case "summary":
                self.summaries |= frame["searches"]

    async def wait_until(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition is true. Raises Refusal or AccessEnded if the board can no longer be followed."""
        while not condition():
            if self._reading.done():
                self._reading.result()
            self._changed.clear()
            await self._changed.wait()

    async def wait_until_live(self) -> None:
        """Wait until the replica is live and the presence is known. Raises Refusal or AccessEnded as `wait_until` does."""
        await self.wait_until(lambda: self.replica.live and self.people is not None)

    async def show_presence(self, card: str | None = None, editing: bool = False) -> None:
        """Show other users where this user is. No-op while the connection is lost."""
        if self.replica.live:
            await self._client.send({"type": "presence", "board": self.replica.name, "card": card, "editing": editing})

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


@contextlib.asynccontextmanager
async def follow(url: str, token: str, board: str) -> AsyncIterator[FollowedBoard]:
    """Follow a board within an `async with` block. The block begins when the board is live. Raises Refusal or AccessEnded if the
    board can't be followed."""
    followed = FollowedBoard(AsyncClient(url, token), board)
    try:
        await followed.wait_until_live()
        yield followed
    finally:
        await followed.close()
