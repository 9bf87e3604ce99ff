"""How HTTP requests are read and answered: bounded, strictly read, and with the contract's codes."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import DEFAULT, N_, say
from board.rate_limit import LimitResult
from board.rate_limit.account_limits import too_many
from board.rate_limit.fields import header_fields
from board.telemetry import metrics
from board.telemetry.failures import refusal_for
from board.web import language
from board.web.auth import signed_in
from board.web.same_origin import check_own_page
from realtime import strict_json

if TYPE_CHECKING:
    from board.service import BoardService

BASE = "/api/v1"


MAX_BODY = 65_536  # bytes
STATUS = {  # of each code
    "invalid": 422, "unknown_command": 422, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409,
    "closed": 409, "too_large": 413, "rate_limited": 429, "failed": 500, "unavailable": 503,
}  # fmt: skip
CHALLENGE = 'Bearer realm="searchboard"'  # how a program signs in; a browser asks nobody because of it
RETRY_S = 5  # where it is not known
SAFE = ("GET", "HEAD", "OPTIONS")

Endpoint = Callable[[Request], Awaitable[Response]]


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def json_with_list(head: dict[str, Any], name: str, items: list[bytes]) -> bytes:
    """A JSON object whose list `name` is encoded already."""
    return orjson.dumps(head)[:-1] + b',"' + name.encode() + b'":[' + b",".join(items) + b"]}"


def encoded_json_response(body: bytes) -> Response:
    """A JSON answer that is encoded already."""
    return Response(body, media_type="application/json")


def error_response(refused: Refused, command: str | None = None, language: str = DEFAULT) -> Response:
    """A refusal with its status, in the language of whoever asks."""
    response = with_retry_after(json_response(refused.body(command, language), STATUS[refused.code]), refused)
    if refused.code == "unauthenticated":
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def with_retry_after(response: Response, refused: Refused) -> Response:
    """The answer, with how long to wait, where it is worth to come again."""
    if refused.code in ("rate_limited", "unavailable"):
        response.headers["Retry-After"] = str(refused.retry_after_s or RETRY_S)
    return response


async def read_body(request: Request) -> bytes:
    """The body, bounded. Raises Refused `too_large`."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise Refused("too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_form(body: bytes) -> dict[str, list[str]]:
    """The fields of a form; none of one that is no form of ours."""
    try:
        return parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}


async def read_json_object(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused `too_large` or `invalid`."""
    try:
        value, fault = strict_json.read((await read_body(request)).decode())
    except UnicodeDecodeError:
        raise Refused("invalid", N_("The body is not UTF-8.")) from None
    if fault or not isinstance(value, dict):
        raise Refused("invalid", fault or N_("The body is a JSON object."))
    return value


def int_query_param(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query. Raises Refused `invalid`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and low <= int(text) <= high):
        raise Refused("invalid", fields={name: say(N_("A whole number from {low} to {high}."), low=low, high=high)})
    return int(text)


class IntConvertor(Convertor[int]):
    """A number in an address, as `{seq:number}`. Starlette's own takes as many digits as there are, and fails at thousands."""

    regex = "[0-9]{1,16}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", IntConvertor())


def service_of(request: Request) -> "BoardService":
    """The open installation that a request is for."""
    service: BoardService = request.app.state.service
    return service


async def require_caller(request: Request, *, intake: bool = False) -> Caller:
    """Return the caller, who has the right to ask this way. Raises Refused `unauthenticated`, `forbidden` or `rate_limited`."""
    caller = await signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    check_rate(request, caller)
    if caller.token is None and request.method not in SAFE:
        check_own_page(request)
    if caller.scope == "intake" and not intake:
        raise Refused("forbidden", N_("This token can only take in sightings."))
    return caller


def check_rate(request: Request, caller: Caller) -> None:
    """Count a call of this account, or display. Raises Refused `rate_limited`."""
    for taken in service_of(request).limits.count_call(caller.account.id, changes=request.method not in SAFE):
        check_allowed(request, taken)


def check_allowed(request: Request, taken: LimitResult) -> None:
    """Tell in the answer how much may still be asked. Raises Refused `rate_limited`."""
    request.state.taken = [*getattr(request.state, "taken", ()), taken]
    if not taken.allowed:
        metrics.refused.labels("rate").inc()
        raise too_many(taken.retry_after_s)


def json_errors(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with refusals as answers, and with what may still be asked."""

    @wraps(endpoint)
    async def call(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except Refused as refused:
            response = error_response(refused, language=language.language_for(request))
        except (ClientDisconnect, HTTPException):
            raise
        except Exception as error:
            response = error_response(refusal_for(error, "call"), language=language.language_for(request))
        for name, value in header_fields(getattr(request.state, "taken", ())).items():
            response.headers[name] = value
        return response

    return call
