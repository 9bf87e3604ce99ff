"""The how-to *Sign in with Keycloak*, with a real provider instead of Keycloak: its addresses, its file, and its errors."""

import re
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlmodel import update

from board.config.settings import Settings
from board.providers.checks import Checks
from board.providers.providers import Providers
from models.accounts import LoginSession
from models.db.errors import ConfigurationError
from tests.support.oidc_provider import CLIENT, EVA, SECRET, running_provider, sign_in, sign_out
from tests.support.people import PATIENCE_S, add_own_token, running_server
from tests.support.readme_blocks import code_blocks, document

PAGE = document("how-to/keycloak")
BOARD, ISSUER = "https://board.example.org", "https://login.example.org/realms/police"
(FILE, PASSWORDS) = code_blocks("", "toml", PAGE)


def written(folder: Path, text: str) -> Path:
    (folder / "sign_in.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
async def test_page_leads_to_sign_in_roles_and_logout(tmp_path: Path) -> None:
    callback, logout = (re.findall(rf"`{BOARD}(/sign-in/\S+/{name})`", PAGE)[0] for name in ("callback", "logout"))
    assert f"client id `{CLIENT}`" in PAGE
    async with running_provider() as provider, httpx.AsyncClient(timeout=PATIENCE_S) as http:
        text = FILE.replace(ISSUER, provider.issuer).replace("secret-from-keycloak", SECRET)
        async with running_server(tmp_path, files_path=str(written(tmp_path, text))) as server:
            back, out = f"{server.url}{callback}", f"{server.url}{logout}"
            await provider.configure(server.url, redirect_uris=[back], backchannel_logout_uri=out)
            await provider.set_person("eva", {**EVA, "groups": ["board"]})
            assert (await sign_in(http, server.url, "eva")).status_code == 303
            assert (await http.get(f"{server.url}/api/v1/me")).json()["role"] == "investigator"
            secret, _ = await add_own_token(server, str(EVA["email"]))
            token = {"Authorization": f"Bearer {secret}"}
            assert (await http.get(f"{server.url}/api/v1/boards", headers=token)).status_code == 200
            await sign_out(http, provider.issuer)
            assert (await http.get(f"{server.url}/api/v1/me")).status_code == 401
            await sign_in(http, server.url, "eva")
            await provider.set_person("eva", {**EVA, "groups": []})
            due = update(LoginSession).values(check_at="2000-01-01T00:00:00.000Z")
            await server.service.database.write(lambda session: session.connection().execute(due))
            await Checks(server.service, Providers(server.service)).check_due()
            for headers in ({}, token):  # a person who left loses the session and the API token
                assert (await http.get(f"{server.url}/api/v1/me", headers=headers)).status_code == 401


def test_page_has_at_most_450_words() -> None:
    assert len(PAGE.split()) <= 450


def test_files_of_the_page_are_accepted(tmp_path: Path) -> None:
    Settings(_env_file=None, files_path=str(written(tmp_path, PASSWORDS + FILE)), public_url=BOARD).check()


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [('role = "coordinator"', 'role = "boss"', 12), ("https://login", "http://login", 4), ('key = "police"', "", 1)],
)
def test_error_in_the_file_names_its_line(tmp_path: Path, before: str, after: str, line: int) -> None:
    assert before in FILE
    folder = written(tmp_path, FILE.replace(before, after))
    with pytest.raises(ConfigurationError, match=f"line {line}"):
        Settings(_env_file=None, files_path=str(folder)).check()


def test_provider_needs_the_public_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PUBLIC_URL"):
        Settings(_env_file=None, files_path=str(written(tmp_path, FILE))).check()
