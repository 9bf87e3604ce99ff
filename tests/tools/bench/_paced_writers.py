"""Writers, each with a socket, who add notes to the searches in turn at a fixed rate.

`python -m tests.tools.bench._paced_writers PORT TOKEN WRITERS RATE COUNT`; a line of JSON lists the searches. They
begin at a line on standard input, and print the sorted times of the acks. Each search gets the same number of notes.
"""

import asyncio
import sys
import time

import orjson

from tests.tools.bench._clients import connect_all, read_line, write_line
from tests.tools.bench._writers import Writer

TEXT_SIZE = 190


async def _work(writer: Writer, boards: list[str], count: int, pause_s: float, took: list[float]) -> None:
    first = time.monotonic()
    for number in range(count):
        await asyncio.sleep(first + number * pause_s - time.monotonic())
        began = time.monotonic()
        text = f"~t=:{time.monotonic_ns()} ".ljust(TEXT_SIZE, "x")
        await writer.command(boards[number % len(boards)], "note.add", {"text": text}, None)
        took.append(time.monotonic() - began)


async def _writers(port: int, token: str, writers: int, rate: float, count: int) -> None:
    boards = orjson.loads(await read_line())
    crowd = await connect_all(port, [Writer(token, {boards[number]: None}) for number in range(writers)])
    write_line("in")
    await read_line()
    took: list[float] = []
    each, pause_s = count // writers, writers / rate
    shares = [boards[number::writers] for number in range(writers)]
    working = []
    for writer, share in zip(crowd, shares, strict=True):
        working.append(asyncio.create_task(_work(writer, share, each, pause_s, took)))
        await asyncio.sleep(pause_s / writers)
    await asyncio.gather(*working)
    write_line(orjson.dumps(sorted(took)).decode())
    await read_line()


if __name__ == "__main__":
    _port, _token, _writers_, _rate, _count = sys.argv[1:]
    asyncio.run(_writers(int(_port), _token, int(_writers_), float(_rate), int(_count)))
