"""Irrevocable filter of the system calls of this process, by seccomp. Uses the standard library only.

pyseccomp is no replacement: it needs libseccomp, which an installation may lack, and has had no release since 2021.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable, Iterator

from board.child_process import system_calls
from board.child_process.system_calls import Condition

_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_LOAD, _AND, _RETURN, _JUMP_IF_EQUAL = 0x20, 0x54, 0x06, 0x15  # instructions of a BPF program
_CALL, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in the data that the program reads
_SET_MODE_FILTER, _GET_ACTION_AVAIL, _TSYNC = 1, 2, 1  # operations and a flag of the call `seccomp`

_Instruction = tuple[int, int, int, int]
_Rule = tuple[str, tuple[Condition, ...]]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def is_available() -> bool:
    """Return whether this kernel can filter system calls, and this processor is supported."""
    if sys.platform != "linux" or system_calls.processor() is None:
        return False
    return _call(_GET_ACTION_AVAIL, 0, ctypes.byref(ctypes.c_uint32(_ERRNO))) == 0


def allow_only_decoding() -> None:
    """Refuse all calls of this process except those that decoders need. Raises OSError if the kernel refuses."""
    bounds = system_calls.conditions()
    # all other calls are reported as missing, so that libraries fall back to an older one, as for clone3
    _install([(name, bounds.get(name, ())) for name in system_calls.ALLOWED], _ALLOW, _ERRNO | errno.ENOSYS)


def refuse_files() -> None:
    """Refuse to open or find any further file. Raises OSError if the kernel refuses."""
    _install([(name, ()) for name in system_calls.FILES], _ERRNO | errno.EACCES, _ALLOW)


def _install(rules: Iterable[_Rule], match_action: int, default_action: int) -> None:
    instructions = list(_program(rules, match_action, default_action))
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions))
    program = _Program(len(instructions), ctypes.addressof(packed))
    if _call(_SET_MODE_FILTER, _TSYNC, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "seccomp refused the filter")


def _program(rules: Iterable[_Rule], match_action: int, default_action: int) -> Iterator[_Instruction]:
    """Yield the program: kill the process if it calls with another processor's ABI, then compare the call with each rule."""
    audit = system_calls.AUDIT[os.uname().machine]
    yield from ((_LOAD, 0, 0, _MACHINE), (_JUMP_IF_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _CALL))
    for name, bounds in rules:
        if (number := system_calls.number(name)) >= 0:
            block = [instruction for bound in bounds for instruction in _check(*bound)] + [(_RETURN, 0, 0, match_action)]
            yield (_JUMP_IF_EQUAL, 0, len(block), number)
            yield from block
    yield (_RETURN, 0, 0, default_action)


def _check(word: int, mask: int, values: tuple[int, ...]) -> Iterator[_Instruction]:
    yield (_LOAD, 0, 0, _ARGUMENTS + 4 * word)
    yield (_AND, 0, 0, mask)
    for remaining, value in zip(range(len(values), 0, -1), values, strict=True):
        yield (_JUMP_IF_EQUAL, remaining, 0, value)
    yield (_RETURN, 0, 0, _ERRNO | errno.EPERM)


def _call(operation: int, flags: int, data: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return int(library.syscall(system_calls.number("seccomp"), operation, flags, data))
