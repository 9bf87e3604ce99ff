"""HTTP requests and responses: bounded and strict parsing, and JSON."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qs

import orjson
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller
from board.engine.recent_factor import require_recent_factor
from board.errors import Refused
from board.i18n import N_
from board.rate_limit import LimitResult
from board.rate_limit.account_limits import too_many
from board.telemetry import metrics
from board.web.auth import SAFE, signed_in
from board.web.same_origin import check_own_page
from realtime.wire import strict_json

if TYPE_CHECKING:
    from board.service import BoardService

BASE = "/api/v1"
MAX_BODY = 65_536  # bytes

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class Reply(Response, Generic[T]):
    """JSON response that holds a T."""

    media_type = "application/json"


def json_response(body: T, status: int = 200) -> Reply[T]:
    """Return a JSON response."""
    return Reply(orjson.dumps(body), status)


def json_with_list(head: dict[str, Any], name: str, items: list[bytes]) -> bytes:
    """Return a JSON object: `head`, and the list `name` of encoded items."""
    return orjson.dumps(head)[:-1] + b',"' + name.encode() + b'":[' + b",".join(items) + b"]}"


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """Read the body, at most `limit` bytes. Raises Refused `too_large`."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Refused("too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_form(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a form; none if it can't be parsed."""
    try:
        return parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}


async def read_json_object(request: Request) -> dict[str, Any]:
    """Read a JSON object from the body. Raises Refused `too_large` or `invalid`."""
    try:
        value, fault = strict_json.parse((await read_body(request)).decode())
    except UnicodeDecodeError:
        raise Refused("invalid", N_("The body must be UTF-8.")) from None
    if fault or not isinstance(value, dict):
        raise Refused("invalid", fault or N_("The body must be a JSON object."))
    return value


class IntConvertor(Convertor[int]):
    """Integer in a path, such as `{seq:number}`. Starlette's own accepts any number of digits, and fails at thousands."""

    regex = "[0-9]{1,16}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


ONLY = {
    "intake": N_("This token can only add sightings."),
    "report": N_("This token can only add reports of disappearances."),
    "accounts": N_("This token can only manage accounts."),
}

register_url_convertor("number", IntConvertor())


def service_of(request: Request) -> "BoardService":
    """Return the BoardService that serves this request."""
    service: BoardService = request.app.state.service
    return service


async def require_caller(request: Request, *, intake: bool = False, report: bool = False, accounts: bool = False) -> Caller:
    """Return the caller. A token of a narrow scope is accepted only if that scope is True here. The caller's role needs the right
    that the call declares; a locked session has no rights.

    Raises Refused `unauthenticated`, `locked`, `forbidden`, `rate_limited` or `step_up`.
    """
    caller = await signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    check_rate(request, caller)
    if caller.token is None and request.method not in SAFE:
        check_own_page(request)
    check_scope(caller, intake=intake, report=report, accounts=accounts)
    right = getattr(request.state, "right", None)
    if right is not None and not service_of(request).roles.allows(caller.account.role, right):
        raise Refused("forbidden")
    if right is not None:
        caller.require_unlocked()
    if getattr(request.state, "step_up", False):
        require_recent_factor(caller)
    return caller


def check_scope(caller: Caller, **allowed_scopes: bool) -> None:
    """Raise Refused `forbidden` for a token of a narrow scope, unless that scope is True in `allowed_scopes`."""
    if caller.is_narrow and not allowed_scopes.get(str(caller.scope)):
        raise Refused("forbidden", ONLY[str(caller.scope)])


def check_rate(request: Request, caller: Caller) -> None:
    """Count a call of this account or display. Raises Refused `rate_limited`."""
    for result in service_of(request).limits.count_call(caller.account.id, changes=request.method not in SAFE):
        check_allowed(request, result)


async def count_document(request: Request, caller: Caller) -> None:
    """Count a paper, a preview or an export of this account. Raises Refused `rate_limited`."""
    service = service_of(request)
    check_allowed(request, await service.limiter.take(service.limits.documents, caller.account.id))


def check_allowed(request: Request, result: LimitResult) -> None:
    """Record a rate limit for the response headers. Raises Refused `rate_limited` if it is exceeded."""
    request.state.limit_results = [*getattr(request.state, "limit_results", ()), result]
    if not result.allowed:
        metrics.refused.labels("rate").inc()
        raise too_many(result.retry_after_s)
