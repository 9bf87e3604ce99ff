"""Quotas of photos and files: of an account per day, of a search, and of the installation.

An upload counts with its announced size from the start. `reserve` locks the row of the installation, so that two concurrent
uploads can't both take the last space.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from board.commands.files.files import MAX_FILES, MAX_WITHDRAWN
from board.config.file_shares import MB, FileShares
from board.errors import Refused
from board.files import usage
from board.i18n import N_, message
from models.db.tables import columns_of
from models.db.transaction import after_commit
from models.file import File
from models.times import format_utc
from models.upload import Upload

log = structlog.get_logger()

DAY = timedelta(days=1)  # period of the daily quotas; rows of uploads are kept as long
RETRY_AFTER_S = 3600  # by then the day's oldest uploads may have expired, or people have made space

# Dropped uploads are still stored, but no longer count against their account
_F, _U = columns_of(File), columns_of(Upload)
_UPLOADED = func.coalesce(func.sum(_U.size + _U.previews), 0).label("bytes")
_DAY = select(_UPLOADED, func.count().label("files")).where(
    _U.account == bindparam("account"), _U.created_at > bindparam("since"), _U.state != "dropped"
)
_OF_SEARCH = _F.board == bindparam("board")
_BY_ACCOUNT = _OF_SEARCH, _F.added_by == bindparam("account")
_UPLOADS_OF_SEARCH = _U.board == bindparam("board")
_UPLOADS_BY_ACCOUNT = _UPLOADS_OF_SEARCH, _U.account == bindparam("account")


def _bytes(files: Sequence[Any], uploads: Sequence[Any]) -> Any:
    """Return the expression for the bytes of these files and unattached uploads."""
    stored = select(func.coalesce(func.sum(_F.stored), 0)).where(*files).scalar_subquery()
    uploaded = select(_UPLOADED).where(*uploads, _U.state != "attached").scalar_subquery()
    return (stored + uploaded).label("bytes")


def _count(*conditions: Any) -> Any:
    return select(func.count()).where(*conditions).scalar_subquery()


_SEARCH = select(_bytes([_OF_SEARCH], [_UPLOADS_OF_SEARCH]))
_SEARCH_OF_ACCOUNT = select(
    _bytes(_BY_ACCOUNT, _UPLOADS_BY_ACCOUNT),
    (_count(*_BY_ACCOUNT) + _count(*_UPLOADS_BY_ACCOUNT, _U.state.in_(("receiving", "ready")))).label("files"),
    _count(*_BY_ACCOUNT, _F.withdrawn.is_not(None)).label("withdrawn"),
)

_DAY_FULL = N_(
    "You have sent {limit} MB within 24 hours, the most for one account. This file waits here. Ask a colleague if it is urgent."
)
_DAY_FILES_FULL = N_(
    "You have sent {count} files within 24 hours, the most for one account. This one waits here. Ask a colleague if it is urgent."
)
_SHARE_USED = N_(
    "You have used your share of the files of this search. Withdraw some of yours, or ask a colleague to add this one."
)
_SEARCH_FULL = N_(
    "The files of this search use all of their {limit} MB. Ask two coordinators to withdraw files and to have them removed."
)
_INSTALLATION_FULL = N_(
    "The photos and files of all searches use all of their {limit} MB. Yours waits here and is sent when there is space again. "
    "Tell your administrator."
)


class QuotaExceeded(Refused):
    """Refusal of an upload by the quota `name`."""

    def __init__(self, name: str, code: str, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(code, sentence, retry_after_s=retry_after_s)
        self.name = name


class Quota(NamedTuple):
    """Quota of an upload. `used`: use of the quota, including this upload."""

    name: str
    used: int
    limit: int
    code: str
    sentence: str

    def is_reached_by(self, added: int, percent: int) -> bool:
        """Return whether the use reaches `percent` of the limit with an upload that adds `added`."""
        mark = self.limit * percent // 100
        return self.used - added < mark <= self.used

    @property
    def exceeded(self) -> QuotaExceeded:
        return QuotaExceeded(self.name, self.code, self.sentence, None if self.code == "too_large" else RETRY_AFTER_S)


def reserve(session: Session, account: str, board: str, size: int, shares: FileShares, now: datetime) -> None:
    """Check all quotas for an upload whose row was just written, and count it. Raises QuotaExceeded if a quota is exceeded."""
    quotas = list(_quotas(session, account, board, usage.add(session, size), shares, now))
    for quota in quotas:
        if quota.used > quota.limit:
            raise quota.exceeded
    for quota in quotas:
        if quota.is_reached_by(1 if quota.name.endswith("_files") else size, shares.warn_percent):
            after_commit(session, partial(_warn, quota, account, board))


def _quotas(session: Session, account: str, board: str, total: int, shares: FileShares, now: datetime) -> Iterator[Quota]:
    connection = session.connection()
    day = connection.execute(_DAY, {"account": account, "since": format_utc(now - DAY)}).one()
    sentence = message(_DAY_FULL, limit=shares.account_day_mb)
    yield Quota("account_day", day.bytes, shares.account_day_mb * MB, "rate_limited", sentence)
    sentence = message(_DAY_FILES_FULL, count=shares.account_day_files)
    yield Quota("account_day_files", day.files, shares.account_day_files, "rate_limited", sentence)
    yield from _of_account_on_search(session, account, board, shares)
    search_bytes = connection.execute(_SEARCH, {"board": board}).scalar_one()
    yield Quota("search", search_bytes, shares.search_mb * MB, "too_large", message(_SEARCH_FULL, limit=shares.search_mb))
    sentence = message(_INSTALLATION_FULL, limit=shares.installation_mb)
    yield Quota("installation", total, shares.installation_mb * MB, "unavailable", sentence)


def _of_account_on_search(session: Session, account: str, board: str, shares: FileShares) -> Iterator[Quota]:
    """Yield the quotas of one account in a search, which prevent it from using up the search's space, also with withdrawn
    files."""
    row = session.connection().execute(_SEARCH_OF_ACCOUNT, {"account": account, "board": board}).one()
    name, part = "search_account", shares.search_account_percent
    yield Quota(name, row.bytes, shares.search_mb * MB * part // 100, "too_large", _SHARE_USED)
    for used, limit in ((row.files - row.withdrawn, MAX_FILES), (row.withdrawn, MAX_WITHDRAWN)):
        yield Quota(f"{name}_files", used, limit * part // 100, "too_large", _SHARE_USED)


def _warn(quota: Quota, account: str, board: str) -> None:
    ids = {"account": account} if "account" in quota.name else {}
    ids |= {"board": board} if "search" in quota.name else {}
    log.warning("file quota nearly used", quota=quota.name, used=quota.used, limit=quota.limit, **ids)
