"""Says to every process that what alerts an account is not what it was."""

from sqlalchemy import text
from sqlmodel import Session

_CHANGED = text(
    "INSERT INTO alert_choice (account, assigned, mention, sighting, status, quiet, version) "
    "VALUES (:account, 'list', 'list', 'list', 'list', :no, 1) "
    "ON CONFLICT (account) DO UPDATE SET version = alert_choice.version + 1"
)


def bump_alert_version(session: Session, account: str) -> None:
    """Moves the version of the account's alerts; the row is ours until the transaction ends."""
    session.connection().execute(_CHANGED, {"account": account, "no": False})
