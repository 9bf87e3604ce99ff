"""Metrics of disk space and of the bytes of photos and files."""

from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client import Counter
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from board.telemetry.metrics import registry

REASONS = ("disk", "account_day", "account_day_files", "search", "search_account", "search_account_files", "installation")
_refused = Counter(
    "board_uploads_refused",
    f"Uploads refused for lack of space by reason: {', '.join(REASONS)}",
    ["reason"],
    registry=registry,
)
for _reason in REASONS:
    _refused.labels(_reason)  # 0 from the start, so that the first one is an increase


def upload_refused(reason: str) -> None:
    """Count an upload that was refused for lack of space."""
    _refused.labels(reason).inc()


class Disk(NamedTuple):
    """Space of a disk in bytes. `free_files`: None if the number of files has no limit."""

    name: str
    free: int
    reserve: int
    free_files: int | None


class SpaceMetrics:
    """Collector of the space of the disks of this machine, read for each scrape."""

    def __init__(self, disks: Iterable[Disk]) -> None:
        disks_text = "the disk of the files, of the database, or of temporary files"
        self._metrics = (
            free := GaugeMetricFamily("board_disk_free_bytes", f"Free bytes on {disks_text}", labels=["disk"]),
            reserve := GaugeMetricFamily(
                "board_disk_reserve_bytes", f"Free bytes that uploads leave on {disks_text}", labels=["disk"]
            ),
            files := GaugeMetricFamily("board_disk_free_files", f"Files that can still be made on {disks_text}", labels=["disk"]),
        )
        for disk in disks:
            free.add_metric([disk.name], disk.free)
            reserve.add_metric([disk.name], disk.reserve)
            if disk.free_files is not None:
                files.add_metric([disk.name], disk.free_files)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class UsageMetrics:
    """Collector of the bytes of all photos and files, and of their quota."""

    def __init__(self, used_bytes: int, quota: int) -> None:
        self._metrics = (
            GaugeMetricFamily(
                "board_files_bytes", "Bytes of all photos and files, and of uploads not attached", value=used_bytes
            ),
            GaugeMetricFamily("board_files_quota_bytes", "Bytes that all photos and files may use (shares.toml)", value=quota),
        )

    def collect(self) -> Iterable[Metric]:
        return self._metrics
