"""Clients in one process, each with a socket, that send commands and wait for each ack.

`python -m tests.tools.bench._writers PORT WARM_S SECONDS TOKEN`. A line of JSON lists them: `[[board, card, columns], …]`. All
begin at a line on standard input; at the end, the process prints the acknowledged commands per second, and their
sorted times.
"""

import asyncio
import secrets
import sys
import time
from typing import Any

import orjson

from tests.tools.bench._clients import Client, connect_all, read_line, write_line
from tests.tools.bench._workload import commands_of_person


class Writer(Client):
    """Client that subscribes as a browser does, and ignores the events, which are not measured."""

    answer: "asyncio.Future[dict[str, Any]]"

    def _hear(self, frame: bytes) -> None:
        kind = frame[:24]
        if b'"ack"' in kind or b'"refused"' in kind:
            self.answer.set_result(orjson.loads(frame))
        elif b'"events"' not in kind:
            super()._hear(frame)

    async def command(self, board: str, name: str, data: dict[str, Any], base: int | None) -> int | None:
        """Send a command and wait for its ack; return the position for the next one."""
        self.answer = asyncio.get_running_loop().create_future()
        more = {} if base is None else {"base": base}
        said = {"type": "command", "id": secrets.token_urlsafe(12), "board": board, "name": name, "data": data}
        self._write(said | more)
        answer = await self.answer
        assert answer["type"] == "ack", answer
        return answer["seqs"][0] if answer["seqs"] else base


async def _work(client: Writer, board: str, card: str, columns: list[str], took: list[tuple[float, float]]) -> None:
    """Work as one person until cancelled; record when each command was sent, and how long it took."""
    base = None
    for name, data in commands_of_person(card, columns):
        began = time.perf_counter()
        base = await client.command(board, name, data, base)
        took.append((began, time.perf_counter() - began))


async def _writers(port: int, warm_s: float, seconds: float, token: str) -> None:
    people = orjson.loads(await read_line())
    crowd = await connect_all(port, [Writer(token, {board: None}) for board, _, _ in people])
    write_line("in")
    await read_line()
    took: list[tuple[float, float]] = []
    working = [asyncio.create_task(_work(client, *each, took)) for client, each in zip(crowd, people, strict=True)]  # type: ignore[call-arg]
    since = time.perf_counter() + warm_s
    await asyncio.sleep(warm_s + seconds)
    until = time.perf_counter()
    for task in working:
        if task.done():
            task.result()  # raises: somebody's command was refused
        task.cancel()
    counted = sorted(each for began, each in took if began >= since)
    write_line(orjson.dumps([len(counted) / (until - since), counted]).decode())
    for client in crowd:
        client.transport.abort()


if __name__ == "__main__":
    _port, _warm_s, _seconds, _token = sys.argv[1:]
    asyncio.run(_writers(int(_port), float(_warm_s), float(_seconds), _token))
