"""Uploader that sends photos and plain files over unreliable connections and attaches them, with the check of the result.

Each file is sent in one of several ways: in parts, interrupted at one of its tenths and resumed, or by two simultaneous senders
with the same id. Contents are random, so that a digest identifies a file.
"""

import asyncio
import contextlib
import hashlib
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2 as httpx
from PIL import Image

from tests.tools.faults.recordings import CommandLog

AGAIN_S = 0.1
TIMEOUT_S = 20.0  # of a call; a store that does not answer takes 15 s
GIVES_UP_S = 60.0  # after the end of the run
TENTHS = 10
PARTS = 3  # of a file; the second of two senders cuts it up otherwise, so that parts overlap
WAYS = TENTHS + 2  # cut at each tenth from the first to the ninth; by two at once; in parts
PICTURE_EVERY, LARGE_EVERY, LOOKED_AT_EVERY, AGAIN_EVERY, WITHDRAWN_EVERY = 9, 80, 5, 7, 4
LARGE = 1_600_000  # more than one part may have

FileOf = Callable[[str], Awaitable[str | None]]  # returns the id that an upload's file will have; None if it is unknown


class _GaveUp(Exception):
    """Raised if the server has no answer long after the last fault."""


class _Cut(Exception):
    """Raised where the sender interrupts the connection."""


@dataclass(slots=True)
class UploadRecord:
    """File that was sent. `offset`: acknowledged bytes. `command`: number of the command that attached it."""

    board: int
    sha256: str
    size: int
    is_picture: bool
    offset: int = 0
    command: int = -1
    file: str | None = None
    is_attached: bool = False
    is_withdrawn: bool = False


@dataclass(slots=True)
class UploadLog:
    """Uploads of one account. `faults`: promises that an answer broke, as (promise, case)."""

    uploads: list[UploadRecord] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    cuts: int = 0
    conflicts: int = 0
    unavailable: int = 0


class Uploader:
    """Uploader that sends one file at a time. `stopping`: set it to end `upload` once the current file is attached."""

    def __init__(
        self, commands: CommandLog, token: str, boards: list[str], address: Callable[[int], str], file_of: FileOf, seed: int
    ) -> None:
        self.commands, self.log = commands, UploadLog()
        self.stopping = False
        self.boards, self._address, self._file_of = boards, address, file_of
        self._random = Random(seed)
        self._attempt = 0
        self._stopped_at = 0.0
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S, trust_env=False, verify=False
        )

    async def upload(self) -> None:
        number = self._random.randrange(WAYS)
        async with self._client:
            while not self.stopping:
                try:
                    await self._one(number)
                except _GaveUp:
                    self.log.faults.append(("files lost", "an upload was not answered long after the run"))
                number += 1

    async def _one(self, number: int) -> None:
        board = self._random.randrange(len(self.boards))
        content = _content(self._random, number)
        is_picture = content.startswith(b"\xff\xd8")
        record = UploadRecord(board, hashlib.sha256(content).hexdigest(), len(content), is_picture)
        self.log.uploads.append(record)
        sending = _Sending(self, record, _uuid(self._random), content, "p.jpg" if is_picture else "f.bin")
        way = number % WAYS
        if way == 0:
            await asyncio.gather(sending.send(None), sending.send(None, parts=2 * PARTS - 1))
        else:
            await sending.send(way if way < TENTHS else None)
        ready = await sending.finish()
        if ready is None:
            return
        await self._attach(record, sending, number)
        if record.is_attached and number % LOOKED_AT_EVERY == 0:
            await self._look(record)

    # -- after it is sent ---------------------------------------------------------------------------------------------

    async def _attach(self, record: UploadRecord, sending: "_Sending", number: int) -> None:
        if number % LOOKED_AT_EVERY == 0 and (file := await self._file_of(sending.id)) is not None:
            await self._must_not_have(record, file, "before it was attached")
        record.command, ack = await self._command(record.board, "file.attach", {"upload": sending.id})
        if ack is None:  # the search is full: drop the upload, because an account may have only a few unattached ones
            await self.ask("DELETE", f"/boards/{self.boards[record.board]}/uploads/{sending.id}")
            return
        record.is_attached = True
        if number % AGAIN_EVERY == 0:
            _, again = await self._command(record.board, "file.attach", {"upload": sending.id})
            if again is not None:
                self.log.faults.append(("files doubled", f"{sending.id} was attached a second time: {again}"))
        answer = await self.ask(
            "GET", f"/boards/{self.boards[record.board]}/events", params={"after": ack["seqs"][0] - 1, "limit": 1}
        )
        record.file = answer.json()["events"][0]["id"]
        if number % WITHDRAWN_EVERY == 0:
            _, ack = await self._command(record.board, "file.withdraw", {"file": record.file, "reason": "a test"})
            if ack is not None:
                record.is_withdrawn = True
                await self._must_not_have(record, record.file, "after it was withdrawn")

    async def _look(self, record: UploadRecord) -> None:
        if record.is_withdrawn:
            return
        answer = await self.ask("GET", self._path(record, record.file, "original"))
        if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() != record.sha256:
            self.log.faults.append(("files lost", f"{record.file}: {answer.status_code}, {len(answer.content)} bytes"))
        if record.is_picture and (thumb := await self.ask("GET", self._path(record, record.file, "thumb"))).status_code != 200:
            self.log.faults.append(("files lost", f"{record.file}: its thumbnail is {thumb.status_code}"))

    async def _must_not_have(self, record: UploadRecord, file: str, when: str) -> None:
        for name in ("original", "thumb", "view", "content"):
            answer = await self.ask("GET", self._path(record, file, name))
            if answer.status_code != 404:
                self.log.faults.append(("files shown", f"{file}: its {name} is {answer.status_code} {when}"))

    def _path(self, record: UploadRecord, file: str | None, name: str) -> str:
        return f"/boards/{self.boards[record.board]}/files/{file}/{name}"

    async def _command(self, board: int, name: str, data: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        """Give a command until it has an answer. Return its number, and its ack or None."""
        id = self.commands.invoke(name, board, time.monotonic())
        number = int(id.rpartition("-")[2])
        answer = await self.ask(
            "POST", f"/boards/{self.boards[board]}/commands", json={"id": id, "name": name, "data": data}, command=number
        )
        if answer.status_code != 200:
            self.commands.refuse(number, time.monotonic())
            return number, None
        self.commands.ok(number, answer.json()["seqs"], time.monotonic())
        return number, dict(answer.json())

    # -- calls --------------------------------------------------------------------------------------------------------

    async def ask(self, method: str, path: str, command: int | None = None, **more: Any) -> httpx.Response:
        """Call until there is a useful answer. Retries after a broken connection, or if the server is unavailable."""
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if command is not None:
                    self.commands.sent[command] += 1
                answer = await self.once(method, path, **more)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
                self._note_refusal(answer, command)
            self._give_up_late()
            await asyncio.sleep(AGAIN_S)

    async def once(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call once. Raises httpx.HTTPError if the connection breaks."""
        try:
            return await self._client.request(method, f"{self._address(self._attempt)}/api/v1{path}", **more)
        except httpx.HTTPError:
            self._attempt += 1  # goes to another worker
            raise

    def _note_refusal(self, answer: httpx.Response, command: int | None) -> None:
        self.log.unavailable += answer.status_code == 503
        if command is not None and answer.status_code >= 500:
            self.commands.turned_away.append(time.monotonic())

    def _give_up_late(self) -> None:
        if self.stopping and not self._stopped_at:
            self._stopped_at = time.monotonic()
        if self._stopped_at and time.monotonic() > self._stopped_at + GIVES_UP_S:
            raise _GaveUp


class _Sending:
    """Transfer of one file, by one or two simultaneous senders."""

    def __init__(self, uploader: Uploader, record: UploadRecord, id: str, content: bytes, name: str) -> None:
        self.id = id
        self._uploader, self._record, self._content = uploader, record, content
        self._name = name
        self._path = f"/boards/{uploader.boards[record.board]}/uploads/{id}"

    async def send(self, cut: int | None, parts: int = PARTS) -> None:
        """Send the missing bytes until the server has the whole file. `cut`: interrupt the connection once, after this many
        tenths."""
        offset, most = 0, max(1, min(1_000_000, -(-len(self._content) // parts)))
        while offset < len(self._content):
            end = min(offset + most, len(self._content))
            until = None
            if cut is not None and offset <= (at := len(self._content) * cut // TENTHS) < offset + 1_000_000:
                end, until, cut = min(offset + 1_000_000, len(self._content)), at, None
            offset = await self._send_part(offset, end, until)

    async def finish(self) -> dict[str, Any] | None:
        while True:
            answer = await self._uploader.ask("POST", f"{self._path}/finish", json={"sha256": self._record.sha256})
            if answer.status_code == 200:
                return dict(answer.json())
            if answer.status_code == 409:  # the other sender is finishing right now
                await asyncio.sleep(AGAIN_S)
                continue
            self._uploader.log.faults.append(("files lost", f"{self.id}: finish is {answer.status_code} {answer.text[:200]}"))
            return None

    async def _send_part(self, start: int, end: int, until: int | None) -> int:
        """Send a part, or interrupt it at `until`. Return the offset from which to continue."""
        log, known = self._uploader.log, self._record.offset
        headers = {
            "Upload-Offset": str(start), "Upload-Length": str(len(self._content)), "Upload-Name": quote(self._name),
            "Content-Length": str(end - start),
        }  # fmt: skip
        try:
            body = self._content[start:end] if until is None else self._body(start, until)
            answer = await self._uploader.once("PATCH", self._path, content=body, headers=headers)
        except _Cut:
            log.cuts += 1
            return await self._status()
        except httpx.HTTPError:
            return await self._status()
        if answer.status_code == 200:
            return self._acknowledge(answer.json()["offset"], known)
        if answer.status_code == 409 and "current" in answer.json():
            log.conflicts += 1
        elif answer.status_code < 500 and answer.status_code != 429:
            log.faults.append(("files lost", f"{self.id}: a part is {answer.status_code} {answer.text[:200]}"))
        log.unavailable += answer.status_code == 503
        self._uploader._give_up_late()
        await asyncio.sleep(AGAIN_S)
        return await self._status()

    async def _body(self, start: int, until: int) -> AsyncIterator[bytes]:
        for at in range(start, until, 4_096):
            yield self._content[at : min(at + 4_096, until)]
        await asyncio.sleep(0.01)  # so that the bytes leave before the connection breaks
        raise _Cut

    async def _status(self) -> int:
        known = self._record.offset
        answer = await self._uploader.ask("GET", self._path)
        return self._acknowledge(answer.json()["offset"] if answer.status_code == 200 else 0, known)

    def _acknowledge(self, offset: int, known: int) -> int:
        """Record and return the server's offset. A lower offset than `known` is a fault."""
        if offset < known:
            case = f"{self.id}: {offset} bytes are stored, after {known} were acknowledged"
            self._uploader.log.faults.append(("files lost", case))
        self._record.offset = max(self._record.offset, offset)
        return offset


def _content(random: Random, number: int) -> bytes:
    if number % LARGE_EVERY == 0:
        return b"\0" + random.randbytes(LARGE)
    if number % PICTURE_EVERY == 0:
        file = io.BytesIO()
        Image.frombytes("RGB", (48, 36), random.randbytes(48 * 36 * 3)).save(file, "JPEG")
        return file.getvalue()
    return b"\0" + random.randbytes(random.randrange(500, 40_000))


def _uuid(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    digits = f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


# -- check --------------------------------------------------------------------------------------------------------------


class Attached(NamedTuple):
    """File in the database. `fault`: problem with its bytes in the store, or None."""

    id: str
    board: str
    sha256: str
    size: int
    is_withdrawn: bool
    fault: str | None


def faults_of(logs: list[UploadLog], boards: list[str], files: list[Attached]) -> list[tuple[str, str]]:
    """Return (promise, case) for each broken promise: every acknowledged file must exist once, and be complete."""
    found = [fault for log in logs for fault in log.faults]
    by_digest: dict[str, list[Attached]] = {}
    for each in files:
        by_digest.setdefault(each.sha256, []).append(each)
        if each.fault is not None:
            found.append(("files lost", f"{each.id} {each.fault}"))
    sent = {record.sha256: record for log in logs for record in log.uploads}
    for sha256, record in sent.items():
        there = by_digest.get(sha256, [])
        if len(there) > 1:
            found.append(("files doubled", f"{[each.id for each in there]} are one file"))
        if record.is_attached and not there:
            found.append(("files lost", f"{record.file}: acknowledged as attached, and not in the database"))
        for each in there:
            if (each.size, each.board) != (record.size, boards[record.board]):
                found.append(("files lost", f"{each.id}: {each.size} bytes on {each.board}"))
            if record.is_withdrawn and not each.is_withdrawn:
                found.append(("files shown", f"{each.id}: acknowledged as withdrawn, and not in the database"))
    found += [("files doubled", f"{each.id}: nobody sent this file") for each in files if each.sha256 not in sent]
    return found


def summary(logs: list[UploadLog]) -> str:
    """Summarise the uploads in words."""
    uploads = [each for log in logs for each in log.uploads]
    return (
        f"{len(uploads)} begun, {sum(each.is_attached for each in uploads)} attached, "
        f"{sum(each.is_withdrawn for each in uploads)} withdrawn, {sum(each.is_picture for each in uploads)} pictures; "
        f"{sum(log.cuts for log in logs)} cut, {sum(log.conflicts for log in logs)} met another part, "
        f"{sum(log.unavailable for log in logs)} answers `unavailable`"
    )
