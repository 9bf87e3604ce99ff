"""Isolation of a child process that decodes input from strangers: by Landlock and seccomp, otherwise by another user.

It can read the interpreter's files and the fonts of the machine, which contain no secrets, and standard input. All protections of
the kernel are used, and a failure ends the child: no child runs with less protection than `protection` returns.
"""

import contextlib
import ctypes
import os
import sys

from board.child_process import landlock, seccomp

NOBODY = 65_534  # the user without rights
_NO_NEW_PRIVS = 38
_SET_USER = 0b1100_0000  # CAP_SETGID and CAP_SETUID
_MAX_OOM_SCORE = "1000"  # without memory, the kernel kills this process before any other
SYSTEM_FILES = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/etc/mime.types",
    "/etc/fonts", "/usr/share/fonts", "/usr/share/fontconfig", "/usr/local/share/fonts", "/var/cache/fontconfig",
)  # fmt: skip
PATHS = ("LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE")  # variables that name further folders of libraries and fonts


class Protection:
    """Protections of this machine.

    `landlock`: its version, or 0. `user`: whether children run as another user, only if Landlock or
    seccomp is missing.
    """

    def __init__(self, landlock: int, seccomp: bool, user: bool) -> None:
        self.landlock, self.seccomp, self.user = landlock, seccomp, user

    @property
    def is_complete(self) -> bool:
        return bool(self.landlock and self.seccomp)


def protection(script: str) -> Protection:
    """Return the protections of a child that runs this script. Read-only."""
    version, is_filtered = landlock.version(), seccomp.is_available()
    can_change = not (version and is_filtered) and _may_change_user() and all(map(_is_public, (script, *own_files())))
    return Protection(version, is_filtered, can_change)


def confine(script: str) -> None:
    """Isolate this process before it runs a script. Raises OSError if an available protection can't be set up."""
    available = protection(script)
    _close_inherited()
    _be_ended_first()
    if available.user:
        _become_nobody()
    if available.landlock or available.seccomp:
        _renounce_privileges()
    if available.landlock:
        landlock.allow_only_reading((script, *own_files(), *SYSTEM_FILES, *_named_paths()))
    if available.seccomp:
        seccomp.allow_only_decoding()


def refuse_files() -> None:
    """Refuse to open any further file, for a script that has finished its imports. No-op without seccomp."""
    if seccomp.is_available():
        seccomp.refuse_files()


def own_files() -> list[str]:
    """Return the folders of this interpreter's modules and shared libraries. A checkout on its path is not included: it may
    contain a database and keys."""
    return [f"{prefix}/{name}" for prefix in (sys.prefix, sys.base_prefix) for name in ("lib", "lib64")]


def _named_paths() -> list[str]:
    return [path for name in PATHS for path in os.environ.get(name, "").split(os.pathsep) if path]


def _close_inherited() -> None:
    """Close all inherited files except standard input, output and error."""
    with contextlib.suppress(OSError):
        for number in map(int, os.listdir("/proc/self/fd")):
            if number > 2:
                with contextlib.suppress(OSError):
                    os.close(number)


def _be_ended_first() -> None:
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(_MAX_OOM_SCORE)


def _may_change_user() -> bool:
    """Return whether this process can become another user: a container may run as root without these capabilities."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            words = next(line.split() for line in status if line.startswith("CapEff:"))
    except OSError:
        return False
    return int(words[1], 16) & _SET_USER == _SET_USER


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _renounce_privileges() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")


def _is_public(path: str) -> bool:
    """Return whether another user can read a path. True if it does not exist."""
    try:
        if not os.stat(path).st_mode & 0o004:
            return False
        path = os.path.realpath(path)
        while (path := os.path.dirname(path)) != "/":
            if not os.stat(path).st_mode & 0o001:
                return False
    except FileNotFoundError:
        return True
    return True
