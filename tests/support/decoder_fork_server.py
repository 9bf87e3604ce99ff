"""Fork server for one script of the program: forks an isolated child for each request. Run by its path, with `-I`.

Argument: the file descriptor of a socket. The first message on it names the script. Each further message is one request: the
child's limits, arguments and variables, with the descriptors of its input, its output, and the pipe on which the server writes
the child's process id and then its exit status.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from board.child_process import limited

MAX_REQUEST = 65_536  # bytes
IMPORTS = {  # by script: the modules that it imports itself
    "calendar_process.py": ("icalendar", "recurring_ical_events"),
    "font_process.py": ("fontTools.ttLib.woff2", "brotli"),
    "pdf_process.py": ("weasyprint.urls", "fontTools.subset"),
    "picture_process.py": (
        "_strptime", "zoneinfo", "PIL.AvifImagePlugin", "PIL.ImageCms", "PIL.ImageFilter", "PIL.MpoImagePlugin",
        "PIL.TiffImagePlugin", "PIL.WebPImagePlugin", "pillow_heif",
    ),
    "recognition_process.py": ("puremagic",),
    "track_process.py": ("defusedxml.expatreader",),
}  # fmt: skip


class ForkServer:
    """Server of one script: children by process id, each with the pipe for its status."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._script = requests.recv(MAX_REQUEST).decode()
        self._statuses: dict[int, int] = {}

    def serve(self) -> None:
        """Fork a child for each request, until the other end of the socket is closed."""
        functions = runpy.run_path(self._script)
        functions.get("search_no_libraries", lambda: None)()  # like the script before its imports
        for name in IMPORTS[Path(self._script).name]:
            importlib.import_module(name)
        gc.freeze()
        signal.signal(signal.SIGCHLD, lambda *_: self._report_ended())
        while request := self._receive():
            self._fork(*request)

    def _receive(self) -> tuple[dict[str, Any], list[int]] | None:
        message, files, _, _ = socket.recv_fds(self._requests, MAX_REQUEST, 3)
        return (json.loads(message), files) if message else None

    def _fork(self, request: dict[str, Any], files: list[int]) -> None:
        given, output, status = files
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        if (child := os.fork()) == 0:
            self._run(request, given, output)
        self._statuses[child] = status
        os.write(status, f"{child}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.close(given)
        os.close(output)

    def _run(self, request: dict[str, Any], given: int, output: int) -> None:
        """Become the child, as `limited.py` does, and run the script. Never returns."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.dup2(given, 0)
        os.dup2(output, 1)
        os.environ.clear()
        os.environ.update(request["variables"])
        status = 1
        try:
            limited.limit(*request["limits"])
            sys.argv = [self._script, *request["arguments"]]
            limited.isolate(self._script)
            runpy.run_path(self._script, run_name="__main__")
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            sys.stdout.flush()
            os._exit(status)

    def _report_ended(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                status = self._statuses.pop(ended[0])
                with contextlib.suppress(BrokenPipeError):
                    os.write(status, f"{os.waitstatus_to_exitcode(ended[1])}\n".encode())
                os.close(status)


if __name__ == "__main__":
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).serve()
