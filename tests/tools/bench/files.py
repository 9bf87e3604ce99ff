"""Photos: time until a photo is on another person's screen, and the memory of a server that receives many at the same time."""

import asyncio
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.tools.bench import Figure, percentile
from tests.tools.bench._machine import memory
from tests.tools.bench._photos import make_photo
from tests.tools.bench._server import on_sqlite, prepare_searches, serving

MB = 1024 * 1024
PART = MB
PHOTOS, PIXELS = 12, (4_000, 3_000)
PEOPLE, SIZE = 20, 25 * MB
SAMPLE_S = 0.02


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        settings |= {"MAX_UPLOADS_PER_MINUTE": "0"}
        tokens, (board,) = asyncio.run(prepare_searches(settings, PEOPLE, 1, 30))
        with serving(settings) as (process, port):
            photos = [make_photo(PIXELS, number) for number in range(PHOTOS)]
            times = sorted(asyncio.run(_to_the_other(port, board, tokens, photos)))
            size = sum(map(len, photos)) / PHOTOS / 1e6
            on = f"{PHOTOS} photos of {size:.1f} MB, 12 megapixels, one after the other, SQLite"
            yield Figure("a photo until its thumbnail is with another, p50", percentile(times, 50), "s", 1.5, on, low=True)
            yield Figure("the same, the slowest", times[-1], "s", None, on)
            idle, most, seconds = asyncio.run(_memory_of_many(port, board, tokens, process.pid))
            on = f"{PEOPLE} people send a file of 25 MB at once, SQLite, one process and its children"
            yield Figure("memory of a server, before", idle / 1e6, "MB", None, on)
            yield Figure("memory of a server that takes many files, added", (most - idle) / 1e6, "MB", 200, on, low=True)
            yield Figure("bytes taken, on the disk", PEOPLE * SIZE / 1e6 / seconds, "MB/s", None, on)


def _client(port: int, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=120, trust_env=False, verify=False
    )


async def _send(client: httpx.AsyncClient, board: str, content: bytes, name: str) -> str:
    upload, offset = str(uuid.uuid4()), 0
    while offset < len(content):
        headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(content)), "Upload-Name": name}
        path = f"/boards/{board}/uploads/{upload}"
        answer = (await client.patch(path, content=content[offset : offset + PART], headers=headers)).raise_for_status()
        offset = answer.json()["offset"]
    digest = hashlib.sha256(content).hexdigest()
    (await client.post(f"/boards/{board}/uploads/{upload}/finish", json={"sha256": digest})).raise_for_status()
    return upload


async def _to_the_other(port: int, board: str, tokens: list[str], photos: list[bytes]) -> list[float]:
    """Return the seconds of each photo, from its first byte to the received thumbnail."""
    times = []
    url, headers = f"ws://127.0.0.1:{port}/ws", {"Authorization": f"Bearer {tokens[1]}"}
    async with (
        _client(port, tokens[0]) as one,
        _client(port, tokens[1]) as other,
        connect(url, additional_headers=headers, max_size=None) as socket,
    ):
        await socket.send(orjson.dumps({"type": "subscribe", "board": board}), text=True)
        for photo in photos:
            began = time.perf_counter()
            seen = asyncio.create_task(_until_seen(socket, other, board))
            upload = await _send(one, board, photo, "photo.jpg")
            command = {"id": str(uuid.uuid4()), "name": "file.attach", "data": {"upload": upload}}
            (await one.post(f"/boards/{board}/commands", json=command)).raise_for_status()
            times.append(await seen - began)
    return times


async def _until_seen(socket: ClientConnection, client: httpx.AsyncClient, board: str) -> float:
    while True:
        frame = orjson.loads(await socket.recv())
        for event in frame.get("events", [frame.get("event")] if frame.get("event") else []):
            if event["type"] == "file.attached":
                (await client.get(f"/boards/{board}/files/{event['id']}/thumb")).raise_for_status()
                return time.perf_counter()


async def _memory_of_many(port: int, board: str, tokens: list[str], pid: int) -> tuple[int, int, float]:
    """Return the memory before the uploads and the highest memory during them, in bytes, and the seconds that they took."""
    content = b"\0" + os.urandom(SIZE - 1)
    idle = most = _family_memory(pid)
    sending = asyncio.create_task(_send_all(port, board, tokens, content))
    while not sending.done():
        most = max(most, await asyncio.to_thread(_family_memory, pid))
        await asyncio.sleep(SAMPLE_S)
    return idle, most, sending.result()


async def _send_all(port: int, board: str, tokens: list[str], content: bytes) -> float:
    began = time.perf_counter()

    async def one(token: str) -> None:
        async with _client(port, token) as client:
            await _send(client, board, content, "film.bin")

    await asyncio.gather(*map(one, tokens))
    return time.perf_counter() - began


def _family_memory(pid: int) -> int:
    """Return the memory of a process and of its children, which create the pictures."""
    found = memory(pid)
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in each.read_text().split():
            try:
                found += memory(int(child))
            except (OSError, StopIteration):  # it has ended
                continue
    return found
