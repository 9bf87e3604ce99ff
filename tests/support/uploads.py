"""Uploads as a browser makes them: in parts, resumed at the server's offset, completed, and attached."""

import hashlib
import uuid
from typing import Any
from urllib.parse import quote

import httpx2 as httpx

from models.ids import new_id as new_file_id
from models.times import format_utc, now
from models.upload import Upload
from tests.support.people import Person

PART = 300_000


def path_of(board: str, upload: str, rest: str = "") -> str:
    return f"/api/v1/boards/{board}/uploads/{upload}{rest}"


def file_path(board: str, file: str, size: str) -> str:
    return f"/api/v1/boards/{board}/files/{file}/{size}"


async def send_part(
    who: Person, board: str, upload: str, content: bytes, start: int, end: int | None = None, name: str = "photo.jpg"
) -> httpx.Response:
    """Send the part of a file from `start` to before `end`."""
    headers = {"Upload-Offset": str(start), "Upload-Length": str(len(content)), "Upload-Name": quote(name)}
    return await who.http.patch(path_of(board, upload), content=content[start:end], headers=headers)


async def send(who: Person, board: str, content: bytes, name: str = "photo.jpg", part: int = PART) -> str:
    """Send a whole file in parts; return the id of the upload."""
    upload, offset = str(uuid.uuid4()), 0
    while offset < len(content):
        response = await send_part(who, board, upload, content, offset, offset + part, name)
        assert response.status_code == 200, response.text
        offset = response.json()["offset"]
    return upload


async def begin(url: str, headers: dict[str, str], board: str) -> str:
    """Send the first byte of a file, with these headers; return the id of the upload, even if it was refused."""
    upload = str(uuid.uuid4())
    given = headers | {"Upload-Offset": "0", "Upload-Length": "3", "Upload-Name": "x"}
    async with httpx.AsyncClient(base_url=url, headers=given) as client:
        await client.patch(path_of(board, upload), content=b"a")
    return upload


async def finish(who: Person, board: str, upload: str, content: bytes | None = None) -> httpx.Response:
    body = {} if content is None else {"sha256": hashlib.sha256(content).hexdigest()}
    return await who.http.post(path_of(board, upload, "/finish"), json=body)


async def send_and_finish(who: Person, board: str, content: bytes, name: str = "photo.jpg") -> dict[str, Any]:
    """Send a complete file; return the server's description of it."""
    response = await finish(who, board, await send(who, board, content, name), content)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def attach(who: Person, board: str, content: bytes, name: str = "photo.jpg", **data: Any) -> str:
    """Send a file and attach it; return its id."""
    upload = (await send_and_finish(who, board, content, name))["upload"]
    return await attach_upload(who, board, upload, **data)


async def attach_upload(who: Person, board: str, upload: str, **data: Any) -> str:
    ack = await who.command(board, "file.attach", {"upload": upload} | data)
    response = await who.http.get(f"/api/v1/boards/{board}/events", params={"after": ack["seqs"][0] - 1, "limit": 1})
    return str(response.json()["events"][0]["id"])


async def fetch(who: Person, board: str, file: str, size: str = "thumb", **headers: str) -> httpx.Response:
    return await who.http.get(file_path(board, file, size), headers=headers)


async def ready(who: Person, board: str, name: str = "photo.jpg", **result: Any) -> str:
    """Return an upload that can be attached, without stored bytes. For tests of commands."""
    id = str(uuid.uuid4())
    facts = {"media_type": "image/jpeg", "size": 3, "sha256": "0" * 64, "width": 4, "height": 3, "picture": True, "found": {}}
    values: dict[str, Any] = {
        "id": id, "board": board, "account": who.account["id"], "name": name, "size": 3, "offset": 3, "parts": 1,
        "state": "ready", "file": new_file_id(),
        "result": facts | result, "created_at": format_utc(now()), "touched_at": format_utc(now()),
    }  # fmt: skip
    await who.server.service.database.write(lambda session: session.add(Upload(**values)))
    return id


async def attach_ready(who: Person, board: str, **data: Any) -> str:
    """Attach a file without bytes; return its id."""
    return await attach_upload(who, board, await ready(who, board), **data)
