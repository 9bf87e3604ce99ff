"""Script that acts as a hijacked decoder: it tries forbidden reads, writes and connections.

Input: JSON with the process id of the parent, the path of a file that the parent can read, and the port of a TCP server of the
parent on this machine (0: none). Output: JSON with the successful attempts, the names of its environment variables, and the
numbers of its open files. A call that the kernel lacks does not succeed.
"""

import contextlib
import ctypes
import errno
import functools
import json
import os
import socket
import sys
from collections.abc import Callable

SYSTEM_CALLS = {  # numbers, by processor, of calls that reach other processes or rarely used parts of the kernel
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "add_key": (248, 217), "io_uring_setup": (425, 425),
    "unshare": (272, 97), "setns": (308, 268), "memfd_create": (319, 279), "pidfd_open": (434, 434),
    "perf_event_open": (298, 241), "bpf": (321, 280), "userfaultfd": (323, 282), "shmget": (29, 194), "mount": (165, 40),
    "open_by_handle_at": (304, 265), "inotify_init1": (294, 26),
}  # fmt: skip
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def attempts(parent: int, path: str, port: int) -> dict[str, Callable[[], object]]:
    """Return the attempts of a hostile child, by name. Each raises OSError if it is refused."""
    folder = os.path.dirname(path)
    actions: dict[str, Callable[[], object]] = {
        "read a file": lambda: _read(path),
        "read /etc/passwd": lambda: _read("/etc/passwd"),
        "read the parent's environment": lambda: _read(f"/proc/{parent}/environ"),
        "read the parent's memory": lambda: _read(f"/proc/{parent}/maps"),
        "read its own environment": lambda: _read("/proc/self/environ"),
        "list the parent's open files": lambda: os.listdir(f"/proc/{parent}/fd"),
        "list a folder": lambda: os.listdir(folder),
        "write a file": lambda: _write(os.path.join(folder, f"written-{os.getpid()}")),
        "write to /dev/shm": lambda: _write(f"/dev/shm/searchboard-{os.getpid()}"),  # noqa: S108 - a place that must refuse
        "change a file": lambda: os.truncate(path, 0),
        "change rights": lambda: os.chmod(path, 0o600),
        "make a link": lambda: _link(path, os.path.join(folder, f"link-{os.getpid()}")),
        "fork": _fork,
        "execute a program": _start,
        "signal the parent": lambda: os.kill(parent, 0),
        "connect by TCP": lambda: socket.create_connection(("127.0.0.1", port), 5).close(),
        "send by UDP": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "open a UNIX socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "bind an abstract socket": lambda: socket.socket(socket.AF_UNIX).bind(f"\0searchboard-{os.getpid()}"),
        "open a socket pair": socket.socketpair,
        "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close(),
    }
    return actions | {name: functools.partial(_system_call, name, parent) for name in SYSTEM_CALLS}


def tried(parent: int, path: str, port: int) -> list[str]:
    """Run all attempts; return the names of the successful ones."""
    reached = []
    for name, attempt in attempts(parent, path, port).items():
        with contextlib.suppress(OSError):
            attempt()
            reached.append(name)
    return reached


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(1)


def _write(path: str) -> None:
    with open(path, "wb") as file:
        file.write(b"x")
    _forget(os.unlink, path)


def _link(path: str, link: str) -> None:
    os.symlink(path, link)
    _forget(os.unlink, link)


def _fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    _forget(os.waitpid, child, 0)


def _start() -> None:
    _forget(os.waitpid, os.posix_spawn("/bin/true", ["true"], {}), 0)


def _forget(clean_up: Callable[..., object], *arguments: object) -> None:
    """Clean up after a successful attempt, and ignore a refusal."""
    with contextlib.suppress(OSError):
        clean_up(*arguments)


def _system_call(name: str, parent: int) -> None:
    """Call with arguments that the kernel rejects only after checking the right to call. Raises OSError if it lacks the right."""
    number = SYSTEM_CALLS[name][os.uname().machine == "aarch64"]
    arguments = {"ptrace": (0x4206, parent, 0, 0), "process_vm_readv": (parent, 0, 0, 0, 0, 0), "pidfd_open": (parent, 0)}
    words = [ctypes.c_long(value) for value in arguments.get(name, (-1, -1, -1, -1, -1, -1))]
    if ctypes.CDLL(None, use_errno=True).syscall(number, *words) < 0 and ctypes.get_errno() in REFUSED:
        raise OSError(ctypes.get_errno(), name)


def _open_files() -> list[int]:
    numbers = []
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            numbers.append(number)
    return numbers


def main() -> None:
    task = json.loads(sys.stdin.buffer.read())
    open_files = _open_files()
    successes = tried(task["parent"], task["path"], task["port"])
    report = {"reached": successes, "environment": sorted(os.environ), "opened": open_files, "user": os.geteuid()}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
