"""Read log: each row is a read that was served, or a subscription, with its reader and the reason why it was allowed.

The row contains ids and codes only. Names are in the entry of the audit journal that was written with it (`seq`).
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class ReadRecord(SQLModel, table=True):
    """Read, repeated within minutes, or subscription from `at` to `until`.

    - `id`: sorts by time.
    - `seq`: its entry in the audit journal.
    - `batch`: the last write of the row, so that a write that is tried again finds that it was stored.
    - `until`: time of the last repetition; of a subscription (`following`), its end, or a time at which it was still open.
    - `count`: number of reads. `hits`: number of results that they returned.
    - `board`: empty for a report about all boards. `entity`: what was read. `detail`: code, or name of the file that was sent.
    - `on_duty`: whether the reader was on duty.
    - `why`, `screen`: see `board.audit.entries.Reading`.
    """

    __tablename__ = "reads"
    __table_args__ = (
        Index("reads_of_board", "board", "id"),
        Index("reads_of_account", "account", "id"),
        Index("reads_of_board_by_account", "board", "account", "id"),
    )

    id: str = Field(primary_key=True)
    seq: int
    batch: str
    at: str
    until: str
    following: bool
    count: int
    hits: int
    account: str
    token: str | None
    board: str
    type: str
    entity: str
    detail: str
    why: str
    on_duty: bool
    screen: str
