"""The how-to *Install on a server*, word for word: in a clean folder, as a user without rights, with servers of its own.

The blocks of the page are typed into one shell, in their order. What a test can't do is replaced, by this list and no more:

- `REPOSITORY` is this checkout, as it is committed.
- Paths below `/etc`, `/opt` and `/var/lib` lie in the clean folder.
- Ports are free ones.
- `STAND_INS` are programs that would need root, or systemd.
"""

import asyncio
import contextlib
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect

from board.bootstrap import ROOT
from board.dev import Postgres
from board.dev.child_process import free_port
from board.dev.server_binaries import find_redis
from board.dev.unprivileged_user import OsUser, current_user, server_folder, unprivileged
from tests.ops.test_workers import hear
from tests.support.people import PATIENCE_S
from tests.support.readme_blocks import document
from tests.support.worker_processes import wait_until

PAGE = document("how-to/install")
DOMAIN, EMAIL = "board.example.org", "you@example.org"
UNIT, SITE = "/etc/systemd/system/searchboard.service", "/etc/nginx/conf.d/searchboard.conf"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NGINX = shutil.which("nginx", path=f"{SYSTEM_PATH}:/opt/homebrew/bin")
TYPED_WITHIN_S = 900  # the longest block downloads all packages
PORTS = ("5432", "6379", "8000", "443", "80")
STAND_INS = {
    "apt-get": "exit 0",  # the packages are here
    "useradd": "exit 0",  # the user is the one who runs the test
    "chgrp": "exit 0",
    "runuser": 'shift 3; exec "$@"',  # runuser -u NAME -- COMMAND
    "nginx": 'exec "$REAL_NGINX" -c "$HERE/etc/nginx/nginx.conf" -p "$HERE" -e stderr "$@"',
    "systemctl": 'echo "$@" >> "$HERE/systemctl"',  # the test does it: see `Machine.systemctl`
}
FOLDERS = (
    "stand-ins", "run", "opt", "var/lib/searchboard", "etc/redis", "etc/nginx/conf.d", "etc/ssl/certs", "etc/ssl/private",
    "etc/systemd/system",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, and the file into which the page says to save it."""

    language: str
    text: str
    file: str | None


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page in order."""
    before = ""
    for part in re.split(r"(^```\w+\n.*?^```$)", page, flags=re.S | re.M):
        if match := re.fullmatch(r"```(\w+)\n(.*?)```", part, flags=re.S):
            saved = re.findall(r"Save this as `(/[^`]+)`", before)
            yield Block(match[1], match[2], saved[-1] if saved else None)
        before = part


@dataclass
class Machine:
    """The clean folder, the shell of the reader, and what runs there."""

    here: Path
    postgres: Postgres
    ports: dict[str, int]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def placed(self, text: str) -> str:
        """Return a text of the page with this machine's paths, ports and repository."""
        text = re.sub(r"(?<![\w.])/(etc|opt|var/lib)/(?=searchboard|redis|nginx|ssl|systemd)", rf"{self.here}/\1/", text)
        text = re.sub(r"(127\.0\.0\.1:|PORT=|listen )(\d+)\b", lambda match: f"{match[1]}{self.ports[match[2]]}", text)
        return re.sub(r"^REPOSITORY=.*$", f"REPOSITORY={self.here}/repository.git", text, flags=re.M)

    def prepare(self) -> None:
        """Make what Debian's packages make, and the stand-ins."""
        for folder in FOLDERS:
            (self.here / folder).mkdir(parents=True)
        for name, does in STAND_INS.items():
            program = self.here / "stand-ins" / name
            program.write_text(f"#!/bin/sh\n{does}\n")
            program.chmod(0o755)
        redis = f"bind 127.0.0.1\nport {self.ports['6379']}\ndir {self.here}/run\nsave ''\n"
        (self.here / "etc/redis/redis.conf").write_text(redis)
        temporary = "".join(f"{kind}_temp_path run/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.here / "etc/nginx/nginx.conf").write_text(
            "daemon off; pid run/nginx.pid; error_log stderr warn;\nevents {\n\tworker_connections 768;\n}\n"
            f"http {{ access_log off; {temporary} include {self.here}/etc/nginx/conf.d/*.conf; }}\n"
        )
        clone = ["git", "clone", "--quiet", "--bare", str(ROOT), str(self.here / "repository.git")]
        subprocess.run(clone, check=True)
        for path in (self.here, *self.here.rglob("*")):
            os.chown(path, unprivileged().uid, unprivileged().gid)

    @property
    def environment(self) -> dict[str, str]:
        """Return that of the shell: nothing of ours but how packages are found."""
        superuser = urlsplit(self.postgres.admin_url())
        path = SYSTEM_PATH if unprivileged() != current_user() else os.environ["PATH"]
        return {
            "PATH": f"{self.here}/stand-ins:{self.postgres.programs}:{path}", "HOME": str(self.here), "LANG": "C.UTF-8",
            "HERE": str(self.here), "REAL_NGINX": str(NGINX), "PGHOST": "127.0.0.1", "PGPORT": str(self.postgres.port),
            "PGUSER": str(superuser.username), "PGPASSWORD": unquote(str(superuser.password)), "PGDATABASE": "postgres",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")},
        }  # fmt: skip

    def start(self, command: list[str], account: OsUser | None = None, **more: Any) -> "subprocess.Popen[bytes]":
        account = account or unprivileged()
        switch = {} if account == current_user() else {"user": account.uid, "group": account.gid, "extra_groups": []}
        given: dict[str, Any] = {"cwd": self.here, "env": self.environment, "start_new_session": True, **switch, **more}
        return subprocess.Popen(command, **given)

    async def follow(self, page: str) -> None:
        """Type and save the blocks of the page."""
        shell = self.start(["bash", "-eu", "-o", "pipefail"], stdin=subprocess.PIPE)
        assert shell.stdin
        self.running["shell"] = shell
        for number, block in enumerate(blocks(page)):
            if block.file:
                Path(self.placed(block.file)).write_text(self.placed(block.text))
                continue
            script, done = self.here / f"run/{number}.sh", self.here / f"run/{number}.done"
            script.write_text(self.placed(block.text))
            shell.stdin.write(f". {script} </dev/null >{script}.log 2>&1\n: > {done}\n".encode())
            shell.stdin.flush()
            await wait_until(lambda done=done: done.exists() or shell.poll() is not None, TYPED_WITHIN_S)
            assert done.exists(), f"{block.text}\n{Path(f'{script}.log').read_text()}"
            await self.systemctl()

    async def systemctl(self) -> None:
        """Do what the last block asked systemd for."""
        asked = self.here / "systemctl"
        wanted = asked.read_text().splitlines() if asked.exists() else []
        asked.unlink(missing_ok=True)
        for words in wanted:
            match words.split():
                case ["daemon-reload"]:
                    pass
                case ["restart", "redis-server"]:
                    command = [str(find_redis()), str(self.here / "etc/redis/redis.conf")]
                    self.running["redis"] = self.start(command, current_user())
                    await self.listens("6379")
                case ["enable", "--now", "searchboard"]:
                    self.start_service()
                    await self.listens("8000")
                case ["restart", "nginx"]:
                    self.running["nginx"] = self.start([str(self.here / "stand-ins/nginx")])
                    await self.listens("443")
                case _:
                    raise AssertionError(f"nobody does: systemctl {words}")

    def start_service(self) -> None:
        """Start the service as its unit says: the command, its folder, its settings."""
        unit = dict(line.split("=", 1) for line in Path(self.placed(UNIT)).read_text().splitlines() if "=" in line)
        lines = Path(unit["EnvironmentFile"]).read_text().splitlines()
        settings = {"PATH": SYSTEM_PATH, **dict(line.split("=", 1) for line in lines)}
        with (self.here / "run/board.log").open("wb") as log:
            more: dict[str, Any] = {"cwd": unit["WorkingDirectory"], "env": settings, "stdout": log, "stderr": log}
            self.running["board"] = self.start(shlex.split(unit["ExecStart"]), **more)

    async def listens(self, port: str) -> None:
        def answers() -> bool:
            with socket.socket() as asking:
                return asking.connect_ex(("127.0.0.1", self.ports[port])) == 0

        try:
            await wait_until(answers, 4 * PATIENCE_S)
        except TimeoutError:
            log = self.here / "run/board.log"
            raise AssertionError(f"nothing listens on {port}: {log.read_text() if log.exists() else ''}") from None

    async def end(self) -> None:
        for process in reversed(self.running.values()):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, 30)
            if process.stdin:
                process.stdin.close()


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    if NGINX is None:
        pytest.skip("nginx is not here: on Debian, apt install nginx-light")
    with server_folder() as folder:
        postgres = Postgres(folder / "postgres", fsync=False)
        postgres.start()
        made = Machine(folder / "machine", postgres, {port: free_port() for port in PORTS} | {"5432": postgres.port})
        made.here.mkdir()
        try:
            made.prepare()
            yield made
        finally:
            await made.end()
            postgres.stop()


def test_every_block_is_typed_or_saved() -> None:
    found = list(blocks(PAGE))
    assert sum(each.language == "sh" for each in found) > 8
    assert [each.file for each in found if each.language != "sh"] == [UNIT, SITE]


@pytest.mark.slow
async def test_following_the_how_to_gives_a_board_behind_nginx(machine: Machine) -> None:
    await machine.follow(PAGE)
    trusted = ssl.create_default_context(cafile=machine.placed("/etc/ssl/certs/searchboard.pem"))
    password = (machine.here / "first-password.txt").read_text().strip()
    cookie = await sign_in(machine.ports["443"], trusted, password)
    headers = {"Cookie": cookie}
    more: dict[str, Any] = {"host": "127.0.0.1", "port": machine.ports["443"], "ssl": trusted, "server_hostname": DOMAIN}
    async with connect(f"wss://{DOMAIN}/ws", origin=f"https://{DOMAIN}", additional_headers=headers, **more) as opened:  # type: ignore[arg-type]
        assert (await hear(opened, type="hello"))["account"]["role"] == "admin"
        await opened.send('{"type":"subscribe","board":"operations"}')
        await hear(opened, type="subscribed")
    pid = machine.running["board"].pid
    assert len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()) == 2, "two workers"
    for file in ("/etc/searchboard.env", "/etc/ssl/private/searchboard.key"):
        assert Path(machine.placed(file)).stat().st_mode & 0o007 == 0, f"others can read {file}"


async def sign_in(port: int, trusted: ssl.SSLContext, password: str) -> str:
    """Sign in over https, by the name in the certificate, and return the cookie."""
    public, named = f"https://{DOMAIN}", {"sni_hostname": DOMAIN}
    headers = {"Host": DOMAIN, "Origin": public}
    async with httpx.AsyncClient(
        base_url=f"https://127.0.0.1:{port}", verify=trusted, headers=headers, timeout=PATIENCE_S
    ) as http:
        wrong = await http.post("/login", data={"email": EMAIL, "password": "wrong"}, extensions=named)
        assert wrong.status_code == 401
        signed_in = await http.post("/login", data={"email": EMAIL, "password": password}, extensions=named)
        assert signed_in.status_code == 303, signed_in.text
        (cookie,) = [each for each in signed_in.headers.get_list("set-cookie") if each.startswith("__Host-board_session=")]
        assert "Secure" in cookie
        assert (await http.get("/help", extensions=named)).status_code == 200
        assert (await http.get("/metrics", extensions=named)).status_code != 200  # it comes through a proxy
    return str(cookie.partition(";")[0])
