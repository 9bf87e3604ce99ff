"""One of several serving processes: `python -m board.server.worker LISTENING LINE`, started by the supervisor (supervisor.py).

Both are sockets that it inherits: the one that all workers accept from, and a line to the supervisor, on which it says that
it takes connections and then, every second, that its loop goes round. The line's end is the supervisor's end.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path

from board.install import environments
from board.server.listening_socket import ListeningSocket
from board.server.serve import serve
from board.settings import Settings
from board.telemetry import logs
from board.telemetry.metrics import FOLDER
from models.db.database import ConfigurationError, DatabaseUnavailable

READY, BEAT = b"R", b"."


def main(listening: int, line: int) -> None:
    environments.hold(Path(sys.prefix))
    supervisor = socket.socket(fileno=line)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is the supervisor who is told to start us anew
    threading.Thread(target=_exit_with_supervisor, args=(supervisor,), name="supervisor", daemon=True).start()

    def say(word: bytes) -> None:
        with contextlib.suppress(OSError):  # it is not listening now, or it is gone
            supervisor.send(word, socket.MSG_DONTWAIT)

    try:
        asyncio.run(
            serve(
                Settings(_env_file=None),
                ready=lambda _url: say(READY),
                listening=ListeningSocket(fileno=listening),
                beat=lambda: say(BEAT),
            )
        )
    except ConfigurationError as error:
        sys.exit(str(error))
    except DatabaseUnavailable:
        sys.exit("The database can't be read right now.")
    finally:
        logs.flush()


def _exit_with_supervisor(supervisor: socket.socket) -> None:
    """Ends this process in order when the supervisor has ended, however it did."""
    with contextlib.suppress(OSError):
        while supervisor.recv(64):
            pass
    if FOLDER in os.environ:  # where it was killed, nobody else tidies up
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
