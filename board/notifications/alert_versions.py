"""Version of an account's alerts, watched by every process: a new version means that they must be read again."""

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
