"""Isolated children of servers in this process, by fork: the imports, which take most of their CPU time, run once per script.

Limits and isolation are those of `limited.py`, set after the imports instead of before. Children without a server, and those of
other scripts, start as the program starts them.
"""

import asyncio
import atexit
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from board.child_process import limited, parent
from tests.support import decoder_fork_server


class ForkedChild:
    """Child of a fork server, with the interface of `asyncio.subprocess.Process` that the parent uses."""

    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader

    def __init__(self) -> None:
        self.returncode: int | None = None
        self._transports: list[Any] = []

    async def start(self, script: str, request: dict[str, Any]) -> None:
        (given, write_end), (read_end, output), (status_end, status) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(_server_of(script), [json.dumps(request).encode()], [given, output, status])
        for file in (given, output, status):
            os.close(file)
        self.stdout, self._status = await self._read_from(read_end), await self._read_from(status_end)
        self.stdin = await self._write_to(write_end)
        self.pid = int(await self._status.readline())

    async def _read_from(self, file: int) -> asyncio.StreamReader:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(file, "rb", 0))
        self._transports.append(transport)
        return reader

    async def _write_to(self, file: int) -> asyncio.StreamWriter:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(file, "wb", 0))
        self._transports.append(transport)
        return asyncio.StreamWriter(transport, protocol, None, loop)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        if self.returncode is None:
            self.returncode = int(await self._status.readline())
            for transport in self._transports:
                transport.close()
        return self.returncode


@functools.cache
def _server_of(script: str) -> socket.socket:
    """Return the socket of the fork server of a script, started at its first request."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        words = [sys.executable, "-I", decoder_fork_server.__file__, str(theirs.fileno())]
        server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env={})
    ours.send(script.encode())
    atexit.register(_end, ours, server)
    return ours


def _end(ours: socket.socket, server: "subprocess.Popen[bytes]") -> None:
    ours.close()
    server.wait()


async def _start(words: list[str], variables: dict[str, str]) -> Any:
    launcher, limits, script, arguments = words[:3], words[3:6], words[6:7], words[7:]
    is_own = launcher == [sys.executable, "-I", limited.__file__] and Path(*script).name in decoder_fork_server.IMPORTS
    if not is_own:
        return await _start_process(words, variables)
    child = ForkedChild()
    request = {"limits": [int(limit) for limit in limits], "arguments": arguments, "variables": variables}
    await child.start(script[0], request)
    return child


_start_process = parent._start


@contextlib.contextmanager
def decoders_by_fork() -> Iterator[None]:
    """Start children for the program's own scripts by fork. Has no effect within another such block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parent, "_start", _start)
        yield
