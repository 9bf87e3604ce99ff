"""Configuration files of the how-to *Install on a server*, tried with the programs that read them."""

import asyncio
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

from board.accounts import live_changes
from tests.ops.test_workers import hear
from tests.support import readme_blocks
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id, running_server
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


@pytest.fixture
async def nginx(tmp_path: Path) -> AsyncIterator[tuple[Server, int]]:
    """A board behind a real nginx with the how-to's configuration, and nginx's port."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("nginx is not here: on Debian, apt install nginx-light")
    async with running_server(tmp_path, public_url=BEHIND) as server:
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
            f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr warn; events {{}}\n"
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
