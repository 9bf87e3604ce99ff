"""Passwords as typed: not cut, not changed, without an end, on every way in."""

from datetime import timedelta

import pytest

from board.accounts import accounts, live_changes, login, passwords
from tests.api.test_administration import browser, hire
from tests.api.test_idle_sessions import Clock, clock  # noqa: F401
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, Server

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

WORDS = "seven green umbrellas on a windy pier "


async def status(server: Server, email: str, password: str) -> int:
    async with browser(server) as http:
        return (await http.post("/login", data={"email": email, "password": password})).status_code


async def set_password(server: Server, email: str, password: str) -> None:
    await live_changes.apply_change(server.service, accounts.prepare_password(email, password))


@pytest.mark.parametrize("length", [64, passwords.MAX_LENGTH])
async def test_every_character_of_a_long_password_counts(server: Server, length: int) -> None:
    eva, password = await hire(server), (WORDS * 30)[:length]
    await set_password(server, eva.email, password)
    assert await status(server, eva.email, password) == 303
    for other in (password[:-1], f"{password[:-1]}!", f"{password}!", f"{password}{'!' * 5_000}"):
        assert await status(server, eva.email, other) == 401, len(other)


@pytest.mark.parametrize("password", [f" {WORDS}", WORDS.title(), "a\0nul between words", "e\u0301t\u00e9 au bord de la mer"])
async def test_password_is_taken_exactly_as_typed(server: Server, password: str) -> None:
    """Blanks, case and a NUL stay as typed between the form and the hash."""
    eva = await hire(server)
    async with browser(server, eva) as http:
        changed = await http.post("/account/password", data={"old": PASSWORD, "new": password})
        assert changed.status_code == 303
    assert await status(server, eva.email, password) == 303
    others = {password.strip(), password.lower(), password.replace("\0", ""), password.replace("e\u0301", "\u00e9")}
    for other in others - {password}:
        assert await status(server, eva.email, other) == 401, other


async def test_password_confirmation_is_not_cut_either(server: Server) -> None:
    eva, password = await hire(server), (WORDS * 30)[: passwords.MAX_LENGTH]
    await set_password(server, eva.email, password)
    async with browser(server, eva, password) as http:
        for old, code in ((f"{password}!", 422), (password, 303)):
            changed = await http.post("/account/password", data={"old": old, "new": "eight red boats at anchor"})
            assert changed.status_code == code


async def test_password_stays_valid_for_years(server: Server, clock: Clock) -> None:  # noqa: F811
    eva = await hire(server)
    clock.go_to(timedelta(days=5 * 365))
    assert await status(server, eva.email, PASSWORD) == 303


def test_each_attempt_hashes_a_text_of_bounded_length(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[tuple[str, int]] = []

    class Hasher:
        def hash(self, password: str) -> str:
            return "dummy"

        def verify(self, password_hash: str, password: str) -> bool:
            hashed.append((password_hash, len(password)))
            return True

    monkeypatch.setattr(login, "HASHER", Hasher())
    login._dummy_hash.cache_clear()
    for password_hash, length in (("own", 20), ("own", 100_000), (None, 20), (None, 100_000)):
        login._verify(password_hash, "x" * length)
    login._dummy_hash.cache_clear()
    assert hashed == [("own", 20), ("dummy", passwords.MAX_LENGTH), ("dummy", 20), ("dummy", passwords.MAX_LENGTH)]


async def test_new_installation_has_no_account(server: Server) -> None:
    assert await server.service.database.read(accounts.all_accounts) == []
