"""List of the sessions of an account, and a person's report that one of them is not theirs."""

from typing import NamedTuple

from sqlmodel import Session

from board.accounts import accounts, device_names, earlier_networks
from board.accounts.administrators import administrators
from board.audit import writer
from board.audit.entries import SignInDisowned
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError
from board.i18n import N_, translate
from models.accounts import Account, LoginSession


class SessionRow(NamedTuple):
    """Session with its device in the reader's language. `network`: network of the sign-in, None if it is not known."""

    digest: str
    device: str
    network: str | None
    is_new_device: bool
    created_at: str
    used_at: str
    ends_at: str
    locked_at: str | None


def list_sessions(session: Session, account: str, now: str, language: str) -> list[SessionRow]:
    """Return the active sessions of an account, newest first."""
    return [_row(login_session, language) for login_session in accounts.sessions(session, account, now)]


def _row(login_session: LoginSession, language: str) -> SessionRow:
    device = translate(device_names.describe(login_session.device), language)
    names = [name for name in SessionRow._fields if name != "device"]
    return SessionRow(device=device, **{name: getattr(login_session, name) for name in names})


def disown(session: Session, id: str, digest: str, *, current: str | None, with_new_devices: bool, now: str) -> int:
    """End a session that is not the person's own, alert the administrators, and return the number of ended tokens.

    All tokens of the account end too, because the other person may have made or read one. `with_new_devices`: also end all other
    sessions that began on a new device, except the `current` one. Networks of earlier sign-ins are forgotten. Raises
    OperationError if the session has ended, or is the current one.
    """
    bump_rights_version(session)
    account = session.get_one(Account, id)
    active = [row for row in accounts.sessions(session, id, now) if row.digest != current]
    reported = next((row for row in active if row.digest == digest), None)
    if reported is None:
        raise OperationError(N_("This session has ended."))
    ended = [row for row in active if row is reported or (with_new_devices and row.is_new_device)]
    for row in ended:
        session.delete(row)
    earlier_networks.forget(session, id)
    _report(session, account, reported, len(ended))
    return accounts.end_tokens(session, id, now)


def _report(session: Session, account: Account, reported: LoginSession, count: int) -> None:
    """Write the audit entry, which alerts all other administrators."""
    entry = SignInDisowned(
        id=account.id, name=account.name, device=reported.device, network=reported.network,
        signed_in_at=reported.created_at, count=count,
    )  # fmt: skip
    writer.write(session, entry, also_alerts=administrators(session))
