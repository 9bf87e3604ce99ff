"""Check of the isolation of decoders: a test child tries forbidden reads, writes and connections."""

import asyncio
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

from board.child_process import isolation, limited, parent, probe
from board.config.settings import Settings
from board.errors import Refused
from board.files import picture_process, pictures
from board.maintenance.checks.finding import State

LIMITS = parent.Limits(seconds=20, memory=512 * 1024 * 1024, output=65_536, file_size=0)
# a GIF of one pixel
DOT = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


def check(settings: Settings) -> tuple[State, str]:
    try:
        return asyncio.run(_check())
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded, Refused, OSError, ValueError):
        return State.WRONG, "A test child that decodes nothing failed: pictures and PDFs may not be made."


async def _check() -> tuple[State, str]:
    outcome = await parent.run(picture_process.__file__, DOT, pictures.LIMITS)
    if outcome.status in (limited.NOT_ISOLATED, picture_process.MISSING):
        return State.WRONG, "Pictures can't be made: a library is missing, or the kernel refused to isolate the decoder."
    protection, reachable = isolation.protection(probe.__file__), await probe_child()
    if protection.is_complete:
        if reachable:
            return State.WRONG, f"{_describe(protection)} A test child could still: {', '.join(reachable)}."
        return State.OK, f"{_describe(protection)} A test child could read, write and reach nothing."
    return State.WARNING, f"{_describe(protection)} A test child could: {', '.join(reachable) or 'nothing'}."


def _describe(protection: isolation.Protection) -> str:
    """Return which protections are in force, and which are missing."""
    kernel = {"Landlock": protection.landlock, "seccomp": protection.seccomp}
    in_force = [f"Landlock (version {protection.landlock})"] if protection.landlock else []
    in_force += ["seccomp"] if protection.seccomp else []
    in_force += [f"a separate user ({isolation.NOBODY})"] if protection.user else []
    missing_names = " and ".join(name for name, is_there in kernel.items() if not is_there)
    text = f"Decoders are isolated by {', '.join(in_force)}." if in_force else "Decoders are not isolated: they have limits only."
    return f"{text} This system does not offer {missing_names}." if missing_names else text


async def probe_child() -> list[str]:
    """Run a test child; return the resources that it could reach."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        (path := Path(folder, "file")).write_bytes(b"secret")
        request = {"parent": os.getpid(), "path": str(path), "port": server.getsockname()[1]}
        result = await parent.run(probe.__file__, json.dumps(request).encode(), LIMITS)
    report: dict[str, Any] = json.loads(result.output)
    return [str(name) for name in report["reached"]]
