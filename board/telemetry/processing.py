"""Register of the inputs that a process works on, readable by its supervisor after it was killed.

A regular expression that never releases the interpreter stops every thread of its process, so no code in it can name the input.
The register is therefore memory shared with the supervisor: one slot for each thread that works on an input, followed by the
tracebacks that `faulthandler` writes without the interpreter. An entry contains a kind and ids, never content.
"""

import contextlib
import faulthandler
import mmap
import os
import tempfile
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from functools import partial
from itertools import count
from types import coroutine
from typing import Any, NamedTuple, TypeVar

import structlog

from board.telemetry import metrics

T = TypeVar("T")

log = structlog.get_logger()

SLOTS, SLOT_BYTES = 32, 128  # one slot per thread
SLOTS_BYTES = SLOTS * SLOT_BYTES
TRACEBACKS_BYTES = 64 * 1024  # maximum that is read of faulthandler's output
MAX_FRAMES = 12
_THREAD_BYTES, _LENGTH_AT, _TEXT_AT = 8, 8, 9  # a slot: the thread's id, the length of the text, the text
MAX_TRIES = 2  # processes that an input may kill


class Input(NamedTuple):
    """Input that a thread worked on, and the thread's traceback."""

    name: str
    traceback: list[str]


class Register:
    """Register of one process, in a file that it shares with its supervisor."""

    def __init__(self, fd: int) -> None:
        self._fd, self._memory, self._numbers = fd, mmap.mmap(fd, SLOTS_BYTES), count()

    def slot(self) -> "Slot | None":
        """Return the next free slot; None if all are taken."""
        number = next(self._numbers)
        return Slot(self._memory, number * SLOT_BYTES) if number < SLOTS else None

    def write_tracebacks_after(self, seconds: float) -> None:
        """Write the tracebacks of all threads into the file, unless this is called again within `seconds`."""
        faulthandler.cancel_dump_traceback_later()
        os.ftruncate(self._fd, SLOTS_BYTES)
        os.lseek(self._fd, 0, os.SEEK_END)
        faulthandler.dump_traceback_later(seconds, file=self._fd)


class Slot:
    """Slot of a thread in the register."""

    def __init__(self, memory: mmap.mmap, at: int) -> None:
        self._memory, self._at = memory, at
        self.text = b""
        memory[at : at + _THREAD_BYTES] = threading.get_ident().to_bytes(_THREAD_BYTES, "big")

    def set(self, text: bytes) -> None:
        at, self.text = self._at, text
        self._memory[at + _LENGTH_AT : at + _TEXT_AT + len(text)] = bytes((len(text),)) + text


class _Slots(threading.local):
    slot: Slot | None = None
    register: Register | None = None  # register that contains the slot


class _Process:
    register: Register | None = None


_slots, _process = _Slots(), _Process()


def new_file() -> int:
    """Return the descriptor of an empty register for a new process. Raises OSError."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("processing")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.write(fd, bytes(SLOTS_BYTES))  # written, because a hole in a file on a full disk would kill the process
    return fd


def use(fd: int) -> Register:
    """Register the inputs of this process in a file."""
    _process.register = Register(fd)
    return _process.register


class working_on:  # a context manager, named like a function
    """Register an input while this thread works on it. `ids`: ids and words of the program, never typed text."""

    def __init__(self, kind: str, *ids: str) -> None:
        self._text = " ".join((kind, *ids)).encode("ascii", "replace")[: SLOT_BYTES - _TEXT_AT]
        self._slot: Slot | None = None
        self._before = b""

    def __enter__(self) -> None:
        self._slot = slot = _slot()
        if slot is not None:
            self._before = slot.text
            slot.set(self._text)

    def __exit__(self, *_: object) -> None:
        if self._slot is not None:
            self._slot.set(self._before)


def _slot() -> Slot | None:
    register = _process.register
    if _slots.register is not register:
        _slots.slot, _slots.register = register.slot() if register is not None else None, register
    return _slots.slot


async def register_steps(work: Coroutine[Any, Any, T], kind: str, *ids: str) -> T:
    """Await `work`, and register an input during each of its steps. While it waits, the thread works on other inputs."""
    return await _steps(work, working_on(kind, *ids))


@coroutine
def _steps(work: Coroutine[Any, Any, T], registered: working_on) -> Generator[Any, Any, T]:
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        try:
            with registered:
                waits_for = step()
        except StopIteration as ended:
            result: T = ended.value
            return result
        try:
            step = partial(work.send, (yield waits_for))
        except GeneratorExit:
            work.close()
            raise
        except BaseException as error:
            step = partial(work.throw, error)


def read(fd: int) -> list[Input]:
    """Return the inputs of a killed process; if it had none, one without a name, with the traceback."""
    content = os.pread(fd, SLOTS_BYTES + TRACEBACKS_BYTES, 0)
    tracebacks = dict(_tracebacks(content[SLOTS_BYTES:].decode("utf-8", "replace")))
    inputs = []
    for at in range(0, SLOTS_BYTES, SLOT_BYTES):
        if length := content[at + _LENGTH_AT]:
            thread = int.from_bytes(content[at : at + _THREAD_BYTES], "big")
            name = content[at + _TEXT_AT : at + _TEXT_AT + length].decode("ascii", "replace")
            inputs.append(Input(name, tracebacks.get(thread, [])))
    main = list(tracebacks.values())[-1:]  # the main thread is written last
    return inputs or [Input("", traceback) for traceback in main]


def _tracebacks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield thread ids with their last frames, the innermost last, from the output of faulthandler."""
    for part in text.split("Thread 0x")[1:]:
        head, *lines = part.splitlines()
        number, _, _ = head.partition(" ")
        frames = [_frame(line) for line in lines if line.startswith("  File ")]
        with contextlib.suppress(ValueError):
            yield int(number, 16), frames[:MAX_FRAMES][::-1]


def _frame(line: str) -> str:
    """Return a frame in the format of the log: file:line name."""
    file, _, location = line.removeprefix('  File "').partition('", line ')
    number, _, name = location.partition(" in ")
    return f"{file}:{number} {name}"


def set_aside(kind: str, id: str) -> None:
    """Report that an input is set aside, because it has killed MAX_TRIES processes."""
    metrics.inputs_set_aside.labels(kind).inc()
    log.error("input set aside", kind=kind, id=id)
