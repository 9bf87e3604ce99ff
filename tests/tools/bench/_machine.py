"""Description of the machine in a few lines, and the resources that a process has used."""

import contextlib
import os
import platform
import subprocess
from pathlib import Path

from board.dev import CannotStart, find_postgres, find_redis
from board.dev.browser import NoBrowser, find
from board.dev.server_binaries import postgres_version
from models.db import sqlite
from tests.tools.bench._server import LIMITS_OFF, ROOT


def describe_machine() -> str:
    limits = ", ".join(f"{name}={value}" for name, value in LIMITS_OFF.items())
    began = f", load {load():.1f} when it began" if hasattr(os, "getloadavg") else ""
    return "\n".join(
        (
            f"Limits are {f'off: {limits}' if limits else 'on'}. What is acknowledged is on the disk: fsync is on everywhere.",
            f"Python {platform.python_version()}, {_sqlite()}, {_postgres()}, {_redis()}, {_browser()}.",
            f"{platform.system()} {platform.release()}, {_cores()} cores ({_processor()}){began}. "
            "The clients run on the same machine, and use a part of it.",
        )
    )


def load() -> float:
    """Return the load average of the last minute; 0 if the system has none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process with all its threads, in seconds."""
    used = sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return used / 1e9


def family_cpu_s(pid: int) -> float:
    """Return the CPU time of a process and its children, in seconds: PostgreSQL has a child per connection."""
    used = cpu_s(pid)
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if file.read_text().rpartition(") ")[2].split()[1] == str(pid):
                used += cpu_s(int(file.parent.name))
    return used


def memory(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1_024


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        known = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in known.splitlines() if line.startswith("model name")), "")


def _sqlite() -> str:
    return f"SQLite {sqlite.library.sqlite_version}"


def _postgres() -> str:
    try:
        return f"PostgreSQL {postgres_version(find_postgres()[0])}"
    except CannotStart:
        return "no PostgreSQL"


def _redis() -> str:
    try:
        words = _notes(str(find_redis()), "--version").split()
    except CannotStart:
        return "no Redis"
    return "Redis " + next((word[2:] for word in words if word.startswith("v=")), "")


def _browser() -> str:
    try:
        return " ".join(_notes(str(find(ROOT / ".venvs" / "browser", whole=True)), "--version").split()[:2])
    except NoBrowser:
        return "no browser"


def _notes(*words: str) -> str:
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout
