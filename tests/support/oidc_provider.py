"""Real OpenID Connect provider, `oidc-provider` from npm, as a separate process that a test file starts once."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2 as httpx
from joserfc.jwk import RSAKey

from board.bootstrap import ROOT
from board.dev import npm_packages
from board.dev.node import find_node
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S

CLIENT, SECRET = "searchboard", "a-secret:of-a-test&with%and+"
MAX_STEPS = 12  # redirects and forms of one sign-in
EVA = {"name": "Eva Peeters", "email": "eva@police.example", "email_verified": True, "groups": ["board", "board-lead"]}


class OidcProvider:
    """Running provider."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.people: dict[str, dict[str, Any]] = {}
        self._http = httpx.AsyncClient(base_url=issuer, timeout=PATIENCE_S)

    async def configure(self, board: str, key: str = "police", **client: Any) -> None:
        """Make the board at this address a client, and give the provider this key."""
        about = {
            "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [f"{board}/sign-in/with/{key}/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "post_logout_redirect_uris": [f"{board}/login"], "backchannel_logout_session_required": True,
            "backchannel_logout_uri": f"{board}/sign-in/with/{key}/logout", **client,
        }  # fmt: skip
        signing = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        configuration = {"client": about, "keys": [signing.as_dict(private=True)]}
        (await self._http.post("/test/configure", json=configuration)).raise_for_status()

    async def set_person(self, subject: str, claims: dict[str, Any] | None) -> None:
        """Set the claims of a person; None removes the person."""
        self.people = {id: each for id, each in {**self.people, subject: claims}.items() if each is not None}
        (await self._http.post("/test/people", json=self.people)).raise_for_status()

    async def close(self) -> None:
        await self._http.aclose()


@contextlib.asynccontextmanager
async def running_provider() -> AsyncIterator[OidcProvider]:
    """Run a provider; it ends with its standard input."""
    script, packages = Path(__file__).with_suffix(".js"), npm_packages.install(ROOT, find_node())
    process = await asyncio.create_subprocess_exec(
        str(find_node().program), str(script), str(packages), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not (line := (await process.stdout.readline()).decode().strip()).startswith("http://"):
                assert line or process.returncode is None, "the provider did not start"
        provider = OidcProvider(line)
        yield provider
        await provider.close()
    finally:
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def sign_in(http: httpx.AsyncClient, board: str, person: str, key: str = "police", next: str = "/") -> httpx.Response:
    """Sign in as a person, as a browser does; return the board's answer to the redirect of the provider."""
    response = await http.get(f"{board}/sign-in/with/{key}", params={"next": next})
    for _ in range(MAX_STEPS):
        if str(response.url).startswith(f"{board}/sign-in/with/{key}/callback") or response.status_code >= 400:
            return response
        response = await _step(http, response, person)
    raise AssertionError("the provider asks for ever")


async def _step(http: httpx.AsyncClient, response: httpx.Response, person: str) -> httpx.Response:
    if response.has_redirect_location:
        return await http.get(urljoin(str(response.url), response.headers["location"]))
    action = re.search(r'action="([^"]+)"', response.text)
    prompt = re.search(r'name="prompt" value="(\w+)"', response.text)
    assert action, response.text
    assert prompt, response.text
    form = {"prompt": prompt[1], "login": person, "password": "x"}
    return await http.post(urljoin(str(response.url), action[1]), data=form)


async def sign_out(http: httpx.AsyncClient, issuer: str) -> None:
    """Sign out at the provider, which tells its clients."""
    page = await http.get(f"{issuer}/session/end")
    xsrf = re.search(r'name="xsrf" value="(\w+)"', page.text)
    assert xsrf, page.text
    await http.post(f"{issuer}/session/end/confirm", data={"xsrf": xsrf[1], "logout": "yes"})
