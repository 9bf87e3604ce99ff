"""Passkeys: as a second factor, alone, and for step-up; and answers that are replayed, copied, or from another place."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlmodel import select

from board.accounts import accounts, live_changes
from models.accounts import Account
from models.factors import SecondFactor
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.factors import audit_entries, browser, hire, is_signed_in, log_in, recovery_codes, set_factor_age
from tests.support.people import Server, running_server
from tests.support.software_passkey import SoftwarePasskey

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SECOND, ALONE = "/sign-in/second", "/sign-in/passkey"
NEW = "/account/factors/passkeys"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> AsyncIterator[Server]:
    """Server shared by all of these tests."""
    folder = tmp_path_factory.mktemp("passkeys")
    with backend.settled(folder) as settings:
        async with running_server(folder, **settings) as running:
            yield running


def passkey(server: Server) -> SoftwarePasskey:
    return SoftwarePasskey(server.url, "127.0.0.1")


async def options(http: httpx.AsyncClient, path: str) -> dict[str, object]:
    response = await http.post(f"{path}/options")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def person_with(server: Server, key: SoftwarePasskey, role: str = "investigator") -> Account:
    """An account with this passkey."""
    eva = await hire(server, role)
    async with browser(server) as http:
        await log_in(http, eva)
        await add(http, key)
    return eva


async def add(http: httpx.AsyncClient, key: SoftwarePasskey, name: str = "Phone") -> httpx.Response:
    return await http.post(NEW, data={"name": name, "credential": key.register(await options(http, NEW))})


async def stored(server: Server, account: Account) -> list[SecondFactor]:
    return await server.service.database.read(
        lambda session: list(session.exec(select(SecondFactor).where(SecondFactor.account == account.id)).all())
    )


async def test_a_passkey_is_added_named_used_and_removed(server: Server) -> None:
    eva, key, other = await hire(server), passkey(server), passkey(server)
    async with browser(server) as http:
        await log_in(http, eva)
        assert len(recovery_codes(await add(http, key, "Phone"))) == 8
        assert (await add(http, other, "Key <b>")).status_code == 303  # the second factor shows no codes again
        page = (await http.get("/account")).text
        assert "Passkey “Phone”" in page
        assert "Key &lt;b&gt;" in page
    async with browser(server) as http:
        assert await log_in(http, eva) == SECOND
        passed = await http.post(SECOND, data={"credential": key.answer(await options(http, SECOND))})
        assert (passed.status_code, passed.headers["location"]) == (303, "/duty")
        first, _ = await stored(server, eva)
        assert first.used_at is not None
        assert (await http.post("/account/factors/remove", data={"factor": first.id})).status_code == 303
    async with browser(server) as http:
        assert await log_in(http, eva) == SECOND
        assert (await http.post(SECOND, data={"credential": key.answer(await options(http, SECOND))})).status_code == 401
        assert (await http.post(SECOND, data={"credential": other.answer(await options(http, SECOND))})).status_code == 303


async def test_a_passkey_signs_in_alone(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key, "coordinator")
    async with browser(server) as http:
        asked = await options(http, ALONE)
        assert (asked["allowCredentials"], asked["userVerification"]) == ([], "required")
        passed = await http.post(f"{ALONE}?next=/history", data={"credential": key.answer(asked)})
        assert (passed.status_code, passed.headers["location"]) == (303, "/history")
        assert (await http.get("/api/v1/me")).json()["id"] == eva.id
        assert (await http.get("/step-up")).status_code == 303  # it counts as a recent factor


async def test_a_passkey_that_did_not_verify_its_user_is_not_enough_alone(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    key.is_verifying = False
    async with browser(server) as http:
        assert (await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})).status_code == 401
        assert not await is_signed_in(http)
        await log_in(http, eva)
        assert (await http.post(SECOND, data={"credential": key.answer(await options(http, SECOND))})).status_code == 303


async def test_a_replayed_answer_is_refused_and_recorded(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    async with browser(server) as http:
        answer = key.answer(await options(http, ALONE))
        assert (await http.post(ALONE, data={"credential": answer})).status_code == 303
        http.cookies.delete("board_session")
        assert (await http.post(ALONE, data={"credential": answer})).status_code == 401
        assert not await is_signed_in(http)
    entries = [about for type, about in await audit_entries(server, eva) if type == "factor.refused"]
    assert [(about["reason"], about["title"]) for about in entries] == [("replayed", "Phone")]


async def test_a_counter_that_goes_back_is_refused_and_recorded(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    key.counter = 10
    async with browser(server) as http:
        assert (await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})).status_code == 303
    for counter in (5, 11, 0):  # lower, the same, and none any longer
        key.counter = counter - 1
        async with browser(server) as http:
            refused = await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})
            assert (refused.status_code, "may have been copied" in refused.text) == (401, True), counter
            assert not await is_signed_in(http)
    entries = [about for type, about in await audit_entries(server, eva) if type == "factor.refused"]
    assert {about["reason"] for about in entries} == {"counter"}


async def test_a_passkey_without_a_counter_works_each_time(server: Server) -> None:
    key = passkey(server)
    key.counter = -1
    await person_with(server, SoftwarePasskey(key.origin, key.host, 0, id=key.id, key=key.key))
    for _ in range(2):
        key.counter = -1
        async with browser(server) as http:
            assert (await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})).status_code == 303


async def test_an_answer_from_another_place_is_refused(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    stolen = passkey(server)
    await person_with(server, stolen)
    async with browser(server) as http, browser(server) as other:
        asked = await options(http, ALONE)
        await options(other, ALONE)
        for answer in (
            SoftwarePasskey("https://evil.example", key.host, 50, id=key.id, key=key.key).answer(asked),
            SoftwarePasskey(key.origin, "evil.example", 51, id=key.id, key=key.key).answer(asked),
            SoftwarePasskey(key.origin, key.host, 52, id=key.id).answer(asked),  # another private key
            key.answer(asked | {"challenge": "AAAA"}),
        ):
            assert (await http.post(ALONE, data={"credential": answer})).status_code == 401
        assert (await other.post(ALONE, data={"credential": key.answer(asked)})).status_code == 401  # of another browser
        await log_in(other, eva)
        wrong_owner = stolen.answer(await options(other, SECOND))
        assert (await other.post(SECOND, data={"credential": wrong_owner})).status_code == 401
        assert (await other.post(SECOND, data={"credential": key.answer(asked)})).status_code == 401  # of another sign-in
        assert not await is_signed_in(other)


@pytest.mark.parametrize("credential", [
    "x", "[]", "{}", '{"id": 1}', '{"id": "a", "response": {}}', '{"id": "a", "response": {"clientDataJSON": "AA"}}', "[" * 5_000,
    json.dumps({"id": "a" * 5_000, "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "e30"}}),
])  # fmt: skip
async def test_a_malformed_answer_is_refused(server: Server, credential: str) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    async with browser(server) as http:
        assert (await http.post(ALONE, data={"credential": credential})).status_code == 401
        await log_in(http, eva)
        assert (await http.post(SECOND, data={"credential": credential})).status_code == 401
        assert (await http.post(SECOND, data={"credential": key.answer(await options(http, SECOND))})).status_code == 303
        assert (await http.post(NEW, data={"name": "x", "credential": credential})).status_code == 422
    assert len(await stored(server, eva)) == 1


async def test_parts_of_an_answer_that_are_changed_are_refused(server: Server) -> None:
    key = passkey(server)
    await person_with(server, key)
    async with browser(server) as http:
        for name in ("clientDataJSON", "authenticatorData", "signature"):
            for value in ("", "AAAA", "!" * 40, "A" * 4_000):
                answer = json.loads(key.answer(await options(http, ALONE)))
                answer["response"][name] = value
                assert (await http.post(ALONE, data={"credential": json.dumps(answer)})).status_code == 401, (name, value)
        assert not await is_signed_in(http)


async def test_a_passkey_of_one_person_cannot_be_added_by_another(server: Server) -> None:
    key = passkey(server)
    await person_with(server, key)
    kim = await hire(server)
    async with browser(server) as http:
        await log_in(http, kim)
        assert (await add(http, key)).status_code == 422
    assert await stored(server, kim) == []


async def test_a_first_passkey_is_made_at_the_sign_in(tmp_path: Path) -> None:
    async with running_server(tmp_path, second_factor_grace_days=0) as server:
        ada, key = await hire(server, "admin"), passkey(server)
        async with browser(server) as http, browser(server) as other:
            for each in (http, other):
                assert await log_in(each, ada) == SECOND
            foreign = key.register(await options(other, SECOND))
            for answer in ("", "{}", foreign):
                refused = await http.post(SECOND, data={"credential": answer, "name": "Phone"})
                assert (refused.status_code, await is_signed_in(http)) == (422, False)
            made = await http.post(SECOND, data={"credential": key.register(await options(http, SECOND)), "name": "Phone"})
            assert (len(recovery_codes(made)), await is_signed_in(http)) == (8, True)
            again = await other.post(SECOND, data={"credential": passkey(server).register(await options(http, NEW))})
            assert (again.status_code, await is_signed_in(other)) == (401, False), "now it must be proved"
        assert [row.name for row in await stored(server, ada)] == ["Phone"]
        async with browser(server) as http:
            assert await log_in(http, ada) == SECOND
            assert (await http.post(SECOND, data={"credential": key.answer(await options(http, SECOND))})).status_code == 303


async def test_a_disabled_account_does_not_sign_in_by_passkey(server: Server) -> None:
    key = passkey(server)
    eva = await person_with(server, key)
    await live_changes.apply_change(server.service, lambda session: accounts.set_enabled(session, eva.email, False))
    async with browser(server) as http:
        assert (await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})).status_code == 401
        assert not await is_signed_in(http)


async def test_a_passkey_confirms_the_identity(server: Server) -> None:
    key = passkey(server)
    ada = await person_with(server, key, "admin")
    async with browser(server) as http:
        await http.post(ALONE, data={"credential": key.answer(await options(http, ALONE))})
        await set_factor_age(server, ada, 11)
        assert (await http.get("/accounts")).status_code == 303
        answer = key.answer(await options(http, "/step-up"))
        assert (await http.post("/step-up/check", data={"credential": answer})).json() == {"recent": True}
        assert (await http.get("/accounts")).status_code == 200
        assert (await http.post("/step-up/check", data={"credential": answer})).status_code == 422


async def test_options_need_a_page_of_this_server(server: Server) -> None:
    async with browser(server) as http:
        foreign = {"Origin": "https://evil.example"}
        assert (await http.post(f"{ALONE}/options", headers=foreign)).status_code == 403
        assert (await http.post(f"{SECOND}/options")).status_code == 401
        assert (await http.post("/step-up/options")).status_code == 401
        assert (await http.post(f"{NEW}/options")).status_code == 401
