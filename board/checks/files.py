"""Check of the store of photos and files: it works, has room, and holds every attached file with its pictures."""

import asyncio
import os
from collections.abc import Callable

from board.checks.database import WARN_BELOW, WRONG_BELOW
from board.checks.finding import State
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import files
from board.maintenance.database import read
from board.settings import Settings

Progress = Callable[[str], None]


def check(settings: Settings, digests: bool = False, progress: Progress = lambda line: None) -> tuple[State, str]:
    rows = read(files.rows)
    store = FileStore.of(settings, must_exist=True)
    if not store.is_set:
        return (State.WRONG if rows else State.WARNING), Reason.UNSET.value
    folder = store.folder
    if folder is not None and not rows and not folder.exists():
        return _of_new_folder(str(folder), os.access(folder.parent, os.W_OK))
    try:
        return asyncio.run(_check(store, rows, digests, progress))
    except FilesUnavailable as error:
        return State.WRONG, error.reason.value


def _of_new_folder(folder: str, can_make: bool) -> tuple[State, str]:
    if not can_make:
        return State.WRONG, f"This account may not make the folder {folder}."
    return State.OK, f"There are none yet. The first one makes the folder {folder}."


async def _check(store: FileStore, rows: list[files.FileRow], digests: bool, progress: Progress) -> tuple[State, str]:
    try:
        free = await store.room()
        tried = await _try(store)
        found = await files.compare(store, rows, progress, digests)
    finally:
        progress("")
        await store.close()
    state, about = _about_room(free)
    said = f"{found.files:,} files, {found.bytes / files.MB:,.1f} MB with their pictures{about}.{tried}"
    if found.faults:
        return State.WRONG, f"{said} {len(found.faults):,} are missing or damaged: {files.named(found.faults)}."
    return state, f"{said} All are there{', and their digests are right' if digests else ''}."


async def _try(store: FileStore) -> str:
    """Write and read a file, but not as another user than the owner of the folder, who could not delete it later."""
    if store.folder is not None and store.folder.stat().st_uid != os.geteuid():
        return " Writing was not tried, as another account owns the folder."
    await store.probe()
    return ""


def _about_room(free: int | None) -> tuple[State, str]:
    if free is None:
        return State.OK, " in a bucket"
    about = f", {free / files.MB:,.0f} MB free on their disk"
    if free < WRONG_BELOW:
        return State.WRONG, f"{about}, which is nearly full"
    return (State.WARNING, f"{about}, which is filling up") if free < WARN_BELOW else (State.OK, about)
