"""Configuration files of the how-to *Install on a server*, tried with the programs that read them."""

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from board.accounts import live_changes
from tests.ops.test_workers import hear
from tests.support import readme_blocks
from tests.support.people import PASSWORD, PATIENCE_S, Server, create_token, new_id, running_server
from tests.support.worker_processes import wait_until

BEHIND = "http://board.example.org"  # the address that browsers use; the test leaves the certificate out
INSTALL = readme_blocks.document("how-to/install")
UNIT, FRAGMENT = "## 8. Service", "## 9. Proxy with https"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    (unit,) = readme_blocks.code_blocks(UNIT, "ini", INSTALL)
    program = Path(sys.executable).with_name("board")
    here = unit.replace("/opt/searchboard/.venv/bin/board", str(program))
    assert here.count(str(program)) == 1
    (tmp_path / "searchboard.service").write_text(here)
    words = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "searchboard.service")]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if "searchboard" in line] == []
    assert done.returncode == 0, done.stderr


DEBIAN_EVENTS = "events {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n"  # of /etc/nginx/nginx.conf


def configured_events(tmp_path: Path) -> str:
    """Return the head of Debian's nginx.conf after the commands of the how-to."""
    commands = next(block for block in readme_blocks.code_blocks(FRAGMENT, "sh", INSTALL) if "worker_connections" in block)
    file = tmp_path / "debian.conf"
    file.write_text(DEBIAN_EVENTS)
    edits = "\n".join(line for line in commands.splitlines() if "sed" in line)
    subprocess.run(["bash", "-eu", "-c", edits.replace("/etc/nginx/nginx.conf", str(file))], check=True)
    return file.read_text()


@contextlib.asynccontextmanager
async def behind_nginx(tmp_path: Path, events: str, **settings: Any) -> AsyncIterator[tuple[Server, int]]:
    """Run a board behind a real nginx with the how-to's configuration; yield it and nginx's port."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("nginx is not here: on Debian, apt install nginx-light")
    async with running_server(tmp_path, public_url=BEHIND, **settings) as server:
        with socket.create_server(("127.0.0.1", 0)) as asking:
            port = asking.getsockname()[1]
        (fragment,) = readme_blocks.code_blocks(FRAGMENT, "nginx", INSTALL)
        plain = re.sub(r" *ssl_certificate.*\n", "", fragment).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
        plain = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", plain, flags=re.S)
        plain = plain.replace("127.0.0.1:8000", server.url.removeprefix("http://"))
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr crit;\n{events}"
            f"http {{ access_log off; {temporary}\n{plain}}}\n"
        )
        process = await asyncio.create_subprocess_exec(program, "-p", str(tmp_path), "-e", "stderr", "-c", str(config))
        try:
            await wait_until(lambda: process.returncode is not None or _listens(port), PATIENCE_S)
            assert process.returncode is None
            yield server, port
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@pytest.fixture
async def nginx(tmp_path: Path) -> AsyncIterator[tuple[Server, int]]:
    async with behind_nginx(tmp_path, configured_events(tmp_path)) as running:
        yield running


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


async def test_nginx_lets_browsers_in_and_the_socket_through(nginx: tuple[Server, int]) -> None:
    server, port = nginx
    await live_changes.add_account(server.service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    as_seen: dict[str, Any] = {"Host": BEHIND.removeprefix("http://"), "Origin": BEHIND}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=as_seen, timeout=PATIENCE_S) as browser:
        signed_in = await browser.post("/login", data={"email": "alice@desk.example", "password": PASSWORD})
        assert signed_in.status_code == 303, signed_in.text
        cookie = f"board_session={browser.cookies['board_session']}"
        assert (await browser.get("/")).status_code == 200
        assert (await browser.get("/metrics")).status_code != 200  # not a local request, once it comes through a proxy
    async with connect(f"ws://127.0.0.1:{port}/ws", origin=BEHIND, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        assert (await hear(socket, type="hello"))["account"]["name"] == "Alice"
        await socket.send('{"type":"subscribe","board":"operations"}')
        await hear(socket, type="subscribed")
        await socket.send(f'{{"type":"ping","id":"{new_id()}"}}')
        await hear(socket, type="pong")


async def open_sockets(server: Server, port: int, count: int) -> int:
    """Open so many sockets through nginx at the same time; return how many are live together."""
    token = await create_token(server.service, "Alice", "coordinator")
    headers = {"Authorization": f"Bearer {token}"}
    at_once = asyncio.Semaphore(50)
    async with contextlib.AsyncExitStack() as stack:

        async def open_one() -> bool:
            async with at_once:
                opened = connect(f"ws://127.0.0.1:{port}/ws", origin=BEHIND, additional_headers=headers, compression=None)  # type: ignore[arg-type]
                with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                    await hear(await stack.enter_async_context(opened), type="hello")
                    return True
                return False

        return sum(await asyncio.gather(*(open_one() for _ in range(count))))


@pytest.mark.slow
async def test_nginx_carries_a_thousand_sockets(tmp_path: Path) -> None:
    async with behind_nginx(tmp_path, configured_events(tmp_path), max_sockets_per_account=0) as (server, port):
        assert await open_sockets(server, port, 1_000) == 1_000


@pytest.mark.slow
async def test_nginx_as_debian_ships_it_carries_fewer(tmp_path: Path) -> None:
    async with behind_nginx(tmp_path, DEBIAN_EVENTS, max_sockets_per_account=0) as (server, port):
        assert await open_sockets(server, port, 1_000) < 768 / 2
