"""Launcher of a child process: sets its limits, isolates it, then runs a script. Run by its path: it needs nothing of the board
but this folder, and the standard library.

Arguments: memory (bytes of address space), processor time (seconds), the largest file that it may write (bytes; -1: any), and the
path of the script, whose own arguments follow. Exit 97: it could not be isolated, although the kernel can.
"""

import contextlib
import os
import runpy
import sys

NOT_ISOLATED = 97
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Limit the resources of this process, and lower its priority. Windows and macOS do not have all of these limits: one that is
    not there leaves the others as they are."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: memory}
    if file_size >= 0:
        limits[resource.RLIMIT_FSIZE] = file_size
    pairs = {name: (most, most) for name, most in limits.items()}
    pairs[resource.RLIMIT_CPU] = (seconds, seconds + 1)  # SIGXCPU first: SIGKILL means too little memory
    for name, pair in pairs.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, pair)


def isolate(script: str) -> None:
    """Isolate this process. Exits with NOT_ISOLATED if that fails."""
    sys.path.insert(0, ROOT)
    from board.child_process import isolation

    sys.path.remove(ROOT)
    try:
        isolation.confine(script)
    except OSError:
        sys.exit(NOT_ISOLATED)


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.argv = sys.argv[4:]
    isolate(sys.argv[0])
    runpy.run_path(sys.argv[0], run_name="__main__")
