"""Verified positions of journals, kept so that a server that starts does not verify everything again."""

from sqlmodel import Field, SQLModel


class VerifiedPosition(SQLModel, table=True):
    """Position up to which the chain of a board was verified, and when it was last verified from its beginning.

    `seal` is a digest of the other columns, keyed with the installation's secret: somebody who can write to the database alone
    can't claim that a journal was verified.
    """

    __tablename__ = "verified"

    board: str = Field(primary_key=True)
    epoch: str
    seq: int
    head: bytes
    whole_at: str
    seal: bytes
