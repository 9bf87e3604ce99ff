"""Irrevocable confinement of this process by Landlock: it can only read named files, and can't write or connect.

Uses the standard library only; no Python package does this. The calls and their numbers are in the kernel's
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
_RIGHTS_ON_FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # rights that each version can refuse; later versions as 5
_NETWORK, _NETWORK_SINCE = 0b11, 4  # bind and connect by TCP
_SCOPES, _SCOPES_SINCE = 0b11, 6  # abstract UNIX sockets of, and signals to, other processes


def version() -> int:
    """Return the version of Landlock in this kernel; 0 if it has none, or this process may not use it."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION)))


def allow_only_reading(paths: Iterable[str]) -> None:
    """Restrict this process to reading these paths and everything below them. Landlock refuses all its other operations.

    Skips missing paths. Requires `no_new_privs`. Raises OSError if the kernel refuses.
    """
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
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rule = struct.pack("=Qi", _READ_FILE | (_READ_FOLDER if is_folder else 0), descriptor)
        _checked(_library().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    return result


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
