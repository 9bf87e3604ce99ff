"""Work that many ask for waits in one of the queues, in which accounts take turns. Nothing else makes requests wait."""

import ast
from collections.abc import Iterator
from pathlib import Path

from board.bootstrap import ROOT
from board.queues import bounds
from board.queues.queues import Queues
from board.queues.turns import Bounds
from board.telemetry import metrics

# File and call: why it may be there. Whatever is not listed belongs into board/queues/.
REASONS = {
    "board/client.py Semaphore": "a client, with one account",
    "board/alarms/escalation.py Semaphore": "boards that the server processes at the same time, which no request waits for",
    "board/notifications/resolver.py BoundedSemaphore": "threads of the sender, which nobody waits for",
    "board/queues/fair_queue.py ThreadPoolExecutor": "the threads of the queues",
    "board/files/http/uploads.py KeyedSemaphore": "for one upload, which only its owner finishes",
    "board/files/disk.py ThreadPoolExecutor": "measures disks, for the server alone",
    "board/files/folder.py ThreadPoolExecutor": "short reads and writes of files, of parts of bounded size",
    "board/service.py to_thread": "migration at the start, and keys once a minute",
    "board/files/store.py to_thread": "at the start",
    "board/retention/erasure_run.py to_thread": "one erasure at a time, at its end",
    "board/notifications/sender.py to_thread": "the sender alone",
    "board/accounts/live_changes.py to_thread": "accounts of the demo and of tests",
    "board/api/metrics_endpoint.py to_thread": "for administrators and on this machine alone",
    "board/api/routes.py to_thread": "cached; who asks is in a turn of pages or strangers",
    "board/api/docs_page.py to_thread": "cached; who asks is in a turn of pages or strangers",
    "board/maps/tiles_api.py to_thread": "reads a few kilobytes of a file; who asks is in a turn of pages or strangers",
    "board/help/pages.py to_thread": "cached; who asks is in a turn of pages or strangers",
}
WAITS = {"Semaphore", "BoundedSemaphore", "KeyedSemaphore", "to_thread", "run_in_threadpool", "ThreadPoolExecutor"}
DEVELOPMENT = ("board/dev/", "board/demo/", "board/install/")


def calls(root: Path = ROOT) -> Iterator[str]:
    for path in sorted((root / "board").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (called := getattr(node.func, "attr", getattr(node.func, "id", ""))) in WAITS:
                yield f"{name} {called}"


def test_everything_that_waits_is_in_a_queue_or_has_a_reason() -> None:
    found = {each for each in calls() if not each.startswith(DEVELOPMENT)}
    assert found == REASONS.keys()


def test_every_queue_is_bounded_named_and_measured() -> None:
    names = {queue.name: attribute for attribute, queue in vars(Queues()).items()}
    assert all(name == attribute for name, attribute in names.items())
    assert len(names) == len([each for each in vars(bounds).values() if isinstance(each, Bounds)])
    shown = {sample.labels.get("queue") for family in metrics.registry.collect() for sample in family.samples}
    assert names.keys() <= shown
    for queue in vars(Queues()).values():
        assert 0 < queue.bounds.per_key <= queue.bounds.at_once
        assert 0 < queue.bounds.waiting_per_key < queue.bounds.waiting, "one account cannot fill a queue"
        assert 0 < queue.bounds.longest_wait_s <= 60


def test_each_queue_is_in_the_reference() -> None:
    page = (ROOT / "board/docs/reference/metrics.md").read_text(encoding="utf-8")
    for name, queue in vars(Queues()).items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        bounds = queue.bounds
        assert f"| {bounds.at_once} | {bounds.per_key} | {bounds.waiting:,} | {bounds.waiting_per_key:,} |" in row
