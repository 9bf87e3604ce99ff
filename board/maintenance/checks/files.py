"""Check of the store of photos and files: it works, and holds every attached file with its pictures."""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from board.config.settings import Settings
from board.files import folder_marker
from board.files.folder import MARK
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import files
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.upkeep import given_up_data_keys

Progress = Callable[[str], None]

_ANEW = "No file was in it: if it is lost, make {folder} again, with an empty file {mark} in it."


def check(settings: Settings, digests: bool = False, progress: Progress = lambda line: None) -> tuple[State, str]:
    rows = read(files.rows)
    store = FileStore.of(settings, must_exist=True)
    if not store.is_set:
        return (State.WRONG if rows else State.WARNING), Reason.UNSET.value
    folder = store.folder
    if (
        folder is not None
        and not rows
        and not (folder / MARK).exists()
        and not read(partial(folder_marker.is_known, store=store))
    ):
        return _of_new_folder(folder)
    try:
        return asyncio.run(_check(store, rows, digests, progress, read(given_up_data_keys)))
    except FilesUnavailable as error:
        is_lost = folder is not None and not rows and error.reason is Reason.GONE
        return State.WRONG, error.reason.value + (f" {_ANEW.format(folder=folder, mark=MARK)}" if is_lost else "")


def _of_new_folder(folder: Path) -> tuple[State, str]:
    """Check the folder that the first start would create."""
    if not os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return State.WRONG, f"This account may not {'write to' if folder.exists() else 'make'} the folder {folder}."
    return State.OK, f"There are none yet. The first start {'takes' if folder.exists() else 'makes'} the folder {folder}."


async def _check(
    store: FileStore, rows: list[files.FileRow], digests: bool, progress: Progress, given_up: set[str]
) -> tuple[State, str]:  # fmt: skip
    try:
        await store.look()
        trial = await _try(store)
        comparison = await files.compare(store, rows, progress, digests, given_up)
    finally:
        progress("")
        await store.close()
    location = "" if store.folder is not None else " in a bucket"
    summary = f"{comparison.files:,} files, {comparison.bytes / files.MB:,.1f} MB with their pictures{location}.{trial}"
    if comparison.faults:
        return State.WRONG, f"{summary} {len(comparison.faults):,} are missing or damaged: {files.named(comparison.faults)}."
    return State.OK, f"{summary} All are there{', and their digests are right' if digests else ''}."


async def _try(store: FileStore) -> str:
    """Write and read a file, unless another user owns the folder and could not delete the file later."""
    if store.folder is not None and store.folder.stat().st_uid != os.geteuid():
        return " Writing was not tried, as another account owns the folder."
    await store.probe()
    return ""
