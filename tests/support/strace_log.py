"""Reader of system call traces: was the log on the disk before the acknowledgement was on the wire?

Read from `strace -f -y -xx -o FILE -e trace=…` (all texts in hexadecimal). A commit is found in SQLite's write-ahead log by its
own format (https://sqlite.org/fileformat2.html#the_write_ahead_log): frames of a header and a page; the header of a commit's last
frame says how long the database then is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

CALLS = ("fsync", "fdatasync", "write", "pwrite64", "writev", "pwritev", "sendto", "sendmsg")
LOG_HEADER, FRAME_HEADER = 32, 24  # bytes
_BEGUN = re.compile(r"(\d+) +(\w+)\(\d+<([^>]*)>(.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_ACK = re.compile(rb'\{(?:"type":"ack",)?"id":"([^"]+)","board":')  # on a websocket, or in the answer to a call


@dataclass(slots=True)
class Call:
    """System call; `begun` and `ended` are line numbers of the trace, so they give the order."""

    name: str
    path: str
    data: bytes
    begun: int
    ended: int | None = None
    worked: bool = False

    def end(self, line: int, told: str) -> None:
        self.ended, self.worked = line, re.search(r"\) += \d+", told) is not None


@dataclass(slots=True)
class Commit:
    """Frames of one commit: all data written, and the call that wrote the last of it."""

    data: bytes
    last: Call


def parse_calls(lines: Iterable[str]) -> list[Call]:
    """Return the calls of a trace, in the order in which they began."""
    calls: list[Call] = []
    open_calls: dict[str, Call] = {}
    for number, line in enumerate(lines):
        if begun := _BEGUN.match(line):
            pid, name, path, rest = begun.groups()
            data = b"".join(bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest))
            call = Call(name, bytes.fromhex(path.replace("\\x", "")).decode(errors="replace"), data, number)
            calls.append(call)
            if rest.rstrip().endswith("<unfinished ...>"):
                open_calls[pid] = call
            else:
                call.end(number, rest)
        elif resumed := _RESUMED.match(line):
            pid, _, rest = resumed.groups()
            if pid in open_calls:
                open_calls.pop(pid).end(number, rest)
    return calls


def acknowledged_commands(calls: Sequence[Call]) -> dict[str, int]:
    """Return each command acknowledged on a socket, with the line where the sending of its ack began."""
    found: dict[str, int] = {}
    for call in calls:
        if call.path.startswith(("socket:", "TCP")):
            for id in _ACK.findall(call.data):
                found.setdefault(id.decode(), call.begun)
    return found


def commits(calls: Sequence[Call]) -> Iterator[Commit]:
    """Return the commits of the log, in order."""
    data, is_last = b"", False
    for call in calls:
        if not call.path.endswith("-wal") or "write" not in call.name or len(call.data) == LOG_HEADER:
            continue
        if len(call.data) == FRAME_HEADER:
            is_last = call.data[4:8] != b"\0\0\0\0"
            continue
        data += call.data
        if is_last:
            yield Commit(data, call)
            data, is_last = b"", False


def acknowledged_before_sync(calls: Sequence[Call], stored: Callable[[str], str] = str) -> list[str]:
    """Return the commands whose ack was sent before the sync that follows their commit's last write had ended. `stored` returns
    a text that only the commit of that command has."""
    written = list(commits(calls))
    syncs = [call for call in calls if call.path.endswith("-wal") and "sync" in call.name and call.worked]

    def kept(id: str, sent: int) -> bool:
        commit = next((each for each in written if stored(id).encode() in each.data), None)
        if commit is None or commit.last.ended is None:
            return False
        return any(commit.last.ended < sync.begun and sync.ended is not None and sync.ended < sent for sync in syncs)

    return [id for id, sent in acknowledged_commands(calls).items() if not kept(id, sent)]
