"""Verified positions of journals, so that a restarted server does not verify everything again."""

from sqlmodel import Field, SQLModel


class VerifiedPosition(SQLModel, table=True):
    """Position up to which a board's chain was verified, and the time of the last verification from its first event.

    `seal`: digest of the other columns, keyed with the installation's secret, so that somebody who can only write to the database
    can't mark a journal as verified.
    """

    __tablename__ = "verified"

    board: str = Field(primary_key=True)
    epoch: str
    seq: int
    head: bytes
    whole_at: str
    seal: bytes
