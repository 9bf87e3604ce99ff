"""Sessions with their devices: a person sees a sign-in that is not theirs, ends it, and the administrators are alerted."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect

from models.accounts import Account
from tests.api.test_administration import FOREIGN, NEW, browser, end_buttons, hire, problem, signed_in
from tests.api.test_audit_entries import by, since_now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, PATIENCE_S, add_own_token, connect_person
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Safari/604.1"


@pytest.fixture
async def eva(team: Team) -> Account:
    return await hire(team.server)


@asynccontextmanager
async def device(team: Team, account: Account, user_agent: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own kind, in which an account has signed in."""
    async with browser(team.server) as http:
        http.headers["User-Agent"] = user_agent
        await sign_in(http, account)
        yield http


async def sign_in(http: httpx.AsyncClient, account: Account) -> None:
    assert (await http.post("/login", data={"email": account.email, "password": PASSWORD})).status_code == 303


async def alerts(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found = (await http.get("/api/v1/alerts")).json()["alerts"]
    return [each for each in found if each["type"].startswith("sign_in.")]


def devices(page: httpx.Response) -> list[str]:
    return re.findall(r'data-testid="device">([^<]*)<', page.text)


def reportable(page: httpx.Response) -> list[str]:
    return re.findall(r'name="reported" value="([^"]+)"', page.text)


async def test_sessions_are_listed_with_device_and_network(team: Team, eva: Account) -> None:
    async with device(team, eva, FIREFOX) as here, device(team, eva, PHONE), device(team, eva, "curl/8"):
        page = await here.get("/account")
    assert devices(page) == ["Unknown device", "Safari on iPhone", "Firefox on Windows"]
    assert re.findall(r'data-testid="network">([^<]*)<', page.text) == ["network 127.0.0.0/24"] * 3
    assert "127.0.0.1" not in page.text.partition('id="sessions"')[2]
    assert len(end_buttons(page)) == len(reportable(page)) == 2  # not the own one


async def test_sign_in_on_a_new_device_alerts_the_person_once(team: Team, eva: Account) -> None:
    record = await since_now(team)
    async with device(team, eva, FIREFOX) as here:
        assert await alerts(here) == []  # the first sign-in of the account
        await sign_in(here, eva)
        assert await alerts(here) == []  # the same browser again
        async with device(team, eva, PHONE) as phone:
            (alert,) = await alerts(here)
            await sign_in(phone, eva)
            assert len(await alerts(here)) == 1
    assert (alert["type"], alert["value"], alert["actor"]) == ("sign_in.new_device", "Safari/iPhone", None)
    entry = await record.one("sign_in.new_device")
    assert (entry["id"], entry["about"]) == (eva.id, {"name": "Eva", "device": "Safari/iPhone", "address": "127.0.0.1"})


async def test_disowned_session_ends_and_administrators_are_alerted(team: Team, eva: Account) -> None:
    admin = await hire(team.server, "admin", "Robin")
    async with device(team, eva, FIREFOX) as here, device(team, eva, PHONE) as thief, browser(team.server, admin) as robin:
        record, (secret, _) = await since_now(team), await add_own_token(team.server, eva.email)
        program = await connect_person(team.server, secret)
        headers = {"Cookie": f"board_session={thief.cookies['board_session']}", "Origin": team.server.url}
        async with connect(team.server.ws, additional_headers=headers) as socket:
            (reported,) = reportable(await here.get("/account"))
            response = await here.post("/account/sessions/disown", data={"reported": reported})
            assert (response.status_code, response.headers["location"]) == (303, "/account?changed=disowned&ended=1#password")
            await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
            assert socket.close_code == 4501
        assert (await signed_in(here), await signed_in(thief)) == (True, False)
        await program.wait_until(lambda: program.close_code == 4501)
        await program.close()
        async with browser(team.server) as http:
            assert (await http.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})).status_code == 401
        assert "1 token has ended." in (await here.get("/account?changed=disowned&ended=1")).text
        assert "Change your password now" in (await here.get("/account?changed=disowned")).text
        (alert,) = await alerts(robin)
        assert (alert["type"], alert["actor"], alert["value"]) == (
            "sign_in.disowned", {"id": eva.id, "name": "Eva"}, "Safari/iPhone",
        )  # fmt: skip
        assert "sign_in.disowned" not in [each["type"] for each in await alerts(here)]
    entry = await record.one("sign_in.disowned")
    assert (entry["id"], entry["actor"]) == (eva.id, by(eva))
    assert (entry["about"]["network"], entry["about"]["count"]) == ("127.0.0.0/24", 1)


@pytest.mark.parametrize(("others", "remaining"), [("", 2), ("yes", 1)])
async def test_disowning_ends_other_new_devices_if_asked(team: Team, eva: Account, others: str, remaining: int) -> None:
    async with device(team, eva, FIREFOX) as here, device(team, eva, PHONE), device(team, eva, PHONE):
        reported = reportable(await here.get("/account"))[0]
        await here.post("/account/sessions/disown", data={"reported": reported, "others": others})
        assert len(devices(await here.get("/account"))) == remaining
        assert await signed_in(here)  # its own browser was new, too, but it is the current session


async def test_nobody_disowns_the_current_or_a_foreign_session(team: Team, eva: Account) -> None:
    kim = await hire(team.server, name="Kim")
    async with device(team, eva, FIREFOX) as here, device(team, kim, PHONE) as of_kim, device(team, kim, FIREFOX) as other:
        (kims,) = reportable(await of_kim.get("/account"))
        record = await since_now(team)
        for reported in ("", "x" * 5_000, kims, "\0"):
            refused = await here.post("/account/sessions/disown", data={"reported": reported, "others": "yes"})
            assert (refused.status_code, problem(refused)) == (422, "This session has ended.")
        (own,) = reportable(await other.get("/account"))
        assert (await of_kim.post("/account/sessions/disown", data={"reported": own})).status_code == 422
        foreign = await of_kim.post("/account/sessions/disown", data={"reported": kims}, headers=FOREIGN)
        assert foreign.status_code == 403
        assert [await signed_in(each) for each in (here, of_kim, other)] == [True] * 3
    assert "sign_in.disowned" not in [each["type"] for each in await record.entries()]


async def test_reports_of_one_session_at_the_same_time_alert_once(team: Team, eva: Account) -> None:
    async with device(team, eva, FIREFOX) as here, device(team, eva, PHONE):
        record = await since_now(team)
        (reported,) = reportable(await here.get("/account"))
        posts = [here.post("/account/sessions/disown", data={"reported": reported}) for _ in range(3)]
        assert sorted([each.status_code for each in await asyncio.gather(*posts)]) == [303, 422, 422]
    assert (await record.one("sign_in.disowned"))["about"]["count"] == 1


async def test_administrator_sees_devices_and_cannot_disown(team: Team, eva: Account) -> None:
    admin = await hire(team.server, "admin", "Robin")
    async with device(team, eva, FIREFOX), browser(team.server, admin) as robin:
        page = await robin.get(f"/accounts/{eva.id}")
        assert devices(page) == ["Firefox on Windows"]
        assert (len(end_buttons(page)), reportable(page)) == (1, [])


async def test_session_by_a_link_alerts_like_every_new_device(team: Team, eva: Account) -> None:
    admin = await hire(team.server, "admin", "Robin")
    async with device(team, eva, FIREFOX), browser(team.server, admin) as robin, browser(team.server) as elsewhere:
        link = re.search(r'value="([^"]+)" data-testid="secret"', (await robin.post(f"/accounts/{eva.id}/link")).text)
        assert link
        elsewhere.headers["User-Agent"] = PHONE
        assert (await elsewhere.post("/password", data={"code": link[1], "new": NEW})).status_code == 303
        assert devices(await elsewhere.get("/account")) == ["Safari on iPhone"]
        assert [each["value"] for each in await alerts(elsewhere)] == ["Safari/iPhone"]
