"""Check of the disks that the program writes to (more than twice the reserve must be free), and of the quota of all files."""

from board.config.disk_reserve import parse_reserve
from board.config.file_shares import MB, load_file_shares
from board.config.settings import Settings
from board.files import usage
from board.files.disk import DiskSpace, folders_of, measure
from board.files.store import FileStore
from board.maintenance.checks.finding import State
from board.maintenance.database import read

_KEPT = {"files": "photos and files", "database": "the database", "temporary": "temporary files"}


def check(settings: Settings) -> tuple[State, str]:
    spaces = measure(folders_of(settings, FileStore.of(settings, must_exist=True).folder), parse_reserve(settings.disk_reserve))
    findings = [_of_disk(space) for space in spaces]
    if not settings.on_sqlite:
        findings.append((State.OK, "The free space of PostgreSQL's disk is unknown here."))
    worst = max((state for state, _ in findings), key=[State.OK, State.WARNING, State.WRONG].index)
    return worst, " ".join(sentence for _, sentence in findings)


def _of_disk(space: DiskSpace) -> tuple[State, str]:
    numbers = f"{space.free / MB:,.0f} MB free on the disk of {_KEPT[space.name]}, {space.reserve / MB:,.0f} MB in reserve"
    if space.is_below_reserve:
        consequence = "make room" if space.name == "temporary" else "uploads are refused: make room"
        return State.WRONG, f"{numbers}, which is nearly full; {consequence}."
    if space.is_low:
        return State.WARNING, f"{numbers}, which is filling up: make room."
    return State.OK, f"{numbers}."


def check_quota(settings: Settings) -> tuple[State, str]:
    shares, used_bytes = load_file_shares(settings.files_path), read(usage.read)
    sentence = f"Photos and files use {used_bytes / MB:,.1f} of {shares.installation_mb:,} MB (shares.toml)"
    if used_bytes >= shares.installation_mb * MB:
        return State.WRONG, f"{sentence}: uploads are refused."
    is_near = used_bytes * 100 >= shares.installation_mb * MB * shares.warn_percent
    return (State.WARNING, f"{sentence}, which is nearly all.") if is_near else (State.OK, f"{sentence}.")
