"""The programs of the how-to *Write a client*, run as they stand there."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from board import client
from tests.support.people import PATIENCE_S, Person, Server, create_token
from tests.support.readme_blocks import code_blocks, document

INTAKE, FOLLOW, COMMAND = code_blocks("## Add a sighting", "python", document("how-to/write-client"))


def environment(server: Server, token: str, **more: str) -> dict[str, str]:
    return os.environ | {"BOARD_URL": server.url, "BOARD_TOKEN": token, **more}


def write(folder: Path, program: str) -> Path:
    """Write a program into a folder, with a copy of the client beside it."""
    shutil.copy(client.__file__, folder / "client.py")
    file = folder / "program.py"
    file.write_text(program)
    return file


async def run(folder: Path, program: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    file = write(folder, program)

    def call() -> subprocess.CompletedProcess[str]:
        words = [sys.executable, str(file)]
        return subprocess.run(words, env=settings, capture_output=True, text=True, timeout=4 * PATIENCE_S, check=False)

    return await asyncio.to_thread(call)


async def test_a_sighting_is_taken_in_once_however_often_it_is_sent(alice: Person, server: Server, tmp_path: Path) -> None:
    await alice.open_search(reference="2026-4711")
    token = await create_token(server.service, "Hotline", "investigator", "intake")
    said = [await run(tmp_path, INTAKE, environment(server, token, REFERENCE="2026-4711")) for _ in range(2)]
    assert [each.returncode for each in said] == [0, 0], said
    assert said[0].stdout == said[1].stdout
    assert re.fullmatch(r"201 \d+\n", said[0].stdout)


async def test_a_token_that_only_reads_takes_nothing_in(alice: Person, server: Server, tmp_path: Path) -> None:
    await alice.open_search(reference="2026-4712")
    token = await create_token(server.service, "Reader", "investigator", "read")
    done = await run(tmp_path, INTAKE, environment(server, token, REFERENCE="2026-4712"))
    assert done.returncode != 0
    assert "403" in done.stderr


async def test_a_client_follows_a_board_through_a_cut(alice: Person, server: Server, tmp_path: Path) -> None:
    search = await alice.open_search()
    token = await create_token(server.service, "Reader", "viewer", "read")
    file = write(tmp_path, FOLLOW)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(file), env=environment(server, token, BOARD=search), stdout=subprocess.PIPE
    )
    assert process.stdout

    async def line() -> str:
        assert process.stdout
        return (await asyncio.wait_for(process.stdout.readline(), 4 * PATIENCE_S)).decode()

    try:
        assert (await line()).startswith("live ")
        await alice.command(search, "task.add", {"title": "Before the cut"})
        assert (await line()).startswith("task.added ")
        reader = next(each for each in server.service.hub.connections if each.account["name"] == "Reader")
        reader.close(1012)
        await alice.command(search, "task.add", {"title": "During the cut"})
        said = [await line(), await line()]
        assert sorted(each.split()[0] for each in said) == ["live", "task.added"], "once, and from its position"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_commands_of_a_program_are_accepted_once_or_refused(alice: Person, server: Server, tmp_path: Path) -> None:
    search = await alice.open_search()
    seq = (await alice.subscribe(search)).seq
    token = await create_token(server.service, "Importer", "investigator")
    for _ in range(2):  # the ids are the same
        done = await run(tmp_path, COMMAND, environment(server, token, BOARD=search))
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(rf"accepted \[{seq + 1}\]\nrefused invalid {{'description': .*}}\n", done.stdout)


async def test_a_program_ends_when_its_token_is_wrong(alice: Person, server: Server, tmp_path: Path) -> None:
    done = await run(tmp_path, FOLLOW, environment(server, "none", BOARD=await alice.open_search()))
    assert (done.returncode, done.stdout) == (0, "The server ended access, with code 401.\n")


@pytest.mark.parametrize("program", [INTAKE, FOLLOW, COMMAND])
def test_a_program_of_the_how_to_imports_only_what_it_says(program: str) -> None:
    imported = {line.split()[1].split(".")[0] for line in program.splitlines() if line.startswith(("import ", "from "))}
    assert imported - {"client"} <= set(sys.stdlib_module_names)
