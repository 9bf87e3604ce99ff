"""Headers on every answer: nothing inline, nothing foreign, nothing framed, and nothing personal kept by a cache."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
_STATIC = (b"cache-control", b"no-cache")  # kept, but asked about: scripts of two versions never mix for long


class Headers:
    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._extra = [*_ALWAYS, *([(b"strict-transport-security", b"max-age=31536000")] if secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cache = _STATIC if scope["path"].startswith(("/static/", "/i18n/")) else _PRIVATE

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
                message["headers"] = [*kept, *self._extra, cache]
            await send(message)

        await self._app(scope, receive, with_headers)
