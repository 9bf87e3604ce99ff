"""Attacker with access to the folder of files: replaces stored files by other files and by links, and adds junk."""

import asyncio
import os
import secrets
from pathlib import Path

from tests.tools.attack.attacker import Attacker, Attempt

CANARY = "root:"  # first bytes of /etc/passwd, to which a planted link points
MAX_JUNK = 500


class FileWriter(Attacker):
    """Attacks only files that it attached itself as an investigator, so that honest files can still be compared."""

    role = "investigator"

    def attempts(self) -> dict[Attempt, int]:
        return {self.swap_file: 1, self.add_junk: 1} if self.target.files else {}

    async def swap_file(self, number: int) -> None:
        """Attach a file, swap its bytes for a link to a file of the machine, and fetch it."""
        board = self.board(number)
        answer = await self.upload("swapped files", board, "note.txt", b"hello " + secrets.token_hex(8).encode())
        if not answer.is_success:
            await asyncio.sleep(1)
            return
        before = set(self._stored())
        answer = await self.command("swapped files", board, "file.attach", {"upload": answer.json()["upload"]})
        if not answer.is_success:
            return
        events = await self.call(
            "swapped files", "GET", f"/api/v1/boards/{board}/events", params={"after": answer.json()["seqs"][0] - 1, "limit": 1}
        )
        if not events.is_success:
            return
        file = events.json()["events"][0]["id"]
        for path in [path for path in self._stored() if file in str(path)] or list(set(self._stored()) - before):
            path.unlink(missing_ok=True)
            os.symlink("/etc/passwd", path)
        for size in ("original", "content"):
            answer = await self.call("swapped files", "GET", f"/api/v1/boards/{board}/files/{file}/{size}")
            if CANARY in answer.text:
                self.tally.report("swapped files: a link out of the folder was followed")
        await asyncio.sleep(1)

    def _stored(self) -> list[Path]:
        return [path for path in Path(self.target.files or "").rglob("*") if path.is_file() and not path.is_symlink()]

    async def add_junk(self, number: int) -> None:
        path = Path(self.target.files or "") / f"junk-{number % MAX_JUNK}"
        await asyncio.to_thread(path.write_bytes, secrets.token_bytes(1_000))
        self.tally.count("junk files", "written")
