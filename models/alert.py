"""Alerts: accounts notified of events. The rows are separate from the journal and contain ids and codes only, so erasure need not
touch them."""

from sqlalchemy import Index, true
from sqlmodel import Field, SQLModel

EVERYBODY = ""  # used like an account id, for all accounts that may see the board
KINDS = (
    "assigned",
    "handover",
    "mention",
    "urgent",
    "sighting",
    "status",
)  # if several apply to an event, the first is shown
SECURITY = "security"  # kind that can't be turned off: changes to the person's own account
OWN_ACCOUNT = "account"  # used like a board id, for alerts about the person's own account
ALARM_SOUNDS = ("on_duty", "off", "once", "until_taken")  # sound of an alarm in a browser; on_duty: once, to people on duty
DELIVERY_MODES = ("off", "list", "desktop")  # where alerts of a kind are shown; desktop includes the list


class Alert(SQLModel, table=True):
    """Event of the journal, by board and seq, that alerts an account. `at`: time of the event."""

    __table_args__ = (Index("alert_of_account", "account", "at"),)

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    at: str


class SecurityAlert(SQLModel, table=True):
    """Entry of the audit journal, by seq, that alerts its account.

    `number`: counts per account, and names the alert, because the length of the audit journal is secret.
    """

    __tablename__ = "security_alert"

    account: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    seq: int
    at: str


class AlertRead(SQLModel, table=True):
    """Mark that an account has read an alert, on any device. `at`: time of the alert. Deleted when the alert leaves the list."""

    __tablename__ = "alert_read"
    __table_args__ = (Index("alert_read_of_event", "board", "seq"),)

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str


class AlertSettings(SQLModel, table=True):
    """Alert settings of an account. Without a row the defaults apply.

    `quiet`: show alerts only in the list and its count; alarms do not sound or notify, unless the account holds the shift.
    `version`: increases when the settings change or an alert is read, so that each process reloads them.
    """

    __tablename__ = "alert_choice"

    account: str = Field(primary_key=True)
    assigned: str = "list"
    handover: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    mention: str = "list"
    urgent: str = Field(default="list", sa_column_kwargs={"server_default": "list"})
    sighting: str = "list"
    status: str = "list"
    quiet: bool = False
    alarm_sound: str = Field(default=ALARM_SOUNDS[0], sa_column_kwargs={"server_default": "off"})
    alarm_desktop: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    version: int = 0
