"""Table of requests for disclosures. The data about a person is read when a file is downloaded, and is not kept."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Disclosure(SQLModel, table=True):
    """Disclosure that an account asked for and can download until `until`.

    `kind`: `child`, `person` (a caller or contact) or `colleague`. `board`: search of the child, otherwise null. `colleague`:
    account. `name`, `reach`: name, and telephone or e-mail address, of a caller or contact; empty for others. `reason`: as typed.
    """

    __tablename__ = "disclosures"
    __table_args__ = (Index("disclosures_of_account", "account", "id"), Index("disclosures_until", "until"))

    id: str = Field(primary_key=True)
    account: str
    kind: str
    board: str | None = None
    colleague: str | None = None
    name: str = ""
    reach: str = ""
    reason: str
    at: str
    until: str
