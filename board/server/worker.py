"""Worker: one of several serving processes, started by supervisor.py as `python -m board.server.worker LISTENING PIPE`.

Both arguments are inherited sockets: the listening one that all workers share, and a pipe to the supervisor, for the ready
message and then a heartbeat every second while the event loop is alive. The end of the pipe means that the supervisor has ended.
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


def main(listening: int, pipe: int) -> None:
    environments.hold(Path(sys.prefix))
    supervisor = socket.socket(fileno=pipe)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # restarts are the supervisor's job
    threading.Thread(target=_exit_with_supervisor, args=(supervisor,), name="supervisor", daemon=True).start()

    def send(message: bytes) -> None:
        with contextlib.suppress(OSError):  # the supervisor is not reading now, or it is gone
            supervisor.send(message, socket.MSG_DONTWAIT)

    try:
        asyncio.run(
            serve(
                Settings(_env_file=None),
                ready=lambda _url: send(READY),
                listening=ListeningSocket(fileno=listening),
                beat=lambda: send(BEAT),
            )
        )
    except ConfigurationError as error:
        sys.exit(str(error))
    except DatabaseUnavailable:
        sys.exit("The database can't be read right now.")
    finally:
        logs.flush()


def _exit_with_supervisor(supervisor: socket.socket) -> None:
    """Shut down in order when the supervisor has ended, in whatever way."""
    with contextlib.suppress(OSError):
        while supervisor.recv(64):
            pass
    if FOLDER in os.environ:  # a killed supervisor has not removed it
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
