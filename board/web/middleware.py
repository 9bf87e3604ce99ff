"""Security headers on every response: nothing inline, foreign or framed, and nothing personal in caches. Also sets the id of each
request, which its log lines contain."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from board.audit.refusals import CLIENT_ERRORS
from board.engine.identity import Caller
from board.telemetry import logs, metrics
from board.web import static_files

log = structlog.get_logger()

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_PRIVATE = (b"cache-control", b"no-store")
_REVALIDATE = (b"cache-control", b"no-cache")  # stored, but revalidated
REVALIDATED = (b"cache-control", b"private, no-cache")  # of files: one browser keeps it, and revalidates each time
_LASTING = (b"cache-control", b"public, max-age=31536000, immutable")

CLIENT_CLOSED_REQUEST = 499  # logged like in proxies: the client left before the answer

Failed = Callable[[Request, Exception], Awaitable[Response]]


class SecurityHeadersMiddleware:
    """Middleware that adds security headers.

    `hsts`: value of Strict-Transport-Security, None for no such header. `failed`: handler of unexpected errors, whose response
    gets the headers too.
    """

    def __init__(self, app: ASGIApp, hsts: str | None, failed: Failed) -> None:
        self._app, self._failed = app, failed
        self._extra = [*_ALWAYS, *([(b"strict-transport-security", hsts.encode())] if hsts else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request = logs.request_id(Headers(scope=scope).get("x-request-id"))
        logs.bind_ids(request=request)  # until the task ends, as uvicorn logs failures after this returns
        if scope["type"] == "http":
            # no id has U+0000, and PostgreSQL rejects it
            clean_scope = {**scope, "path": scope["path"].replace("\0", "\ufffd")}
            await self._handle(clean_scope, receive, send, request)
        else:
            await self._app(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, request: str) -> None:
        security_headers = [*self._extra, (b"x-request-id", request.encode())]
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                app_headers = [(name.lower(), value) for name, value in message["headers"]]
                kept_headers = [(name, value) for name, value in app_headers if name != b"cache-control"]
                overridden_names = {name for name, _ in kept_headers if name == b"content-security-policy"}
                added_headers = [(name, value) for name, value in security_headers if name not in overridden_names]
                message["headers"] = [
                    *kept_headers,
                    *added_headers,
                    REVALIDATED if REVALIDATED in app_headers else _cache(scope, status),
                ]
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except ClientDisconnect:
            status = CLIENT_CLOSED_REQUEST  # nobody is left to answer
        except Exception as error:
            metrics.failures.labels("page").inc()  # the server logs the error as it propagates
            if not status:
                await (await self._failed(Request(scope, receive), error))(scope, receive, with_headers)
            raise
        finally:
            _record_refusal(scope, status)
            log.debug("answered", status=status, by=getattr(scope.get("endpoint"), "__qualname__", None))


def _record_refusal(scope: Scope, status: int) -> None:
    """Record a refused request of a known account or display, by the path template of its route, which contains no values."""
    state, route = scope.get("state", {}), scope.get("route")
    caller: Caller | None = state.get("caller")
    if status in CLIENT_ERRORS and caller is not None and not state.get("refusal_is_recorded"):
        values = scope.get("path_params", {})
        board = next((str(values[name]) for name in ("board", "id") if name in values), "")
        path = scope.get("root_path", "") + getattr(route, "path", "")
        scope["app"].state.service.refusals.request(caller, scope["method"], path, status, board)


def _cache(scope: Scope, status: int) -> tuple[bytes, bytes]:
    """Return the cache header of a response."""
    if not static_files.is_static(scope["path"]):
        return _PRIVATE
    return (
        _LASTING if status in (200, 206, 304) and static_files.is_immutable(scope["path"], scope["query_string"]) else _REVALIDATE
    )
