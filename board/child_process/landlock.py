"""Confinement of this process by Landlock: it reads named files, and writes and reaches nothing. It can't be removed again.

Needs the standard library only; no package for Python does this. The calls and their numbers are in the kernel's
`Documentation/userspace-api/landlock.rst`.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every processor
_GET_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_RIGHTS_ON_FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many a version can refuse; a later one: those of version 5
_NETWORK, _NETWORK_SINCE = 0b11, 4  # bind and connect by TCP
_SCOPES, _SCOPES_SINCE = 0b11, 6  # abstract UNIX sockets and signals of others


def version() -> int:
    """Return the version of Landlock in this kernel; 0: it has none, or does not let this process use it."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION)))


def allow_only_reading(paths: Iterable[str]) -> None:
    """Refuse this process all files except reading these and what is below them, and all else that Landlock refuses. A path that
    does not exist is passed over. Needs `no_new_privs`. Raises OSError if the kernel refuses."""
    number = version()
    rights = (1 << _RIGHTS_ON_FILES.get(number, 16)) - 1
    network = _NETWORK if number >= _NETWORK_SINCE else 0
    scopes = _SCOPES if number >= _SCOPES_SINCE else 0
    rules = struct.pack("=QQQ", rights, network, scopes)
    ruleset = _checked(_library().syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0))
    try:
        for path in paths:
            _allow_reading(ruleset, path)
        _checked(_library().syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: str) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
        rule = struct.pack("=Qi", _READ_FILE | (_READ_FOLDER if is_folder else 0), opened)
        _checked(_library().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    return result


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
