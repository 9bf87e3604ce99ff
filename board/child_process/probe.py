"""Script in the place of a decoder that has been taken over: it tries to read, write and reach what it must not.

Input: JSON with the process id of the parent, the path of a file that the parent can read, and the port of a TCP server of the
parent on this machine; 0: none. Output: JSON with the attempts that succeeded, the names of the variables in its environment, and
the numbers of its open files. A call that the kernel lacks does not succeed.
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

SYSTEM_CALLS = {  # calls that reach other processes or the kernel's wider parts, on both processors; the arguments lead nowhere
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "add_key": (248, 217), "io_uring_setup": (425, 425),
    "unshare": (272, 97), "setns": (308, 268), "memfd_create": (319, 279), "pidfd_open": (434, 434),
    "perf_event_open": (298, 241), "bpf": (321, 280), "userfaultfd": (323, 282), "shmget": (29, 194), "mount": (165, 40),
    "open_by_handle_at": (304, 265), "inotify_init1": (294, 26),
}  # fmt: skip
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def attempts(parent: int, path: str, port: int) -> dict[str, Callable[[], object]]:
    """Return what a hostile child would try, by name. Each raises OSError if it is refused."""
    folder = os.path.dirname(path)
    own: dict[str, Callable[[], object]] = {
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
    return own | {name: functools.partial(_system_call, name, parent) for name in SYSTEM_CALLS}


def tried(parent: int, path: str, port: int) -> list[str]:
    """Try all, and return the names of what succeeded."""
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
    """Clean up after an attempt that has succeeded, which counts even if this is refused."""
    with contextlib.suppress(OSError):
        clean_up(*arguments)


def _system_call(name: str, parent: int) -> None:
    """Call with arguments that the kernel rejects after it has checked the right to call. Raises OSError if that was refused."""
    number = SYSTEM_CALLS[name][os.uname().machine == "aarch64"]
    arguments = {"ptrace": (0x4206, parent, 0, 0), "process_vm_readv": (parent, 0, 0, 0, 0, 0), "pidfd_open": (parent, 0)}
    given = [ctypes.c_long(each) for each in arguments.get(name, (-1, -1, -1, -1, -1, -1))]
    if ctypes.CDLL(None, use_errno=True).syscall(number, *given) < 0 and ctypes.get_errno() in REFUSED:
        raise OSError(ctypes.get_errno(), name)


def _open_files() -> list[int]:
    numbers = []
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            numbers.append(number)
    return numbers


def main() -> None:
    given = json.loads(sys.stdin.buffer.read())
    opened = _open_files()
    reached = tried(given["parent"], given["path"], given["port"])
    report = {"reached": reached, "environment": sorted(os.environ), "opened": opened, "user": os.geteuid()}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
