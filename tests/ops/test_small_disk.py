"""Disk of 60 MB that one account fills with uploads: uploads are refused in a sentence, and everything else goes on."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from board.files.disk import MAX_AGE_S
from tests.support.people import PASSWORD
from tests.support.small_disk import DiskUnavailable, SmallDisk, serve_on_small_disk

pytestmark = pytest.mark.slow

MB = 1_000_000
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T17:00:00Z"}
SENTENCE = (
    "The disk of the server is nearly full, so it takes no photos and files. Everything else works. Yours waits here and is sent "
    "when there is space again. Tell your administrator."
)
HANDS = 6  # uploads of the hostile account at a time
COMMANDS = 100  # of each honest person


@pytest.fixture
async def disk(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SmallDisk]:
    unrecorded = {"SERVE_UNRECORDED_READS": "true"} if getattr(request, "param", False) else {}
    try:
        async with serve_on_small_disk(tmp_path, 60, **unrecorded) as served:
            yield served
    except DiskUnavailable as why:
        pytest.skip(str(why))


async def open_search(disk: SmallDisk) -> str:
    answer = await disk.command("Alice", "operations", "search.open", SEARCH, "open")
    return str(answer.json()["opened"])


async def part(http: httpx.AsyncClient, path: str, content: bytes, offset: int, size: int) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(size), "Upload-Name": "x.bin"}
    return await http.patch(path, content=content, headers=headers)


async def send(disk: SmallDisk, search: str, started: list[str], finishes: bool) -> dict[str, Any] | None:
    """Send a file of 2 MB, and attach it or leave it unfinished; return the refusal, if one came."""
    http, path = disk.http["Mallory"], f"/api/v1/boards/{search}/uploads/{uuid.uuid4()}"
    for offset in range(0, 2 * MB, MB):
        answer = await part(http, path, os.urandom(MB), offset, 2 * MB)
        if answer.status_code != 200:
            return dict(answer.json())
        if not offset:
            started.append(path)
    if not finishes:
        return None
    finished = await http.post(f"{path}/finish", json={})
    if finished.status_code != 200:
        return dict(finished.json())
    await disk.command("Mallory", search, "file.attach", {"upload": path.rpartition("/")[2]}, uuid.uuid4().hex)
    return None


async def until_measured() -> None:
    """Wait until the server measures the disk again: before that, what was just written may count twice."""
    await asyncio.sleep(MAX_AGE_S + 0.1)


async def fill(disk: SmallDisk, search: str, started: list[str]) -> None:
    """Send files by several hands, then by one, until the disk takes none."""

    async def hand(number: int) -> None:
        while await send(disk, search, started, finishes=number % 2 == 0) is None:
            pass

    async with asyncio.timeout(120):
        await asyncio.gather(*(hand(number) for number in range(HANDS)))
        await until_measured()
        while (refusal := await send(disk, search, started, finishes=False)) is None:
            await until_measured()
    assert (refusal["code"], refusal["message"]) == ("unavailable", SENTENCE)


async def give_commands(disk: SmallDisk, who: str, search: str) -> set[int]:
    """Give many commands; return the statuses of their answers."""
    statuses = set()
    for number in range(COMMANDS):
        note = {"text": f"{who} goes on, {number}. " + "x" * 500, "category": "comment"}
        statuses.add((await disk.command(who, search, "note.add", note, f"{who}{number}")).status_code)
    return statuses


async def test_an_account_that_fills_the_disk_stops_uploads_and_nothing_else(disk: SmallDisk) -> None:
    search, started = await open_search(disk), list[str]()
    reserve = await disk.metric('board_disk_reserve_bytes{disk="files"}')
    assert 4 * MB < reserve < 7 * MB  # 10 % of 60 MB
    await fill(disk, search, started)
    free = await disk.metric('board_disk_free_bytes{disk="files"}')
    assert free > reserve / 2, "the database and its log took a part of the reserve"

    refused = await part(disk.http["Bob"], f"/api/v1/boards/{search}/uploads/{uuid.uuid4()}", b"x" * MB, 0, MB)
    assert (refused.status_code, refused.json()["message"]) == (503, SENTENCE)
    assert await asyncio.gather(*(give_commands(disk, who, search) for who in ("Alice", "Bob"))) == [{200}, {200}]
    async with httpx.AsyncClient(base_url=disk.url, headers={"Origin": disk.url}) as browser:
        signed_in = await browser.post("/login", data={"email": "bob@desk.example", "password": PASSWORD})
        assert signed_in.status_code == 303
        assert (await browser.get(f"/searches/{search}")).status_code == 200
    assert (await disk.http["Bob"].get("/readyz")).json()["writes"] == "ok"
    said = await disk.board("check")
    assert "uploads are refused: make room" in said, said
    async with asyncio.timeout(90):  # the watch looks every minute
        while not disk.logged("space.low"):
            await asyncio.sleep(0.5)
    alerts = (await disk.http["Ada"].get("/api/v1/alerts")).json()["alerts"]
    assert {"files", "database"} <= {alert["value"] for alert in alerts if alert["type"] == "space.low"}

    for path in started:
        await disk.http["Mallory"].delete(path)
    await until_measured()
    taken = await part(disk.http["Bob"], f"/api/v1/boards/{search}/uploads/{uuid.uuid4()}", b"x" * MB, 0, MB)
    assert taken.status_code == 200


@pytest.mark.parametrize(("disk", "read"), [(False, 503), (True, 200)], indirect=["disk"])
async def test_a_disk_without_any_space_refuses_changes_and_unrecorded_reads(disk: SmallDisk, read: int) -> None:
    search = await open_search(disk)
    filler = f"{disk.folder}/filler"
    await disk.run("dd", "if=/dev/zero", f"of={filler}", "bs=64k")
    statuses = await give_commands(disk, "Alice", search)
    assert 503 in statuses, "the write-ahead log had no space"
    last = await disk.command("Alice", search, "note.add", {"text": "x" * 3_000, "category": "comment"}, "last")
    assert (last.status_code, last.json()["code"]) == (503, "unavailable")
    ready = await disk.http["Bob"].get("/readyz")
    assert (ready.status_code, ready.json()["writes"]) == (503, "down")
    assert (await disk.http["Bob"].get("/healthz")).status_code == 200
    for path in (f"/api/v1/boards/{search}", f"/api/v1/boards/{search}/events?after=0&limit=10"):
        assert (await disk.http["Bob"].get(path)).status_code == read, path
    assert disk.logged("write failed")
    assert await disk.metric("board_disk_free_bytes") >= 0

    await disk.run("rm", filler)
    async with asyncio.timeout(30):
        while (await disk.http["Bob"].get("/readyz")).status_code != 200:
            await asyncio.sleep(0.1)
    again = await disk.command("Alice", search, "note.add", {"text": "x" * 3_000, "category": "comment"}, "last")
    assert again.status_code == 200
