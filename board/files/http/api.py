"""HTTP API of uploads and files."""

import re
from typing import Annotated, Literal, NotRequired
from urllib.parse import unquote

from starlette.requests import Request
from typing_extensions import TypedDict

from board.config import sentences
from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.files import names
from board.files.http import serving, upload_rows
from board.files.http.upload_rows import NewUpload
from board.files.http.uploads import MAX_BODY, TOO_LONG, Uploads
from board.i18n import N_, message
from board.web.endpoint import BYTES, ON_A_BOARD, UUID, Call, IntParam, Param
from board.web.http import Reply, check_allowed, json_response, read_json_object, require_caller, service_of
from models.upload import Upload
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape, Time

MEGABYTE = 1024 * 1024
MAX_NAME_HEADER = 4_000
_ID = re.compile(UUID)
_NUMBER = re.compile("[0-9]{1,16}")
_SHA256 = re.compile("[0-9a-f]{64}")

HEADERS = (
    IntParam("Upload-Offset", 0, MAX_INTEGER),
    IntParam("Upload-Length", 1, MAX_INTEGER),
    Param("Upload-Name", {"type": "string"}),
)  # fmt: skip
Sha256 = Annotated[str, Shape(pattern="^[0-9a-f]{64}$")]
Position = TypedDict("Position", {"upload": Id, "offset": Count, "size": Count})
FoundPlace = TypedDict("FoundPlace", {"lat": float, "lon": float})
Found = TypedDict("Found", {"taken_at": NotRequired[Time], "place": NotRequired[FoundPlace], "device": NotRequired[str]})
FileFacts = TypedDict("FileFacts", {
    "media_type": str, "size": Count, "sha256": Sha256, "width": Count | None, "height": Count | None, "picture": bool,
    "found": Found,
})  # fmt: skip
UploadStatus = TypedDict("UploadStatus", {
    "upload": Id, "offset": Count, "size": Count, "state": Literal["receiving", "ready", "attached"],
    "result": NotRequired[FileFacts],
})  # fmt: skip
Finished = TypedDict("Finished", {
    "upload": Id, "state": Literal["ready", "attached"], "media_type": str, "size": Count, "sha256": Sha256,
    "width": Count | None, "height": Count | None, "picture": bool, "found": Found,
})  # fmt: skip
GivenUp = TypedDict("GivenUp", {"upload": Id})


@Call(
    "PATCH", "/boards/{board}/uploads/{upload}",
    N_("Sends a part of a file. Bytes that arrive are kept, even if the connection is lost."),
    (*ON_A_BOARD, "invalid", "conflict", "too_large"), headers=HEADERS, body=BYTES,
)  # fmt: skip
async def receive(request: Request) -> Reply[Position]:
    """Receive a part of a file from an offset on, and begin the upload at offset 0.

    The body contains the bytes from `Upload-Offset` on, at most 1 MiB. An offset that differs from the stored size is `conflict`:
    continue at its `current.offset`. A file over `MAX_FILE_MB` is `too_large` before anything is read. See *Upload*.

    `Upload-Length`: size of the entire file.
    `Upload-Name`: name of the file, percent-encoded; required in the first request.
    `offset`: number of bytes that are stored on disk.
    """
    caller, uploads = await require_caller(request), _uploads(request)
    board, id = _place(request)
    offset, size = _number(request, "upload-offset"), _number(request, "upload-length")
    _check_sizes(request, size)
    async with service_of(request).queues.uploads.turn(caller.account.id), uploads.room_for_part(size - offset):
        row = await (_begin(request, caller, board, id, size) if offset == 0 else uploads.find(caller, board, id))
        if row.size != size:
            raise invalid("size", N_("This upload was started with a different size."))
        upload_rows.check_offset(row, offset)
        row = await uploads.receive(caller, row, request)
    return json_response({"upload": row.id, "offset": row.offset, "size": row.size})


async def _begin(request: Request, caller: Caller, board: str, id: str, size: int) -> Upload:
    uploads = _uploads(request)
    try:
        return await uploads.find(caller, board, id)
    except Refused as refused:
        if refused.code != "not_found":
            raise
    service = service_of(request)
    check_allowed(request, await service.limiter.take(service.limits.uploads, caller.account.id))
    return await uploads.begin(caller, NewUpload(id, board, _name(request), size))


@Call(
    "GET", "/boards/{board}/uploads/{upload}",
    N_("Returns how much of your upload is stored and, once it is complete, what the file is."), ON_A_BOARD,
)  # fmt: skip
async def status(request: Request) -> Reply[UploadStatus]:
    """Return how much of an upload is stored.

    If the answer is `not_found`, start at 0.

    `state`: `receiving`, `ready` or `attached`.
    `result`: what the file is, once it is ready.
    """
    caller = await require_caller(request)
    row = await _uploads(request).find(caller, *_place(request))
    state: Literal["receiving", "ready", "attached"] = "ready" if row.state == "ready" else "receiving"
    if row.state == "attached":
        state = "attached"
    answer: UploadStatus = {"upload": row.id, "offset": row.offset, "size": row.size, "state": state}
    if row.result is not None:
        answer["result"] = _facts(row)
    return json_response(answer)


Finish = TypedDict("Finish", {"sha256": NotRequired[Sha256]})


@Call(
    "POST", "/boards/{board}/uploads/{upload}/finish",
    N_("Completes an upload: its content is checked, and pictures are made. Then it can be attached."),
    (*ON_A_BOARD, "invalid", "conflict", "too_large"), body=Finish,
)  # fmt: skip
async def finish(request: Request) -> Reply[Finished]:
    """Finish an upload.

    You can repeat the call; the answer is the same. See *Upload*.

    `found`: facts in the metadata of the original, each only if present. Only the sender sees them, until the file is attached;
    they are stored nowhere else.
    `media_type`: detected from the content, not from the name.
    """
    caller, uploads = await require_caller(request), _uploads(request)
    board, id = _place(request)
    sha256 = _digest(await read_json_object(request))
    async with service_of(request).queues.finished_uploads.turn(caller.account.id):
        row = await uploads.finish(caller, await uploads.find(caller, board, id), sha256)
    state: Literal["ready", "attached"] = "attached" if row.state == "attached" else "ready"
    return json_response({"upload": row.id, "state": state, **_facts(row)})


@Call(
    "DELETE",
    "/boards/{board}/uploads/{upload}",
    N_("Cancels an upload and deletes what was received."),
    (*ON_A_BOARD, "conflict"),
)
async def give_up(request: Request) -> Reply[GivenUp]:
    """Cancel an upload.

    An upload that is attached is `conflict`.
    """
    caller = await require_caller(request)
    board, id = _place(request)
    await _uploads(request).give_up(caller, board, id)
    return json_response({"upload": id})


def _uploads(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads


def _place(request: Request) -> tuple[str, str]:
    """Return board and id of an upload. Raises Refused `not_found` if the id is malformed."""
    board, id = request.path_params["board"], request.path_params["upload"]
    if not _ID.fullmatch(id):
        raise Refused("not_found")
    return board, id


def _facts(row: Upload) -> FileFacts:
    """Return the facts of an upload. `found` is empty once it is attached."""
    facts: FileFacts = {"found": {}} | dict(row.result or {})  # type: ignore[assignment]
    return facts


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise Refused("invalid", fields={header: N_("This must be a whole number.")})
    return int(text)


def _check_sizes(request: Request, size: int) -> None:
    """Raise Refused if the file is empty, or if the file or the part is too large, before reading any of it."""
    max_mb = service_of(request).settings.max_file_mb
    if size > max_mb * MEGABYTE:
        raise Refused("too_large", message(N_("A file can be at most {count} MB."), count=max_mb))
    if size == 0:
        raise Refused("invalid", fields={"upload-length": sentences.EMPTY_FILE})
    length = request.headers.get("content-length", "")
    if _NUMBER.fullmatch(length) and int(length) > MAX_BODY:
        raise Refused("too_large", TOO_LONG)


def _name(request: Request) -> str:
    """Return the cleaned name of the file. Raises Refused `invalid` if there is none."""
    header = request.headers.get("upload-name", "")
    try:
        name = unquote(header, errors="strict") if 0 < len(header) <= MAX_NAME_HEADER else ""
    except UnicodeDecodeError:
        name = ""
    if not name:
        raise Refused("invalid", fields={"upload-name": N_("Give the name of the file, percent-encoded.")})
    return names.clean(name)


def _digest(body: dict[str, object]) -> str | None:
    sha256 = body.get("sha256")
    if body.keys() - {"sha256"}:
        raise Refused("invalid", fields=dict.fromkeys(sorted(body.keys() - {"sha256"}), N_("Unknown field.")))
    if sha256 is not None and not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        raise Refused("invalid", fields={"sha256": N_("Write the SHA-256 as 64 hexadecimal digits.")})
    return sha256


CALLS = (receive, status, finish, give_up, serving.thumb, serving.view, serving.original, serving.content)
