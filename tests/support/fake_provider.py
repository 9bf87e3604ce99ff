"""Small OpenID Connect provider whose answers a test can falsify."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

from models.times import now
from tests.support.listening import stop_listening

CLIENT = "searchboard"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class FakeProvider:
    """Provider on a fixed port. `answer`: replaces the answer to a path; None for no answer."""

    def __init__(self) -> None:
        self.port = 0
        self.key = new_key("first")
        self.published = [self.key]
        self.claims: dict[str, Any] = {"groups": ["board"], "email_verified": True, "name": "Eva"}
        self.answer: dict[str, Callable[[], tuple[int, bytes] | None]] = {}
        self.requests: list[str] = []
        self.nonce = ""
        self.id_token: Callable[[], str] = lambda: self.token(self.id_claims())
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def id_claims(self, **claims: Any) -> dict[str, Any]:
        """Return the claims of a valid ID token, with these changes; None omits a claim."""
        at = int(now().timestamp())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": self.nonce, "sub": "eva", **self.claims}
        return {name: value for name, value in {**own, **claims}.items() if value is not None}

    def logout_claims(self, **claims: Any) -> dict[str, Any]:
        """Return the claims of a valid logout token, with these changes."""
        own = self.id_claims(nonce=None, sub=self.claims.get("sub", "eva"), jti=f"jti-{now().timestamp()}", events={EVENT: {}})
        return {name: value for name, value in {**own, **claims}.items() if value is not None}

    def token(self, claims: dict[str, Any], key: RSAKey | None = None, **header: Any) -> str:
        """Return claims, signed."""
        signing = key or self.key
        return jwt.encode({"alg": "RS256", "kid": signing.kid, **header}, claims, signing)

    def logout_token(self, key: RSAKey | None = None, typ: str = "logout+jwt", **claims: Any) -> str:
        """Return a valid logout token, with these changes of its claims."""
        return self.token(self.logout_claims(**claims), key, typ=typ)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            await stop_listening(self._server)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve_one(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # the client went away
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path = head[0].split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append(path)
        answer = self.answer.get(path, lambda: self._right(path, parse_qs(body.decode())))()
        if answer is None:
            await asyncio.Event().wait()
            return
        status, content = answer
        extra = "location: http://127.0.0.1:1/elsewhere\r\n" if 300 <= status < 400 else ""
        writer.write(f"HTTP/1.1 {status} Answer\r\n{extra}content-length: {len(content)}\r\nconnection: close\r\n\r\n".encode())
        writer.write(content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _right(self, path: str, form: dict[str, list[str]]) -> tuple[int, bytes]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, json.dumps(self.metadata()).encode()
            case "/keys":
                return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode()
            case "/token":
                return 200, json.dumps({"access_token": "a", "id_token": self.id_token(), "token_type": "Bearer"}).encode()
        return 404, b""

    def metadata(self) -> dict[str, Any]:
        """Return the valid metadata."""
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in paths.items()}}


def new_key(kid: str) -> RSAKey:
    """Return a new key with this name."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@contextlib.asynccontextmanager
async def running_fake() -> AsyncIterator[FakeProvider]:
    """Run a provider."""
    provider = FakeProvider()
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
