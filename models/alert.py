"""What alerts whom: rows beside the journal, with ids and codes alone. No text is here, so there is nothing to erase."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

EVERYBODY = ""  # in place of an account: whoever may see the board
KINDS = ("assigned", "handover", "mention", "urgent", "sighting", "status")  # of several by one event the first one is shown
SECURITY = "security"  # a kind that nobody chooses, or switches off: what was done to somebody's own account
OWN_ACCOUNT = "account"  # in place of a board: what alerts somebody of their own account is of no board that they see
DELIVERY_MODES = ("off", "list", "desktop")  # where alerts of a kind are shown; on the desktop: in the list too


class Alert(SQLModel, table=True):
    """An event of the journal, by its board and seq, that alerts an account. `at` is the event's."""

    __table_args__ = (Index("alert_of_account", "account", "at"),)

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    at: str


class SecurityAlert(SQLModel, table=True):
    """An entry of the audit journal, by its seq there, that alerts the account that it is about. `number` counts those of one
    account: they are named by it, as nobody else is told how far the audit journal is."""

    __tablename__ = "security_alert"

    account: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    seq: int
    at: str


class AlertRead(SQLModel, table=True):
    """An account has read an alert, on whichever screen; `at` is the alert's. Rows go when the alert is no longer listed."""

    __tablename__ = "alert_read"

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str


class AlertSettings(SQLModel, table=True):
    """Which alerts an account wants, and where; the defaults where it has no row. Quiet: nothing but the list and its count.
    `version` grows with every choice and every reading, so that each process learns of them."""

    __tablename__ = "alert_choice"

    account: str = Field(primary_key=True)
    assigned: str = "list"
    handover: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    mention: str = "list"
    urgent: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    sighting: str = "list"
    status: str = "list"
    quiet: bool = False
    version: int = 0
