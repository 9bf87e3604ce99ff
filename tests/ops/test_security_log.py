"""Security log: each event by ids and codes; addresses for failed sign-ins alone; never names."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.ops.test_logs import (
    Canaries,
    _hired,
    canaries,  # noqa: F401  (a fixture)
)
from tests.support.people import PATIENCE_S, new_id
from tests.support.readme_blocks import code_blocks, document
from tests.support.worker_processes import WorkerProcesses, running_workers, wait_until

DOCS = document("reference/audit-journal")
ADDRESS = "127.0.0.1"


def lines(workers: WorkerProcesses) -> list[dict[str, Any]]:
    return [json.loads(line) for line in workers.said]


def of(workers: WorkerProcesses, event: str) -> list[dict[str, Any]]:
    return [line for line in lines(workers) if line["event"] == event]


async def knock(workers: WorkerProcesses, canaries: Canaries) -> None:  # noqa: F811
    """Send requests that are refused and some that succeed, with words that occur nowhere else."""
    email, password = f"{canaries['e-mail']}@desk.example", canaries["password"]
    foreign = {"Origin": f"https://{canaries['origin']}.example"}
    async with httpx.AsyncClient(base_url=workers.url, headers={"Origin": workers.url}, timeout=PATIENCE_S) as http:
        for typed in (email, f"{canaries['another e-mail']}@desk.example"):
            wrong = {"email": typed, "password": canaries["wrong password"]}
            assert (await http.post("/login", data=wrong)).status_code == 401
        assert (await http.post("/login", data={"email": email, "password": password})).status_code == 303
        canaries._by_use["cookie"] = http.cookies["board_session"]
        assert (await http.post("/account/theme", data={"theme": "dark"}, headers=foreign)).status_code == 403
        refused = await http.get("/api/v1/me", headers={"Authorization": f"Bearer {canaries['unknown token']}"})
        assert refused.status_code == 401
        person = {"name": canaries["name"], "email": f"{canaries['new e-mail']}@desk.example", "role": "investigator"}
        assert (await http.post("/accounts", data=person)).status_code == 200
        token = {"name": canaries["title of a token"], "scope": "read", "account": person["email"], "password": password}
        assert (await http.post("/accounts/tokens", data=token)).status_code == 200
        assert (await http.post("/accounts/tokens/revoke", data={"name": token["name"]})).status_code == 303
        child = {"first_name": canaries["first name"]}
        search = {
            "kind": "runaway", "person": child, "missing_since": "2026-11-24T15:10:00Z", "reference": canaries["reference"],
        }  # fmt: skip
        command = {"id": new_id(), "name": "search.open", "data": search}
        board = (await http.post("/api/v1/boards/operations/commands", json=command)).json()["opened"]
        assert (await http.get(f"/api/v1/boards/{board}/cards.csv")).status_code == 200
        told = (await http.get("/api/v1/audit")).text
    assert {"name", "title of a token", "reference"} <= canaries.sung(told)  # the journal has them, so that this test could fail
    for _ in range(3):
        with pytest.raises(InvalidStatus):
            await connect(f"{workers.url.replace('http', 'ws')}/ws?token={canaries['query']}")
    reading, writing = await asyncio.open_connection(ADDRESS, int(workers.url.rpartition(":")[2]))
    writing.write(f"{canaries['nonsense']}\r\n\r\n".encode())
    await asyncio.wait_for(reading.read(100), PATIENCE_S)
    writing.close()


async def test_the_log_has_ids_and_codes_and_an_address_where_a_sign_in_failed(
    tmp_path: Path,
    canaries: Canaries,  # noqa: F811
) -> None:
    database, _ = await _hired(tmp_path, canaries, "admin")
    async with running_workers(database, 1, LOG_LEVEL="DEBUG") as workers:
        await knock(workers, canaries)
        metrics = await workers.metrics()
        await wait_until(lambda: of(workers, "export.read"))
        assert await workers.end() == 0
        assert not canaries.sung("".join(workers.said))
        assert not canaries.sung(metrics)
        failed = of(workers, "sign_in.failed")
        assert [(each["address"], each["reason"], each["level"]) for each in failed] == [
            (ADDRESS, "password", "warning"), (ADDRESS, "unknown", "warning")
        ]  # fmt: skip
        assert [bool(each.get("account")) for each in failed] == [True, False]
        assert {line["event"] for line in lines(workers) if ADDRESS in json.dumps(line)} == {"sign_in.failed"}
        levels = {line["event"]: line["level"] for line in lines(workers)}
        assert {event: levels[event] for event in levels if "." in event} == {
            "settings.changed": "info", "sign_in.failed": "warning", "sign_in.succeeded": "info", "origin.refused": "warning",
            "token.refused": "warning", "account.added": "info", "link.made": "info", "token.added": "info",
            "token.revoked": "info", "export.read": "info", "audit.read": "info",
        }  # fmt: skip
        assert "error" not in levels.values()
        assert of(workers, "socket refused")[0]["reason"] == "unauthenticated"
        assert of(workers, "refused by the web server")[0]["reason"] == "not HTTP"
        assert 'board_sign_ins_total{outcome="failed"} 2.0' in metrics
        assert 'board_sign_ins_total{outcome="succeeded"} 1.0' in metrics
        for reason, count in {"origin": 1, "token": 1, "socket": 3, "http": 1}.items():
            assert f'board_refused_total{{reason="{reason}"}} {count}.0' in metrics, reason
        by_fail2ban(workers)


def by_fail2ban(workers: WorkerProcesses) -> None:
    """The filter that the docs give finds the lines of those who fail to sign in, and no other."""
    (filter, _) = code_blocks("## The log", "ini", DOCS)
    (regex,) = re.findall(r"^failregex = (.*)$", filter, flags=re.M)
    host = re.compile(regex.replace("<HOST>", r"(?P<host>[0-9A-Fa-f:.]+)"))
    found = {json.loads(line)["event"]: match["host"] for line in workers.said if (match := host.search(line))}
    assert found == {"sign_in.failed": ADDRESS}
    (date,) = re.findall(r"^datepattern = (.*)$", filter, flags=re.M)
    line = next(line for line in workers.said if "sign_in.failed" in line)
    signs = {"Y": r"\d{4}", "f": r"\d+", "z": "Z"} | dict.fromkeys("mdHMS", r"\d\d")
    spelled = re.sub("%%([A-Za-z])", lambda sign: signs[sign[1]], date)
    assert re.search(spelled, line), (spelled, line)


@pytest.mark.slow
async def test_client_mistakes_are_not_logged_as_errors(tmp_path: Path, canaries: Canaries) -> None:  # noqa: F811
    database, token = await _hired(tmp_path, canaries)
    async with running_workers(database, 1) as workers:
        ws = f"{workers.url.replace('http', 'ws')}/ws"
        socket = await connect(ws, additional_headers={"Authorization": f"Bearer {token}"})
        await socket.recv()
        socket.transport.write(b"\x81\x82\x00\x00\x00\x00\xff\xff")  # a text frame that is not UTF-8
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        for raw in (
            b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\nabc",  # and leaves
            b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", b"nonsense\r\n\r\n",
            b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):  # fmt: skip
            reading, writing = await asyncio.open_connection(ADDRESS, int(workers.url.rpartition(":")[2]))
            writing.write(raw)
            writing.write_eof()
            await asyncio.wait_for(reading.read(1_000), PATIENCE_S)
            writing.close()
        with pytest.raises(InvalidStatus, match="401"):
            await connect(ws)
        assert await workers.end() == 0
        assert [line for line in lines(workers) if line["level"] in ("warning", "error")] == []
        reasons = {line["reason"] for line in lines(workers) if "reason" in line}
        assert reasons == {"not UTF-8", "unsupported upgrade", "not HTTP", "unauthenticated"}
