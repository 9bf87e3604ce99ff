"""Files of the demo: its drawings, uploaded as a browser uploads a photo."""

import asyncio
from hashlib import sha256
from uuid import uuid4

from starlette.requests import Request
from starlette.types import Message

from board.demo import drawings
from board.engine.identity import Caller
from board.files.http.upload_rows import NewUpload
from board.files.http.uploads import Uploads


async def upload(uploads: Uploads, caller: Caller, board: str, drawing: str) -> str:
    """Upload a drawing by name; return the id of the upload, which can be attached."""
    content = await asyncio.to_thread(drawings.draw, drawing)
    row = await uploads.begin(caller, NewUpload(str(uuid4()), board, f"{drawing}.png", len(content)))
    row = await uploads.receive(caller, row, _request(content))
    return (await uploads.finish(caller, row, sha256(content).hexdigest())).id


def _request(content: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return Request({"type": "http", "method": "PATCH", "headers": []}, receive)
