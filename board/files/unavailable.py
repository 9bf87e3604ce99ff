"""Refusal by the store of files, which is full, read-only, missing or slow, or refuses our keys."""

import errno
from enum import StrEnum

from board.errors import Refused
from board.i18n import N_

RETRY_AFTER_S = 10
RETRY_WHEN_FULL_S = 60  # people must make space

FULL = N_("There is no room left for photos and files. Nothing was lost. Tell your administrator.")
RESERVED = N_(
    "The disk of the server is nearly full, so it takes no photos and files. Everything else works. Yours waits here and is sent "
    "when there is space again. Tell your administrator."
)
NOT_NOW = N_("Photos and files are not available right now. Nothing was lost. Try again shortly, or tell your administrator.")
UNREADABLE = N_("This photo or file cannot be read. Nothing was changed. Tell your administrator.")


class Reason(StrEnum):
    """Reason why the store does not work. The value is a sentence for an administrator."""

    UNSET = "FILES_URL is not set. With PostgreSQL, set it to a folder (file:///…) or to a bucket (s3://…)."
    FULL = "The disk or the quota of FILES_URL is full. Make room, or move the files to a larger disk."
    RESERVED = "Only the reserve of the disk is free (DISK_RESERVE). Make room, or move the files to a larger disk."
    READ_ONLY = (
        "The folder of FILES_URL can't be written. Check its owner, its rights, and whether its disk is mounted read-only."
    )
    GONE = "The folder or the bucket of FILES_URL is not there. Mount its disk, or correct FILES_URL, then restart."
    SLOW = "The store of FILES_URL does not answer in time. Check its disk, or the network to it."
    REFUSED = "The store of FILES_URL refuses our keys. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION."
    KEY = "Files are encrypted by a key that DATA_KEYS does not name. Restore that key, and restart."
    DAMAGED = "An encrypted file was changed, cut, or exchanged. Restore it from a backup."
    FAILED = "The store of FILES_URL failed. Check its disk, or its own log."


_FULL = {Reason.FULL: FULL, Reason.RESERVED: RESERVED}
_SENTENCES = _FULL | {Reason.KEY: UNREADABLE, Reason.DAMAGED: UNREADABLE}


class FilesUnavailable(Refused):
    """Refusal `unavailable` by the store, with the reason for an administrator."""

    def __init__(self, reason: Reason) -> None:
        is_full = reason in _FULL
        retry_after_s = RETRY_WHEN_FULL_S if is_full else RETRY_AFTER_S
        super().__init__("unavailable", _SENTENCES.get(reason, NOT_NOW), retry_after_s=retry_after_s)
        self.reason = reason


class FileDamaged(FilesUnavailable):
    """Refusal of one encrypted file that can't be opened with its key."""

    def __init__(self) -> None:
        super().__init__(Reason.DAMAGED)


class KeyLost(FilesUnavailable):
    """Refusal of one encrypted file whose key is missing. `key`: id of the key."""

    def __init__(self, key: str) -> None:
        super().__init__(Reason.KEY)
        self.key = key


_REASONS = {
    errno.ENOSPC: Reason.FULL, errno.EDQUOT: Reason.FULL, errno.EFBIG: Reason.FULL, errno.EROFS: Reason.READ_ONLY,
    errno.EACCES: Reason.READ_ONLY, errno.EPERM: Reason.READ_ONLY, errno.ENOENT: Reason.GONE, errno.ENOTDIR: Reason.GONE,
    errno.ELOOP: Reason.GONE, errno.ESTALE: Reason.GONE, errno.ENODEV: Reason.GONE, errno.ETIMEDOUT: Reason.SLOW,
}  # fmt: skip


def reason_for(error: OSError) -> Reason:
    """Return the reason for an error of the operating system."""
    return _REASONS.get(error.errno or 0, Reason.FAILED)
