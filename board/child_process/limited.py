"""Launcher of a child process: sets its limits, isolates it, then runs a script. Run by its path: it needs only this folder and
the standard library.

Arguments: memory (bytes of address space), CPU time (seconds), the largest file that it may write (bytes; -1: any), the path of
the script, and its arguments. Exit 97: isolation failed, although the kernel supports it.
"""

import contextlib
import os
import runpy
import sys

NOT_ISOLATED = 97
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Limit the resources of this process, and lower its priority. Skips limits that Windows or macOS lack."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: memory}
    if file_size >= 0:
        limits[resource.RLIMIT_FSIZE] = file_size
    pairs = {name: (bound, bound) for name, bound in limits.items()}
    pairs[resource.RLIMIT_CPU] = (seconds, seconds + 1)  # SIGXCPU before SIGKILL, which means too little memory
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
