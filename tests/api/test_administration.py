"""Accounts in the browser: what an administrator does there, and what each person does with their own; and nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlmodel import select
from starlette.routing import Route

from board import app
from board.accounts import accounts, live_changes, password_links
from board.errors import Refused
from board.web.refusals import STATUS
from models.accounts import ROLES, Account, Token
from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, PATIENCE_S, Server, create_token, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NEW = "four words that nobody guesses"
LISTED = "qwertyuiop"
OWN: dict[str, dict[str, str]] = {  # actions of each person on their own account
    "/account/password": {"old": PASSWORD, "new": NEW},
    "/account/theme": {"theme": "dark"},
    "/account/alerts": {"sighting": "list", "status": "off", "assigned": "desktop", "mention": "list"},
    "/account/sessions": {},
}
FOREIGN = {"Origin": "https://evil.example"}


async def hire(server: Server, role: str = "investigator", name: str = "Eva") -> Account:
    """A new account."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await live_changes.add_account(server.service, email, name, role, PASSWORD)
    return await server.service.database.read(lambda database: accounts.find(database, email))


async def as_now(server: Server, account: Account) -> Account:
    return await server.service.database.read(
        lambda database: database.exec(select(Account).where(Account.id == account.id)).one()
    )


@asynccontextmanager
async def browser(server: Server, account: Account | None = None, password: str = PASSWORD) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a page of ours; signed in, if an account is given."""
    async with httpx.AsyncClient(base_url=server.url, headers={"Origin": server.url}, timeout=PATIENCE_S) as http:
        if account is not None:
            assert (await http.post("/login", data={"email": account.email, "password": password})).status_code == 303
        yield http


async def signed_in(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/v1/me")).status_code == 200


def shown_once(response: httpx.Response) -> str:
    """The secret on the page that follows a form."""
    assert response.status_code == 200, response.text
    found = re.search(r'value="([^"]+)" data-testid="secret"', response.text)
    assert found
    return found[1]


def problem(response: httpx.Response) -> str:
    """The sentence that says what was wrong."""
    found = re.search(r'data-testid="problem">([^<]+)<', response.text)
    assert found, response.text
    return found[1]


def end_buttons(page: httpx.Response) -> list[str]:
    """The sessions that can be ended on a page."""
    return re.findall(r'name="session" value="([^"]+)"', page.text)


@pytest.fixture
async def ada(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator at a browser."""
    async with browser(team.server, await hire(team.server, "admin", "Ada")) as http:
        yield http


# -- accounts and links ---------------------------------------------------------------------------------------------------


async def test_somebody_is_added_and_chooses_the_password_by_the_link(team: Team, ada: httpx.AsyncClient) -> None:
    email, server = f"kim-{new_id()}@desk.example", team.server
    link = shown_once(await ada.post("/accounts", data={"name": "Kim\0 Ö", "email": email.upper(), "role": "viewer"}))
    page, _, code = link.partition("#")
    assert page == f"{server.url}/password"
    async with browser(server) as http:
        assert 'name="code"' in (await http.get(page)).text
        response = await http.post("/password", data={"code": code, "new": NEW})
        assert (response.status_code, response.headers["location"]) == (303, "/")
        me = (await http.get("/api/v1/me")).json()
        assert (me["name"], me["role"], me["email"]) == ("Kim Ö", "viewer", email)
        again = await http.post("/password", data={"code": code, "new": "another horse battery"})
        assert "was already used" in problem(again)
        assert again.status_code == 422
    kim = await server.service.database.read(lambda database: accounts.find(database, email))
    async with browser(server, kim, NEW) as http:
        assert await signed_in(http)


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"name": " "}, {"role": "king"}, {"name": "x" * 201}, {"email": ""}, {"email": "taken"}]
)
async def test_invalid_account_is_refused_and_the_typed_text_is_kept(
    team: Team, ada: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    taken = await hire(team.server)
    given = {"name": "Kim", "email": f"kim-{new_id()}@desk.example", "role": "viewer"}
    given |= {name: text.replace("taken", taken.email) for name, text in wrong.items()}
    before = len(await team.server.service.database.read(accounts.all_accounts))
    response = await ada.post("/accounts", data=given)
    assert response.status_code == 422
    assert problem(response)
    assert f'value="{given["name"]}"' in response.text
    assert len(await team.server.service.database.read(accounts.all_accounts)) == before


async def test_accounts_are_found_by_name(team: Team, ada: httpx.AsyncClient) -> None:
    word = f"Zoé{new_id()}"
    eva = await hire(team.server, name=word)
    for sought in (word, word.upper(), f"{word[:6]} desk.example"):
        page = (await ada.get("/accounts", params={"q": sought})).text
        assert eva.id in page
    assert eva.id in (await ada.get("/accounts")).text
    assert eva.id not in (await ada.get("/accounts", params={"q": f"{word} nobody"})).text


async def test_a_link_sets_another_password_and_ends_every_session(team: Team, ada: httpx.AsyncClient) -> None:
    server = team.server
    eva = await hire(server)
    async with browser(server, eva) as at_work, browser(server) as elsewhere:
        link = shown_once(await ada.post(f"/accounts/{eva.id}/link"))
        assert await signed_in(at_work)  # an unused link ends no session
        for password in ("123456789", LISTED, eva.email):
            refused = await elsewhere.post("/password", data={"code": link, "new": password})
            assert refused.status_code == 422
        assert await signed_in(at_work)
        assert (await elsewhere.post("/password", data={"code": link, "new": NEW})).status_code == 303
        assert not await signed_in(at_work)
        assert await signed_in(elsewhere)
        assert (await at_work.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 401


async def test_password_link_used_twice_at_once_sets_one_password(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    link = shown_once(await ada.post(f"/accounts/{eva.id}/link"))
    async with browser(team.server) as http:
        posts = [http.post("/password", data={"code": link, "new": f"{NEW} {number}"}) for number in range(2)]
        answers = await asyncio.gather(*posts)
    assert sorted(each.status_code for each in answers) == [303, 422]


async def _later(server: Server, eva: Account, ada: httpx.AsyncClient) -> None:
    server.service.clock = lambda: now() + password_links.LINK_TTL


async def _disabled(server: Server, eva: Account, ada: httpx.AsyncClient) -> None:
    assert (await ada.post(f"/accounts/{eva.id}/enabled", data={"enabled": "no"})).status_code == 303


async def _disabled_and_enabled(server: Server, eva: Account, ada: httpx.AsyncClient) -> None:
    for enabled in ("no", "yes"):
        assert (await ada.post(f"/accounts/{eva.id}/enabled", data={"enabled": enabled})).status_code == 303


async def _another_link(server: Server, eva: Account, ada: httpx.AsyncClient) -> None:
    shown_once(await ada.post(f"/accounts/{eva.id}/link"))


async def _another_password(server: Server, eva: Account, ada: httpx.AsyncClient) -> None:
    await live_changes.apply_change(server.service, accounts.prepare_password(eva.email, "another horse battery"))


@pytest.mark.parametrize("ended", [_later, _disabled, _disabled_and_enabled, _another_link, _another_password])
async def test_a_link_is_good_until_it_ends(
    team: Team, ada: httpx.AsyncClient, ended: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, clock = team.server, team.server.service.clock
    eva, moment = await hire(server), now()
    monkeypatch.setattr(server.service, "clock", lambda: moment)
    link = shown_once(await ada.post(f"/accounts/{eva.id}/link"))
    monkeypatch.setattr(server.service, "clock", lambda: moment + password_links.LINK_TTL - timedelta(seconds=1))
    async with browser(server) as http:
        refused = await http.post("/password", data={"code": link, "new": "short"})
        assert "at least 10" in problem(refused)  # the link itself was valid
        await ended(server, eva, ada)  # type: ignore[operator]
        before = (await as_now(server, eva)).password
        refused = await http.post("/password", data={"code": link, "new": NEW})
        assert (refused.status_code, "was already used" in problem(refused)) == (422, True)
        assert "set-cookie" not in refused.headers
    assert (await as_now(server, eva)).password == before
    server.service.clock = clock


async def test_nobody_sets_a_password_by_a_guess_or_from_another_site(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    link = shown_once(await ada.post(f"/accounts/{eva.id}/link"))
    async with browser(team.server) as http:
        for code in ("", "guess", f"{link}x", link[:-1]):
            assert "was already used" in problem(await http.post("/password", data={"code": code, "new": NEW}))
        for headers in (FOREIGN, {"Origin": "null"}):
            assert (await http.post("/password", data={"code": link, "new": NEW}, headers=headers)).status_code == 403
        assert (await http.post("/password", data={"code": link, "new": NEW})).status_code == 303


async def test_there_is_no_link_for_who_is_disabled(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    await _disabled(team.server, eva, ada)
    assert "disabled" in problem(await ada.post(f"/accounts/{eva.id}/link"))


# -- role, sessions -------------------------------------------------------------------------------------------------------


async def test_a_role_is_changed_on_open_sockets_too(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await team.add_person("Eva", "viewer")
    id = eva.account["id"]
    assert (await ada.post(f"/accounts/{id}/role", data={"role": "coordinator"})).status_code == 303
    await eva.wait_until(
        lambda: any(each["type"] == "account" and each["account"]["role"] == "coordinator" for each in eva.frames)
    )
    assert "Coordinator</dd>" in (await ada.get(f"/accounts/{id}")).text
    assert problem(await ada.post(f"/accounts/{id}/role", data={"role": "king"}))


async def test_disabling_ends_everything_at_once_and_enabling_lets_in_again(team: Team, ada: httpx.AsyncClient) -> None:
    server = team.server
    person = await team.add_person("Eva", "investigator")
    eva = await server.service.database.read(lambda database: database.get(Account, person.account["id"]))
    assert eva
    async with browser(server, eva) as http:
        await _disabled(server, eva, ada)
        assert not await signed_in(http)
        await person.wait_until(lambda: person.close_code == 4501)
        assert (await http.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 401
        assert (await ada.post(f"/accounts/{eva.id}/enabled", data={"enabled": "yes"})).status_code == 303
        assert (await http.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 303


async def test_sessions_are_seen_and_ended_one_by_one_or_all(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    async with (
        browser(team.server, eva) as first,
        browser(team.server, eva) as second,
        browser(team.server, eva) as third,
    ):
        seen = end_buttons(await ada.get(f"/accounts/{eva.id}"))
        assert len(seen) == 3
        assert (await ada.post(f"/accounts/{eva.id}/sessions", data={"session": seen[0]})).status_code == 303
        assert end_buttons(await ada.get(f"/accounts/{eva.id}")) == seen[1:]
        assert sorted([await signed_in(first), await signed_in(second), await signed_in(third)]) == [False, True, True]
        assert (await ada.post(f"/accounts/{eva.id}/sessions")).status_code == 303
        assert not any([await signed_in(first), await signed_in(second), await signed_in(third)])
    assert await signed_in(ada)


async def test_expired_sessions_are_not_listed(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva):
        ended = format_utc(now() + timedelta(days=15))
        rows = await team.server.service.database.read(lambda database: accounts.sessions(database, eva.id, format_utc(now())))
        assert len(rows) == 1
        assert await team.server.service.database.read(lambda database: accounts.sessions(database, eva.id, ended)) == []


# -- tokens ---------------------------------------------------------------------------------------------------------------


async def test_token_is_shown_once_listed_without_its_secret_and_revoked(team: Team, ada: httpx.AsyncClient) -> None:
    eva, name = await hire(team.server), f"hotline {new_id()}"
    given = {"name": name, "scope": "read", "account": eva.email, "password": PASSWORD}
    secret = shown_once(await ada.post("/accounts/tokens", data=given))
    page = await ada.get("/accounts/tokens")
    assert name in page.text
    assert secret not in page.text
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}) as program:
        assert (await program.get("/api/v1/me")).json()["id"] == eva.id
        assert problem(await ada.post("/accounts/tokens", data=given))  # the name is taken
        assert (await ada.post("/accounts/tokens/revoke", data={"name": name})).status_code == 303
        assert (await program.get("/api/v1/me")).status_code == 401
    assert problem(await ada.post("/accounts/tokens/revoke", data={"name": f"no {name}"}))
    assert problem(await ada.post("/accounts/tokens", data=given | {"name": new_id(), "scope": "all"}))


# -- other roles ----------------------------------------------------------------------------------------------------------


def calls(eva: Account) -> list[tuple[str, str, dict[str, str]]]:
    """Return every call by which an administrator can change an account."""
    return [
        ("GET", "/accounts", {}), ("GET", "/accounts/tokens", {}), ("GET", f"/accounts/{eva.id}", {}),
        ("POST", "/accounts", {"name": "Kim", "email": f"kim-{new_id()}@desk.example", "role": "admin"}),
        ("POST", f"/accounts/{eva.id}/role", {"role": "admin"}), ("POST", f"/accounts/{eva.id}/enabled", {"enabled": "no"}),
        ("POST", f"/accounts/{eva.id}/sessions", {}), ("POST", f"/accounts/{eva.id}/link", {}),
        ("POST", "/accounts/tokens", {"name": new_id(), "scope": "write", "account": eva.email, "password": PASSWORD}),
        ("POST", "/accounts/tokens/revoke", {"name": f"{eva.email} write"}),
    ]  # fmt: skip


async def all_of_it(server: Server) -> list[object]:
    """Return all accounts and tokens as they are stored."""
    people = await server.service.database.read(accounts.all_accounts)
    tokens = await server.service.database.read(lambda session: session.exec(select(Token).order_by(Token.id)).all())
    return [[each.model_dump() for each in people], [each.model_dump() for each in tokens]]


@pytest.mark.parametrize("role", ROLES[:-1])
async def test_others_do_not_find_the_pages(team: Team, role: str) -> None:
    eva, server = await hire(team.server), team.server
    other = await hire(server, role, "Otto")
    before = await all_of_it(server)
    async with browser(server, other) as http, browser(server, eva) as at_work:
        for method, path, data in calls(eva):
            response = await http.request(method, path, data=data or None)
            assert response.status_code == 404, path
            assert eva.email not in response.text
        assert 'href="/accounts"' not in (await http.get("/")).text
        assert await signed_in(at_work)
    assert await all_of_it(server) == before


async def test_nor_does_a_token_of_an_administrator_or_who_is_not_signed_in(team: Team) -> None:
    eva, server = await hire(team.server), team.server
    token = await create_token(server.service, "Ada", "admin")
    before = await all_of_it(server)
    async with browser(server) as http:
        for method, path, data in calls(eva):
            response = await http.request(method, path, data=data or None, headers={"Authorization": f"Bearer {token}"})
            assert response.status_code == 404, path
            response = await http.request(method, path, data=data or None)
            assert response.status_code == (303 if method == "GET" else 401), path
    assert await all_of_it(server) == before


async def test_a_form_of_another_site_does_nothing(team: Team, ada: httpx.AsyncClient) -> None:
    eva, server = await hire(team.server), team.server
    before = await all_of_it(server)
    async with browser(server, eva) as at_work:
        for method, path, data in calls(eva):
            if method == "POST":
                for headers in (FOREIGN, {"Origin": "null"}, FOREIGN | {"Sec-Fetch-Site": "cross-site"}):
                    assert (await ada.post(path, data=data, headers=headers)).status_code == 403, path
        for path, data in OWN.items():
            assert (await at_work.post(path, data=data, headers=FOREIGN)).status_code == 403, path
        assert await signed_in(at_work)
    assert await all_of_it(server) == before


async def test_the_only_administrator_stays_one(server: Server) -> None:
    ada = await hire(server, "admin", "Ada")
    async with browser(server, ada) as http:
        for path, data in (("role", {"role": "viewer"}), ("enabled", {"enabled": "no"})):
            assert "only administrator" in problem(await http.post(f"/accounts/{ada.id}/{path}", data=data))
        assert await signed_in(http)
        assert (await http.post(f"/accounts/{ada.id}/role", data={"role": "admin"})).status_code == 303
        other = await hire(server, "admin", "Olga")
        assert (await http.post(f"/accounts/{other.id}/enabled", data={"enabled": "no"})).status_code == 303
        assert "only administrator" in problem(await http.post(f"/accounts/{ada.id}/role", data={"role": "viewer"}))
        assert (await http.post(f"/accounts/{other.id}/enabled", data={"enabled": "yes"})).status_code == 303
        assert (await http.post(f"/accounts/{ada.id}/role", data={"role": "viewer"})).status_code == 303
        assert (await http.get("/accounts")).status_code == 404


async def test_two_administrators_who_demote_each_other_leave_one(server: Server) -> None:
    ada, olga = await hire(server, "admin", "Ada"), await hire(server, "admin", "Olga")
    vera = await hire(server, "admin", "Vera")  # with a third administrator both may be demoted
    async with browser(server, ada) as one, browser(server, olga) as two:
        for _ in range(5):
            await asyncio.gather(
                one.post(f"/accounts/{olga.id}/role", data={"role": "viewer"}),
                two.post(f"/accounts/{ada.id}/role", data={"role": "viewer"}),
            )
            left = {each.id for each in await server.service.database.read(accounts.all_accounts) if each.role == "admin"}
            assert left in ({ada.id, vera.id}, {olga.id, vera.id})
            lost = olga if ada.id in left else ada
            await live_changes.apply_change(
                server.service, lambda database, email=lost.email: accounts.set_role(database, email, "admin")
            )


# -- the own account ------------------------------------------------------------------------------------------------------


async def test_one_changes_ones_password_and_is_signed_out_elsewhere(team: Team) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as here, browser(team.server, eva) as elsewhere:
        for old, new in (("wrong horse battery", NEW), (PASSWORD, "xq7zz"), (PASSWORD, LISTED), (PASSWORD, eva.email), ("", "")):
            refused = await here.post("/account/password", data={"old": old, "new": new})
            assert (refused.status_code, bool(problem(refused))) == (422, True)
            assert new not in refused.text or new in ("", eva.email)
        assert await signed_in(elsewhere)
        changed = await here.post("/account/password", data={"old": PASSWORD, "new": NEW})
        assert changed.status_code == 303
        assert "signed out everywhere else" in (await here.get(changed.headers["location"])).text
        assert await signed_in(here)
        assert not await signed_in(elsewhere)
    async with browser(team.server, eva, NEW) as http:
        assert await signed_in(http)


async def test_current_password_prompt_is_throttled_like_the_login(team: Team) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as http:
        for _ in range(10):
            assert (await http.post("/account/password", data={"old": "wrong horse", "new": NEW})).status_code == 422
        assert (await http.post("/account/password", data={"old": PASSWORD, "new": NEW})).status_code == 429


async def test_one_sees_ones_own_sessions_and_ends_others(team: Team) -> None:
    eva, kim = await hire(team.server), await hire(team.server, name="Kim")
    async with (
        browser(team.server, eva) as here,
        browser(team.server, eva) as there,
        browser(team.server, kim) as of_kim,
    ):
        page = await here.get("/account")
        assert page.text.count('data-testid="own"') == 1
        [other] = end_buttons(page)
        [of_here] = end_buttons(await there.get("/account"))
        assert of_here != other
        assert (await of_kim.post("/account/sessions", data={"session": other})).status_code == 303
        assert await signed_in(there)  # that session is not Kim's
        assert (await here.post("/account/sessions", data={"session": other})).status_code == 303
        assert not await signed_in(there)
        assert (await there.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 303
        assert (await here.post("/account/sessions")).status_code == 303
        assert not await signed_in(there)
        assert await signed_in(here)
        assert await signed_in(of_kim)


async def test_one_has_it_light_or_dark_on_every_page(team: Team) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as http:
        assert "data-theme" not in (await http.get("/")).text
        for theme in ("dark", "light"):
            assert (await http.post("/account/theme", data={"theme": theme})).status_code == 303
            assert f'data-theme="{theme}"' in (await http.get("/")).text
        refused = await http.post("/account/theme", data={"theme": "pink"})
        assert (refused.status_code, bool(problem(refused))) == (422, True)
        assert 'data-theme="light"' in (await http.get("/")).text
        assert (await http.post("/account/theme", data={"theme": ""})).status_code == 303
        assert "data-theme" not in (await http.get("/")).text


@pytest.mark.parametrize(("code", "status"), STATUS.items())
async def test_a_page_is_refused_with_the_status_of_a_call(
    team: Team, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    def refuse(*_: object) -> None:
        raise Refused(code)

    async with browser(team.server, await hire(team.server)) as http:
        monkeypatch.setattr(accounts, "set_theme", refuse)
        answer = await http.post("/account/theme", data={"theme": "dark"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


# Forms without a session: the login, and setting a password by a link's secret.
BY_A_SECRET = {
    "/login", "/password", "/password/tokens", "/sign-in/second", "/sign-in/second/options", "/sign-in/passkey",
    "/sign-in/passkey/options",
}  # fmt: skip


async def test_no_form_is_taken_from_a_token(team: Team) -> None:
    """Forms are refused for tokens of any role, also from a page of ours. Each form of the server is tried, so that a new one is,
    too."""
    routes = [each for each in app.create_app(team.server.service).routes if isinstance(each, Route)]
    forms = {each.path for each in routes if "POST" in (each.methods or ())}
    assert {*OWN, "/account/language", "/accounts", "/accounts/tokens", "/logout"} <= forms
    before = (await team.ada.http.get("/api/v1/me")).json()
    data = {"email": "x@desk.example", "name": "X", "role": "admin", "enabled": "no"}
    for given in (*OWN.values(), {"language": "fr"}):
        data |= given
    for person in (team.ada, team.alice, team.victor):
        for path in sorted(forms - BY_A_SECRET):
            own = path.replace("{id}", team.bob.account["id"])
            answer = await person.http.post(own, data=data, headers={"Origin": team.server.url})
            assert answer.status_code in (403, 404), path
    assert (await team.ada.http.get("/api/v1/me")).json() == before
    assert (await team.bob.http.get("/api/v1/me")).status_code == 200


async def test_a_token_changes_nothing_of_its_account(team: Team) -> None:
    token = await create_token(team.server.service, "Tess", "investigator")
    async with browser(team.server) as http:
        for path, data in OWN.items():
            assert (await http.post(path, data=data, headers={"Authorization": f"Bearer {token}"})).status_code == 403
            assert (await http.post(path, data=data)).status_code == 401
        page = await http.get("/account", headers={"Authorization": f"Bearer {token}"})
        assert (page.status_code, end_buttons(page)) == (200, [])
