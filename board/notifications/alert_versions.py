"""Version of an account's alerts. Every process watches it, and reads the alerts again if it has changed."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from models.alert import ALARM_SOUNDS, AlertSettings
from models.db.tables import columns_of

_CHANGED = (
    insert(AlertSettings)
    .values(version=1, alarm_sound=ALARM_SOUNDS[0])
    .on_conflict_do_update(index_elements=["account"], set_={"version": columns_of(AlertSettings).version + 1})
)


def bump_alert_version(session: Session, account: str) -> None:
    """Increase the version of the account's alerts. Its row stays locked until commit."""
    session.connection().execute(_CHANGED, {"account": account})
