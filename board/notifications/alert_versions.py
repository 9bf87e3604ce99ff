"""Version of an account's alerts. Every process watches it, and reads the alerts again if it has changed."""

from sqlalchemy import text
from sqlmodel import Session

_CHANGED = text(
    "INSERT INTO alert_choice (account, assigned, mention, sighting, status, quiet, version) "
    "VALUES (:account, 'list', 'list', 'list', 'list', :no, 1) "
    "ON CONFLICT (account) DO UPDATE SET version = alert_choice.version + 1"
)


def bump_alert_version(session: Session, account: str) -> None:
    """Increase the version of the account's alerts. Its row stays locked until commit."""
    session.connection().execute(_CHANGED, {"account": account, "no": False})
