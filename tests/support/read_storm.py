"""People who read boards while parts of the installation fail, and what each of them was served."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from random import Random
from urllib.parse import urlsplit

from tests.support.people import PATIENCE_S

PATHS = {"history.read": "/api/v1/boards/{}/events?limit=1", "snapshot.read": "/api/v1/boards/{}"}
REFUSED = (429, 503)  # too many of one account at the same time; no entry was confirmed

Key = tuple[str, str, str]  # account, type, board


class ReadStorm:
    """Reads of a storm. `served`: with a whole answer. `unknown`: asked for, without one, so that their entries may exist.
    `has_struck`: each fault struck, so that the storm may end."""

    def __init__(self, total: int) -> None:
        self.served, self.unknown = Counter[Key](), Counter[Key]()
        self._total, self._asked, self._target = total, 0, 0
        self._reached, self.has_struck = asyncio.Event(), False

    @property
    def is_over(self) -> bool:
        return self.has_struck and self.served.total() >= self._total

    def count(self, key: Key, is_served: bool) -> None:
        (self.served if is_served else self.unknown)[key] += 1
        self._asked += 1
        if self._asked >= self._target or self.is_over:
            self._reached.set()

    async def more(self, reads: int) -> None:
        """Wait until people have read this often, served or not, or until the storm is over."""
        self._target = self._asked + reads
        self._reached.clear()
        if not self.is_over:
            await self._reached.wait()

    def wrong(self, recorded: Counter[Key]) -> dict[Key, tuple[int, int, int]]:
        """Return (served, recorded, unknown) of each key that is recorded too rarely or too often."""
        keys = self.served | self.unknown | recorded
        numbers = {key: (self.served[key], recorded[key], self.unknown[key]) for key in keys}
        return {key: each for key, each in numbers.items() if not each[0] <= each[1] <= each[0] + each[2]}


class Tab:
    """Tab of a person, with a connection of its own. Two tabs with the same `random` ask for the same at the same time."""

    def __init__(self, storm: ReadStorm, url: str, account: str, token: str, boards: Sequence[str], random: Random) -> None:
        self._storm, self._url, self._account, self._token = storm, urlsplit(url), account, token
        self._boards, self._random = boards, random
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def read(self) -> None:
        """Read boards until the storm is over."""
        try:
            await self._read()
        finally:
            self.close()

    async def _read(self) -> None:
        while not self._storm.is_over:
            type, board = self._random.choice(tuple(PATHS)), self._random.choice(self._boards)
            status = 0
            try:
                async with asyncio.timeout(PATIENCE_S):
                    status = await self._ask(PATHS[type].format(board), board)
            except (OSError, EOFError, TimeoutError):
                self.close()
            assert status in (0, 200, *REFUSED), status
            self._storm.count((self._account, type, board), status == 200)

    async def _ask(self, path: str, board: str) -> int:
        """Return the status of the answer, all of which was received."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._url.hostname, self._url.port)
        reader, writer = self._streams
        lines = f"GET {path} HTTP/1.1\r\nHost: {self._url.netloc}\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        writer.write(lines.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        (length,) = (int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length:"))
        body, status = await reader.readexactly(length), int(head.split()[1])
        assert status != 200 or json.loads(body)["board"] == board
        if "connection: close" in head:
            self.close()
        return status

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None
