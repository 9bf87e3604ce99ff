"""Launcher of a child process: sets its limits, then runs a script. Run by its path, isolated: it needs nothing of the board.

Arguments: memory (bytes of address space), processor time (seconds), the largest file that it may write (bytes; -1: any), and the
path of the script, whose own arguments follow.
"""

import contextlib
import os
import runpy
import sys


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Limit the resources of this process, and lower its priority. Windows and macOS do not have all of these limits: one that is
    not there leaves the others as they are."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: memory}
    if file_size >= 0:
        limits[resource.RLIMIT_FSIZE] = file_size
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (most, most))


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.argv = sys.argv[4:]
    runpy.run_path(sys.argv[0], run_name="__main__")
