"""Emergency openings: a coordinator who is not a member of a search reads it for an hour, with a reason."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class EmergencyOpening(SQLModel, table=True):
    """Opening of the members-only search `board` by an account, from `at` to `until`. `reason`: as typed."""

    __tablename__ = "emergency_openings"
    __table_args__ = (
        Index("emergency_openings_until", "until"),
        Index("emergency_openings_of_board", "board", "id"),
        Index("emergency_openings_of_account", "account", "id"),
    )

    id: str = Field(primary_key=True)
    board: str
    account: str
    reason: str
    at: str
    until: str
