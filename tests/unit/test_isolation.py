"""A hostile script in the place of a decoder reads nothing and reaches nothing. Without isolation it does all of that."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from board.bootstrap import ROOT
from board.child_process import isolation, landlock, limited, parent, probe, seccomp, system_calls
from board.maintenance.checks import State, decoders
from board.server import serve

SYSTEM_PYTHON = Path("/usr/bin/python3")
PROTECTION = isolation.protection(probe.__file__)
needs_both = pytest.mark.skipif(
    not PROTECTION.is_complete,
    reason=f"this kernel can't isolate: Landlock {PROTECTION.landlock}, seccomp {PROTECTION.seccomp}",
)
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not SYSTEM_PYTHON.exists(), reason="only root starts children of other users"
)
LIMITS = parent.Limits(seconds=60, memory=2**30, output=100_000, file_size=0)
ALL = set(probe.attempts(0, "/", 0))
FILES = {
    "read a file", "read /etc/passwd", "read the parent's environment", "read the parent's memory", "read its own environment",
    "list the parent's open files", "list a folder",
}  # fmt: skip
WRITES = {"write a file", "write to /dev/shm", "change a file", "make a link"}
NEEDS_ROOT_OR_KERNEL = set(probe.SYSTEM_CALLS)  # a container may refuse them to everybody


@pytest.fixture
def request_of_probe(tmp_path: Path) -> Iterator[bytes]:
    """A file that the parent can read, and a server on this machine that accepts connections."""
    (secret := tmp_path / "board.db.key").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield json.dumps({"parent": os.getpid(), "path": str(secret), "port": port}).encode()


def report(result: parent.Result) -> dict[str, Any]:
    assert result.status == 0
    told: dict[str, Any] = json.loads(result.output)
    return told


def run_with(
    change: str, script: str, content: bytes, python: str = sys.executable, user: int | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a script through the launcher after a change of the code that isolates it."""
    code = (
        f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"from board.child_process import isolation, landlock, limited, seccomp\n{change}\n"
        f"limited.isolate({script!r}); runpy.run_path({script!r}, run_name='__main__')"
    )
    command = [python, "-I", "-c", code]
    return subprocess.run(command, input=content, capture_output=True, check=False, env={}, cwd="/", user=user)


@needs_both
async def test_hostile_child_reads_and_reaches_nothing(request_of_probe: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-parent")
    told = report(await parent.run(probe.__file__, request_of_probe, LIMITS))
    assert told["reached"] == []
    assert set(told["environment"]) <= {"LC_CTYPE", *isolation.PATHS}, "LC_CTYPE is set by Python itself"
    assert told["opened"] == []


def test_same_child_without_isolation_reaches_all(request_of_probe: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-parent")
    done = subprocess.run([sys.executable, "-I", probe.__file__], input=request_of_probe, capture_output=True, check=True)
    told = report(parent.Result(done.returncode, done.stdout))
    assert set(told["reached"]) >= ALL - NEEDS_ROOT_OR_KERNEL
    assert {"ptrace", "process_vm_readv", "memfd_create"} <= set(told["reached"]) or os.geteuid(), "root may"
    assert "SECRET_KEY" in told["environment"]


@needs_both
def test_each_protection_refuses_what_the_other_does_not(request_of_probe: bytes) -> None:
    without_landlock = run_with(
        "landlock.version = lambda: 0; isolation._may_change_user = lambda: False", probe.__file__, request_of_probe
    )
    assert set(json.loads(without_landlock.stdout)["reached"]) == FILES
    without_seccomp = run_with(
        "seccomp.is_available = lambda: False; isolation._may_change_user = lambda: False", probe.__file__, request_of_probe
    )
    reached = set(json.loads(without_seccomp.stdout)["reached"])
    assert {"fork", "send by UDP", "open a UNIX socket", "change rights"} <= reached
    assert not reached & (FILES | WRITES | {"execute a program"})


@needs_both
async def test_no_file_is_opened_or_found_after_the_imports(tmp_path: Path) -> None:
    (script := tmp_path / "child.py").write_text(f"""
import os
from board.child_process import isolation
def tried():
    told = []
    for name, attempt in (("open", lambda: open({json.__file__!r})), ("find", lambda: os.stat("/")),
                          ("list", lambda: os.listdir("/usr/lib"))):
        try:
            attempt()
            told.append(name)
        except PermissionError:
            pass
    return told
before = tried()
isolation.refuse_files()
print(before, tried())
""")  # fmt: skip
    result = await parent.run(str(script), b"", LIMITS)
    assert result.output.decode().split(" [") == ["['open', 'find', 'list']", "]\n"]


@needs_both
async def test_child_executes_nothing(tmp_path: Path) -> None:
    (script := tmp_path / "child.py").write_text("import os\nos.execv('/bin/echo', ['echo', 'executed'])")
    result = await parent.run(str(script), b"", LIMITS)
    assert (result.status, result.output) == (1, b"")
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, check=True)
    assert done.stdout == b"executed\n"


def test_inherited_files_are_closed(tmp_path: Path, request_of_probe: bytes) -> None:
    (tmp_path / "open").write_text("inherited")
    with (tmp_path / "open").open() as file:
        command = parent.command(probe.__file__, LIMITS)
        done = subprocess.run(
            command, input=request_of_probe, capture_output=True, check=True, pass_fds=[file.fileno()], env=parent.environment()
        )
        assert json.loads(done.stdout)["opened"] == []
        bare = [sys.executable, "-I", probe.__file__]
        done = subprocess.run(bare, input=request_of_probe, capture_output=True, check=True, pass_fds=[file.fileno()])
        assert json.loads(done.stdout)["opened"] == [file.fileno()]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these scores")
async def test_child_is_the_first_to_end_when_memory_is_short(tmp_path: Path) -> None:
    (script := tmp_path / "child.py").write_text("import os, sys\nprint(os.getpid(), flush=True)\nsys.stdin.read()")
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*parent.command(str(script), LIMITS), stdin=pipe, stdout=pipe, env={})
    assert child.stdin is not None
    assert child.stdout is not None
    number = int(await child.stdout.readline())
    assert Path(f"/proc/{number}/oom_score_adj").read_text().strip() == "1000"
    assert Path(f"/proc/{os.getpid()}/oom_score_adj").read_text().strip() != "1000"
    child.stdin.close()
    assert await child.wait() == 0


@needs_both
def test_child_that_cannot_be_isolated_does_not_run(tmp_path: Path) -> None:
    (script := tmp_path / "child.py").write_text("print('ran')")
    change = "def refused(*given): raise OSError\n{} = refused"
    for name in ("landlock.allow_only_reading", "seccomp.allow_only_decoding", "isolation._renounce_privileges"):
        done = run_with(change.format(name), str(script), b"")
        assert (done.returncode, done.stdout) == (limited.NOT_ISOLATED, b""), name
    assert run_with("", str(script), b"").stdout == b"ran\n"


@pytest.fixture
def public_probe() -> Iterator[str]:
    """The hostile script in a place that every user can read."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        (script := Path(folder, "probe.py")).write_bytes(Path(probe.__file__).read_bytes())
        script.chmod(0o644)
        yield str(script)


@needs_root
def test_child_of_root_is_another_user_where_the_kernel_lacks_landlock(request_of_probe: bytes, public_probe: str) -> None:
    done = run_with("landlock.version = lambda: 0", public_probe, request_of_probe, str(SYSTEM_PYTHON))
    told = json.loads(done.stdout)
    assert told["user"] == isolation.NOBODY
    assert set(told["reached"]) <= {"read /etc/passwd", "read its own environment"}


@needs_both
@needs_root
def test_child_of_a_common_user_reaches_nothing(request_of_probe: bytes, public_probe: str) -> None:
    bare = subprocess.run(
        [SYSTEM_PYTHON, "-I", public_probe], input=request_of_probe, capture_output=True, check=True, user=12_345
    )
    assert {"read /etc/passwd", "fork", "connect by TCP", "write to /dev/shm"} <= set(json.loads(bare.stdout)["reached"])
    told = json.loads(run_with("", public_probe, request_of_probe, str(SYSTEM_PYTHON), user=12_345).stdout)
    assert (told["reached"], told["user"]) == ([], 12_345)


def test_no_filter_is_made_for_an_unknown_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_calls, "processor", lambda: None)
    assert not seccomp.is_available()


@pytest.mark.parametrize("processor", system_calls.AUDIT)
def test_numbers_of_calls_are_those_of_the_kernel_headers(processor: str) -> None:
    """The numbers of the headers of Linux, where Debian has them: `linux-libc-dev`."""
    headers = {"x86_64": "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}
    if not (header := Path("/usr/include", headers[processor])).exists():
        pytest.skip("the headers of Linux are not installed")
    lines = [line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR")]
    named = [line for line in lines if len(line) > 2 and line[2].isdigit()]
    numbers = {line[1].removeprefix("__NR3264_").removeprefix("__NR_"): line[2] for line in named}
    other_names = {"newfstatat": "fstatat"} if processor == "aarch64" else {}
    column = list(system_calls.AUDIT).index(processor)
    for name, of_both in system_calls.ALLOWED.items():
        if of_both[column] >= 0:
            assert numbers[other_names.get(name, name)] == str(of_both[column]), name


# -- reports ----------------------------------------------------------------------------------------------------------------


@needs_both
def test_check_names_the_protections_in_force() -> None:
    state, says = decoders.check(None)  # type: ignore[arg-type]
    assert (state, says) == (
        State.OK,
        f"Decoders are isolated by Landlock (version {landlock.version()}), seccomp."
        " A test child could read, write and reach nothing.",
    )


async def test_check_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def reached() -> list[str]:
        return ["read a file"]

    monkeypatch.setattr(decoders, "probe_child", reached)
    monkeypatch.setattr(isolation, "protection", lambda script: isolation.Protection(0, False, False))
    assert await decoders._check() == (
        State.WARNING,
        "Decoders are not isolated: they have limits only."
        " This system does not offer Landlock and seccomp. A test child could: read a file.",
    )
    monkeypatch.setattr(isolation, "protection", lambda script: isolation.Protection(0, True, True))
    says = (await decoders._check())[1]
    assert says.startswith("Decoders are isolated by seccomp, a separate user (65534). This system does not offer Landlock.")
    monkeypatch.setattr(isolation, "protection", lambda script: isolation.Protection(7, True, False))
    assert await decoders._check() == (
        State.WRONG,
        "Decoders are isolated by Landlock (version 7), seccomp. A test child could still: read a file.",
    )


def test_missing_protection_is_logged_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []
    monkeypatch.setattr(serve.log, "warning", lambda event, **fields: lines.append({"event": event} | fields))
    for protection in (isolation.Protection(7, True, False), isolation.Protection(0, True, False)):
        monkeypatch.setattr(isolation, "protection", lambda script, now=protection: now)
        serve.warn_of_open_decoders()
    assert lines == [{"event": "decoders not isolated", "landlock": 0, "seccomp": True, "user": False}]
