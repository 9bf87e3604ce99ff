"""Alerts: which events notify whom. Rows beside the journal with ids and codes only: they hold no text, so nothing has to be
erased."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

EVERYBODY = ""  # in place of an account: all who may see the board
KINDS = (
    "assigned",
    "handover",
    "mention",
    "urgent",
    "sighting",
    "status",
)  # of several for one event, the first is shown
SECURITY = "security"  # kind that can't be switched off: changes to the person's own account
OWN_ACCOUNT = "account"  # in place of a board: alerts about the person's own account
ALARM_SOUNDS = ("off", "once", "until_taken")  # sound of an alarm in a browser
DELIVERY_MODES = ("off", "list", "desktop")  # where alerts of a kind are shown; desktop includes the list


class Alert(SQLModel, table=True):
    """Event of the journal, by its board and seq, that alerts an account. `at` is the event's time."""

    __table_args__ = (Index("alert_of_account", "account", "at"),)

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    at: str


class SecurityAlert(SQLModel, table=True):
    """Entry of the audit journal, by its seq there, that alerts the account it is about. `number` counts per account: alerts are
    named by it, because the length of the audit journal is secret."""

    __tablename__ = "security_alert"

    account: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    seq: int
    at: str


class AlertRead(SQLModel, table=True):
    """Mark that an account has read an alert, on any device; `at` is the alert's. Deleted when the alert is no longer listed."""

    __tablename__ = "alert_read"

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str


class AlertSettings(SQLModel, table=True):
    """Alert settings of an account; without a row the defaults apply. Quiet: show alerts in the list and its count only; alarms
    neither sound nor notify, unless the account holds the shift.
    `version` grows with every change and every reading, so that each process reloads them."""

    __tablename__ = "alert_choice"

    account: str = Field(primary_key=True)
    assigned: str = "list"
    handover: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    mention: str = "list"
    urgent: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    sighting: str = "list"
    status: str = "list"
    quiet: bool = False
    alarm_sound: str = Field(default="off", sa_column_kwargs={"server_default": "off"})
    alarm_desktop: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    version: int = 0
