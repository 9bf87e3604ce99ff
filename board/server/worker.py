"""Worker: one of several serving processes, started by supervisor.py as `python -m board.server.worker LISTENING PIPE REGISTER`.

The arguments are inherited descriptors: LISTENING is the socket that all workers share. PIPE leads to the supervisor; it carries
the ready message and then a heartbeat every second while the event loop is alive, and its end means that the supervisor has
ended. REGISTER is the file with the inputs of this worker, which the supervisor reads if it must kill it.
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

from board.config.settings import Settings
from board.install import environments
from board.server.listening_socket import ListeningSocket
from board.server.serve import serve
from board.telemetry import logs, processing
from board.telemetry.metrics import FOLDER
from models.db.database import ConfigurationError, DatabaseUnavailable

READY, BEAT = b"R", b"."
TRACEBACK_AFTER_S = 8.0  # without a heartbeat; shorter than the time after which the supervisor kills this worker


def main(listening: int, pipe: int, register: int) -> None:
    environments.hold(Path(sys.prefix))
    supervisor, inputs = socket.socket(fileno=pipe), processing.use(register)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # restarts are the supervisor's job
    threading.Thread(target=_exit_with_supervisor, args=(supervisor,), name="supervisor", daemon=True).start()

    def send(message: bytes) -> None:
        with contextlib.suppress(OSError):  # the supervisor is busy, or has ended
            supervisor.send(message, socket.MSG_DONTWAIT)

    def beat() -> None:
        inputs.write_tracebacks_after(TRACEBACK_AFTER_S)
        send(BEAT)

    try:
        asyncio.run(
            serve(
                Settings(_env_file=None),
                ready=lambda _url: send(READY),
                listening=ListeningSocket(fileno=listening),
                beat=beat,
            )
        )
    except ConfigurationError as error:
        sys.exit(str(error))
    except DatabaseUnavailable:
        sys.exit("The database can't be read right now.")
    finally:
        logs.flush()


def _exit_with_supervisor(supervisor: socket.socket) -> None:
    """Shut down in order when the supervisor has ended, also if it was killed."""
    with contextlib.suppress(OSError):
        while supervisor.recv(64):
            pass
    if FOLDER in os.environ:  # a killed supervisor has not removed it
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
