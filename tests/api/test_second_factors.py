"""Second factors at sign-in: apps with codes and recovery codes, wrong and repeated codes, and days of grace."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.accounts import accounts, live_changes, throttle
from board.accounts.factors import pending_sign_in, second_factors, totp
from board.accounts.seal import Seal
from board.rate_limit import Limiter
from models.accounts import Account
from models.factors import PendingSignIn, RecoveryCode, SecondFactor
from models.times import now
from tests.ops.test_command_line import Shell
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.factors import (
    audit_entries,
    browser,
    code_of,
    give_app,
    hire,
    is_signed_in,
    log_in,
    recovery_codes,
    sealed,
    wrong_code,
)
from tests.support.people import PASSWORD, Server, running_server

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SECOND = "/sign-in/second"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> AsyncIterator[Server]:
    """Server shared by all of these tests."""
    folder = tmp_path_factory.mktemp("factors")
    with backend.settled(folder) as settings:
        async with running_server(folder, **settings) as running:
            yield running


async def rows(server: Server, model: Any, account: Account) -> list[Any]:
    return await server.service.database.read(
        lambda session: list(session.exec(select(model).where(model.account == account.id)).all())
    )


async def test_an_app_is_set_up_on_the_account_page_and_asked_for(server: Server) -> None:
    eva = await hire(server)
    async with browser(server) as http:
        assert await log_in(http, eva) == "/duty"
        secret, hidden = sealed(await http.get("/account/factors/app"))
        wrong = await http.post("/account/factors/app", data={"sealed": hidden, "code": wrong_code(secret)})
        assert (wrong.status_code, sealed(wrong)[0]) == (422, secret)
        codes = recovery_codes(await http.post("/account/factors/app", data={"sealed": hidden, "code": code_of(secret)}))
        assert len(set(codes)) == 8
        page = (await http.get("/account")).text
        assert "App with codes" in page
        assert "8 left" in page
        assert not any(code in page for code in codes)
    async with browser(server) as http:
        assert await log_in(http, eva) == SECOND
        assert not await is_signed_in(http)
        assert 'name="code"' in (await http.get(SECOND)).text
        refused = await http.post(SECOND, data={"code": wrong_code(secret)})
        assert refused.status_code == 401
        assert not await is_signed_in(http)
        assert (await http.post(SECOND, data={"code": code_of(secret, 1)})).headers["location"] == "/duty"
        assert await is_signed_in(http)
    types = [type for type, _ in await audit_entries(server, eva) if type != "sign_in.new_device"]
    assert sorted(types) == ["account.added", "factor.added", "sign_in.failed", "sign_in.succeeded", "sign_in.succeeded"]


async def test_the_target_is_kept_and_never_another_host(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    for number, (target, opened) in enumerate({"/history": "/history", "https://evil.example": "/duty"}.items()):
        async with browser(server) as http:
            await http.post("/login", params={"next": target}, data={"email": eva.email, "password": PASSWORD})
            assert (await http.post(SECOND, data={"code": code_of(secret, number)})).headers["location"] == opened


async def test_a_code_is_accepted_once(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    code = code_of(secret)
    async with browser(server) as first, browser(server) as second:
        await log_in(first, eva)
        await log_in(second, eva)
        assert (await first.post(SECOND, data={"code": code})).status_code == 303
        assert (await second.post(SECOND, data={"code": code})).status_code == 401
        assert not await is_signed_in(second)
        assert (await second.post(SECOND, data={"code": code_of(secret, -1)})).status_code == 401  # older than the used one
        assert (await second.post(SECOND, data={"code": code_of(secret, 1)})).status_code == 303


async def test_one_of_several_concurrent_sign_ins_gets_a_code(server: Server) -> None:
    eva = await hire(server)
    secret, (recovery, *_) = await give_app(server, eva)
    for code in (code_of(secret), recovery):
        async with contextlib.AsyncExitStack() as stack:
            browsers = [await stack.enter_async_context(browser(server)) for _ in range(4)]
            for http in browsers:
                await log_in(http, eva)
            answers = await asyncio.gather(*(http.post(SECOND, data={"code": code}) for http in browsers))
            assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


@pytest.mark.parametrize("code", ["", "1", "１２３４５６", "12345\x006", "9" * 50_000, "-1", "12e456", "😀"])
async def test_a_malformed_code_is_wrong(server: Server, code: str) -> None:
    eva = await hire(server)
    await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, eva)
        assert (await http.post(SECOND, data={"code": code})).status_code == 401
        assert not await is_signed_in(http)


async def test_a_recovery_code_works_once_and_is_recorded(server: Server) -> None:
    eva = await hire(server)
    _, (code, other, *_) = await give_app(server, eva)
    for typed, status in ((code.upper().replace("-", " "), 303), (code, 401), (other, 303)):
        async with browser(server) as http:
            await log_in(http, eva)
            assert (await http.post(SECOND, data={"code": typed})).status_code == status
            assert await is_signed_in(http) == (status == 303)
    assert [about["left"] for type, about in await audit_entries(server, eva) if type == "factor.code_used"] == [7, 6]


async def test_new_recovery_codes_replace_the_old_ones(server: Server) -> None:
    eva = await hire(server)
    secret, (old, *_) = await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, eva)
        await http.post(SECOND, data={"code": code_of(secret)})
        (new, *_) = recovery_codes(await http.post("/account/factors/codes"))
    assert "factor.codes_made" in [type for type, _ in await audit_entries(server, eva)]
    for code, status in ((old, 401), (new, 303)):
        async with browser(server) as http:
            await log_in(http, eva)
            assert (await http.post(SECOND, data={"code": code})).status_code == status


async def test_secrets_are_encrypted_and_codes_are_digests(server: Server) -> None:
    eva = await hire(server)
    secret, codes = await give_app(server, eva)
    (row,) = await rows(server, SecondFactor, eva)
    assert secret not in row.secret
    assert Seal(server.service.settings.secret(), row.id).open(row.secret) == secret
    assert not {code.replace("-", "") for code in codes} & {code.digest for code in await rows(server, RecoveryCode, eva)}


def test_a_sealed_text_is_bound_to_its_purpose_and_secret() -> None:
    text = Seal(b"s" * 32, "one").close("hello")
    assert Seal(b"s" * 32, "one").open(text) == "hello"
    for secret, sealed_text, purpose in (
        (b"s" * 32, text, "two"), (b"t" * 32, text, "one"), (b"s" * 32, text[:-4], "one"), (b"s" * 32, "", "one"),
        (b"s" * 32, "ü" * 10, "one"), (b"s" * 32, "A" * 100_000, "one"),
    ):  # fmt: skip
        assert Seal(secret, purpose).open(sealed_text) is None


async def test_a_secret_of_another_session_is_not_accepted(server: Server) -> None:
    eva = await hire(server)
    async with browser(server) as first, browser(server) as second:
        await log_in(first, eva)
        await log_in(second, eva)
        secret, hidden = sealed(await first.get("/account/factors/app"))
        refused = await second.post("/account/factors/app", data={"sealed": hidden, "code": code_of(secret)})
        assert refused.status_code == 422
    assert await rows(server, SecondFactor, eva) == []


async def test_a_pending_sign_in_ends_after_a_few_wrong_codes(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, eva)
        for _ in range(pending_sign_in.MAX_ATTEMPTS):
            assert (await http.post(SECOND, data={"code": wrong_code(secret)})).status_code == 401
        assert (await http.post(SECOND, data={"code": code_of(secret)})).status_code == 401
        assert not await is_signed_in(http)
        assert (await http.get(SECOND)).headers["location"] == "/login"
        await log_in(http, eva)
        assert (await http.post(SECOND, data={"code": code_of(secret)})).status_code == 303


async def test_a_pending_sign_in_ends_with_the_password_and_the_account(server: Server) -> None:
    def expire(session: Session, account: Account) -> None:
        for row in session.exec(select(PendingSignIn).where(PendingSignIn.account == account.id)):
            row.ends_at = "2020-01-01T00:00:00.000Z"

    def change_password(session: Session, account: Account) -> None:
        accounts.prepare_password(account.email, "four words that nobody guesses")(session)

    def disable(session: Session, account: Account) -> None:
        accounts.set_enabled(session, account.email, False)

    for end in (expire, change_password, disable):
        eva = await hire(server)
        secret, _ = await give_app(server, eva)
        async with browser(server) as http:
            await log_in(http, eva)
            assert (await http.get(SECOND)).status_code == 200
            await live_changes.apply_change(server.service, lambda session, end=end, eva=eva: end(session, eva))
            assert (await http.post(SECOND, data={"code": code_of(secret)})).status_code == 401
            assert not await is_signed_in(http)


async def test_pending_sign_ins_of_an_account_are_few(server: Server) -> None:
    eva = await hire(server)
    await give_app(server, eva)
    async with browser(server) as http:
        for _ in range(pending_sign_in.MAX_PENDING + 3):
            await log_in(http, eva)
        assert (await http.get(SECOND)).status_code == 200  # the newest is kept
    assert len(await rows(server, PendingSignIn, eva)) == pending_sign_in.MAX_PENDING


async def test_the_page_of_another_site_cannot_send_a_code(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, eva)
        foreign = {"Origin": "https://evil.example"}
        assert (await http.post(SECOND, data={"code": code_of(secret)}, headers=foreign)).status_code == 403
        assert (await http.post(SECOND, data={"code": code_of(secret)})).status_code == 303


# -- 10,000 wrong codes ------------------------------------------------------------------------------------------------------


async def test_ten_thousand_wrong_codes_are_not_all_checked_and_lock_nobody_out(server: Server) -> None:
    eva = await hire(server)
    time_s = 0.0
    limiter = Limiter(clock=lambda: time_s)
    checked = 0
    for _ in range(10_000):  # one each second, for nearly three hours
        time_s += 1
        checked += (await limiter.take_all(throttle.limits_of_codes(eva, ""))).allowed
    assert checked <= throttle.CODES_OF_DAY.limit
    time_s += 2 * throttle.CODES_OF_DAY.window_s
    assert (await limiter.take_all(throttle.limits_of_codes(eva, ""))).allowed


async def test_wrong_codes_of_a_stranger_do_not_stop_a_known_device(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    async with browser(server) as known, browser(server) as stranger:
        await log_in(known, eva)
        assert (await known.post(SECOND, data={"code": code_of(secret, -1)})).status_code == 303
        statuses = []
        for number in range(throttle.CODES.limit + 5):
            if number % pending_sign_in.MAX_ATTEMPTS == 0:
                await log_in(stranger, eva)
            statuses.append((await stranger.post(SECOND, data={"code": wrong_code(secret)})).status_code)
        assert statuses == [401] * throttle.CODES.limit + [429] * 5
        throttled = await stranger.post(SECOND, data={"code": code_of(secret)})
        assert (throttled.status_code, "retry-after" in throttled.headers) == (429, True)
        await known.post("/logout")
        await log_in(known, eva)
        assert (await known.post(SECOND, data={"code": code_of(secret)})).status_code == 303


# -- roles that need a second factor ---------------------------------------------------------------------------------------


async def test_the_days_of_grace_insert_no_page(server: Server) -> None:
    for role, has_notice in (("admin", True), ("coordinator", True), ("investigator", False), ("viewer", False)):
        eva = await hire(server, role)
        async with browser(server) as http:
            assert await log_in(http, eva) in ("/", "/duty")
            assert ('data-testid="set-up-by"' in (await http.get("/account")).text) == has_notice


async def test_the_last_days_of_grace_lead_to_the_account_page(tmp_path: Path) -> None:
    async with running_server(tmp_path, second_factor_grace_days=6) as server:
        ada, eva = await hire(server, "admin"), await hire(server)
        async with browser(server) as http:
            assert await log_in(http, ada) == "/account#factors"
            assert 'data-testid="set-up-by"' in (await http.get("/account")).text
        async with browser(server) as http:
            assert await log_in(http, eva) == "/duty"


async def test_a_second_factor_is_set_up_after_the_days_of_grace(tmp_path: Path) -> None:
    async with running_server(tmp_path, second_factor_grace_days=0) as server:
        ada = await hire(server, "admin")
        async with browser(server) as http:
            assert await log_in(http, ada) == SECOND
            secret, hidden = sealed(await http.get(SECOND))
            wrong = await http.post(SECOND, data={"sealed": hidden, "code": wrong_code(secret)})
            assert (wrong.status_code, sealed(wrong)[0]) == (422, secret)
            assert not await is_signed_in(http)
            page = await http.post(SECOND, data={"sealed": hidden, "code": code_of(secret)})
            assert len(recovery_codes(page)) == 8
            assert await is_signed_in(http)
        async with browser(server) as http:
            assert await log_in(http, ada) == SECOND
            assert 'name="sealed"' not in (await http.get(SECOND)).text
        eva = await hire(server, "investigator")
        async with browser(server) as http:
            assert await log_in(http, eva) == "/duty"


async def test_setting_up_at_sign_in_needs_an_account_without_factors(tmp_path: Path) -> None:
    async with running_server(tmp_path, second_factor_grace_days=0) as server:
        ada = await hire(server, "admin")
        async with browser(server) as thief, browser(server) as owner:
            await log_in(thief, ada)
            secret, hidden = sealed(await thief.get(SECOND))
            await log_in(owner, ada)
            own_secret, own_hidden = sealed(await owner.get(SECOND))
            assert recovery_codes(await owner.post(SECOND, data={"sealed": own_hidden, "code": code_of(own_secret)}))
            assert (await thief.post(SECOND, data={"sealed": hidden, "code": code_of(secret)})).status_code == 401
            assert not await is_signed_in(thief)


# -- lost factors ------------------------------------------------------------------------------------------------------------


async def test_a_factor_is_removed_by_its_owner_alone(server: Server) -> None:
    eva, kim = await hire(server), await hire(server)
    secret, _ = await give_app(server, eva)
    (row,) = await rows(server, SecondFactor, eva)
    async with browser(server) as http:
        await log_in(http, kim)
        assert (await http.post("/account/factors/remove", data={"factor": row.id})).status_code == 422
    assert len(await rows(server, SecondFactor, eva)) == 1
    async with browser(server) as http:
        await log_in(http, eva)
        await http.post(SECOND, data={"code": code_of(secret)})
        assert (await http.post("/account/factors/remove", data={"factor": row.id})).status_code == 303
    assert await rows(server, SecondFactor, eva) == []
    assert await rows(server, RecoveryCode, eva) == []
    async with browser(server) as http:
        assert await log_in(http, eva) == "/duty"


async def test_second_page_names_who_can_help_after_the_password(server: Server) -> None:
    eva = await hire(server)
    await give_app(server, eva)
    helpers = [await hire(server, "admin", name=f"00ada{number}") for number in range(2)]
    gone = await hire(server, "admin", name="00abel")
    await live_changes.apply_change(server.service, lambda session: accounts.set_enabled(session, gone.email, False))
    async with browser(server) as http:
        assert "00ada" not in (await http.get("/login")).text
        await log_in(http, eva)
        page = (await http.get(SECOND)).text
        assert all(each.name in page for each in helpers)
        assert "00abel" not in page


async def test_an_administrator_removes_lost_factors_and_the_owner_is_alerted(server: Server) -> None:
    eva, ada, bob = await hire(server), await hire(server, "admin"), await hire(server, "coordinator")
    secret, _ = await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, bob)
        assert (await http.post(f"/accounts/{eva.id}/factors")).status_code == 404
    async with browser(server) as http, browser(server) as finder:
        await log_in(finder, eva)
        await finder.post(SECOND, data={"code": code_of(secret)})
        assert await is_signed_in(finder)
        await log_in(http, ada)
        assert "Remove second factors" in (await http.get(f"/accounts/{eva.id}")).text
        assert (await http.post(f"/accounts/{eva.id}/factors")).status_code == 303
        assert not await is_signed_in(finder), "whoever found the phone is out"
    async with browser(server) as http:
        assert await log_in(http, eva) == "/duty"
        alerts = (await http.get("/api/v1/alerts")).json()["alerts"]
        assert [alert["type"] for alert in alerts] == ["sign_in.new_device", "factor.removed"]


async def test_a_command_lets_the_only_administrator_in_without_the_phone(server: Server) -> None:
    ada = await hire(server, "admin")
    await give_app(server, ada)
    board = Shell({"DATABASE_URL": server.service.settings.database_url})
    assert "1 second factor is removed" in await board.works("account", "remove-factors", ada.email)
    async with browser(server) as http:
        assert await log_in(http, ada) == "/duty"
    ((_, about),) = [entry for entry in await audit_entries(server, ada) if entry[0] == "factor.removed"]
    assert about["factor"] == "totp"
    code, _, error = await board("account", "remove-factors", "nobody@desk.example")
    assert (code, error.strip()) == (1, "No account has this address.")


def test_a_code_is_accepted_one_step_around_now() -> None:
    secret, moment = totp.new_secret(), now()
    current = int(moment.timestamp()) // totp.STEP_S
    found = [totp.matching_step(secret, code_of(secret, step), moment, last_used=0) for step in (-2, -1, 0, 1, 2)]
    assert found == [None, current - 1, current, current + 1, None]
    assert totp.matching_step(secret, f" {code_of(secret)[:3]} {code_of(secret)[3:]} ", moment, last_used=0) == current
    assert totp.matching_step(secret, code_of(secret), moment, last_used=current) is None


async def test_an_account_has_at_most_one_app_and_a_few_passkeys(server: Server) -> None:
    eva = await hire(server)
    await give_app(server, eva)
    with pytest.raises(Exception, match="already have an app"):
        await give_app(server, eva)

    def fill(session: Session) -> None:
        account = session.get_one(Account, eva.id)
        for number in range(second_factors.MAX_FACTORS):
            row = SecondFactor(
                id=f"{eva.id}-{number}", account=eva.id, kind="passkey", name="x" * 500, secret="", credential=str(number),
                created_at="2026-12-01T00:00:00.000Z",
            )  # fmt: skip
            second_factors.add(session, account, row)

    with pytest.raises(Exception, match="too many passkeys"):
        await server.service.database.write(fill)
