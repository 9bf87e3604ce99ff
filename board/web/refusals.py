"""Refusals as HTTP responses: statuses, Retry-After, and the decorator of endpoints that raise them."""

from functools import wraps
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from board.errors import Refused
from board.i18n import DEFAULT
from board.rate_limit.fields import header_fields
from board.telemetry.failures import refusal_for
from board.web import language
from board.web.http import Endpoint, Reply, json_response

STATUS = {  # HTTP status by refusal code
    "invalid": 422, "unknown_command": 422, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409,
    "step_up": 403, "closed": 409, "locked": 423, "too_large": 413, "rate_limited": 429, "failed": 500, "unavailable": 503,
}  # fmt: skip
CHALLENGE = 'Bearer realm="searchboard"'  # tells programs how to sign in; browsers show no dialog for Bearer
RETRY_S = 5  # default, if the refusal has none

R = TypeVar("R", bound=Response)


def error_response(refused: Refused, command: str | None = None, language: str = DEFAULT) -> Reply[Any]:
    """Return a refusal as a response, in the language of the caller."""
    response = with_retry_after(json_response(refused.body(command, language), STATUS[refused.code]), refused)
    if refused.code == "unauthenticated":
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def with_retry_after(response: R, refused: Refused) -> R:
    """Add Retry-After to temporary refusals."""
    if refused.code in ("rate_limited", "unavailable"):
        response.headers["Retry-After"] = str(refused.retry_after_s or RETRY_S)
    return response


def json_errors(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint: refusals become responses, and responses get the headers of rate limits."""

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
        for name, value in header_fields(getattr(request.state, "limit_results", ())).items():
            response.headers[name] = value
        return response

    return call
