"""A change is read by those sockets that it may concern: a theme by nobody's, a display by displays, a right by everybody's."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from board import i18n
from board.accounts import accounts, live_changes
from board.client import Refusal
from board.dev import Postgres, Redis
from board.engine import display_identity, identity, rights_version
from tests.realtime.test_many_processes import processes
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import PASSWORD, PATIENCE_S, Person, Server
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@asynccontextmanager
async def signed_in(server: Server, email: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": server.url}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE_S) as http:
        assert (await http.post("/login", data={"email": email, "password": PASSWORD})).status_code == 303
        yield http


@pytest.fixture
def read_anew(team: Team, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Number of sockets whose rights were read again, of people and of displays."""
    counted = {"people": 0, "displays": 0}

    def counting(name: str, renewed: Callable[..., Any]) -> Callable[..., Any]:
        def count(database: Any, callers: Sequence[Any]) -> Any:
            counted[name] += len(callers)
            return renewed(database, callers)

        return count

    monkeypatch.setattr(identity, "reload_callers", counting("people", identity.reload_callers))
    monkeypatch.setattr(display_identity, "reload_displays", counting("displays", display_identity.reload_displays))
    team.server.service._polls = 1  # expired sessions are looked for much later
    return counted


async def email_of(person: Person) -> str:
    return str((await person.http.get("/api/v1/me")).json()["email"])


async def test_change_that_is_no_right_makes_nobody_read_rights_again(team: Team, read_anew: dict[str, int]) -> None:
    service = team.server.service
    before = await service.database.read(rights_version.version)
    async with signed_in(team.server, await email_of(team.bob)) as http:
        for path, data in {
            "/account/theme": {"theme": "dark"},
            "/account/language": {"language": "fr"},
            "/account/alerts": {"sighting": "list", "status": "off", "assigned": "desktop", "mention": "list"},
        }.items():
            assert (await http.post(path, data=data)).status_code == 303, path
        assert (await http.get("/api/v1/me")).json()["language"] == "fr"
        await http.post("/account/language", data={"language": ""})
    async with signed_in(team.server, await email_of(team.ada)) as http:
        assert (await http.post(f"/accounts/{team.bob.account['id']}/link")).status_code == 200
    assert await service.database.read(rights_version.version) == before
    assert read_anew == {"people": 0, "displays": 0}
    # and one that is a right
    bob = await email_of(team.bob)
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, bob, "investigator"))
    assert read_anew["people"] >= 5
    assert read_anew["displays"] == 0


async def test_a_display_that_changes_has_displays_read_again_alone(team: Team, read_anew: dict[str, int]) -> None:
    browser = DisplayBrowser(team.server)
    shown = await pair_browser(team.alice, browser, ["operations"])
    display = await browser.connect()
    read_anew.update(people=0, displays=0)
    answer = await team.alice.http.patch(f"/api/v1/displays/{shown['id']}", json={"theme": "light"})
    assert answer.status_code == 200
    await display.wait_until(lambda: [f for f in display.frames if f["type"] == "display" and f["display"]["theme"] == "light"])
    assert read_anew["people"] == 0
    assert read_anew["displays"] >= 1
    assert (await team.alice.http.delete(f"/api/v1/displays/{shown['id']}")).status_code == 200
    await display.wait_until(lambda: display.close_code)
    assert (display.close_code, read_anew["people"]) == (4501, 0)
    await display.close()
    await browser.close()


async def test_a_language_is_spoken_by_a_socket_of_another_process_at_once(
    tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with processes(tmp_path, postgres, redis) as two:
        alice = await two.add_person(two.one, "Alice", "coordinator")
        elsewhere = await two.open_socket(two.two, alice.token)
        search = await alice.open_search()
        too_long = {"description": "x" * 4_001}
        async with signed_in(two.one, await email_of(alice)) as http:
            for language in ("nl", "de", ""):
                assert (await http.post("/account/language", data={"language": language})).status_code == 303
                told = i18n.gettext_for(language or "en")
                for person in (elsewhere, alice):
                    with pytest.raises(Refusal) as refused:
                        await person.command(search, "sighting.add", too_long)
                    sentence = told("At most {max_length} characters.").format(max_length=4_000)
                    assert refused.value.fields == {"description": sentence}
        assert not [frame for frame in elsewhere.frames if frame["type"] == "account"]
