"""Second factors of an account: list, add and remove them, and check a code. Changes are recorded in the audit journal."""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, delete, func, select

from board.accounts import accounts
from board.accounts.factors import recovery_codes, totp
from board.accounts.seal import Seal
from board.audit import entries, writer
from board.errors import OperationError
from board.i18n import N_
from models.accounts import Account, LoginSession
from models.factors import FactorGrace, RecoveryCode, SecondFactor
from models.ids import new_id
from models.text_lines import single_line
from models.times import format_utc

MAX_FACTORS = 20  # per account
MAX_NAME = 60  # characters
MAX_CODE = 100  # characters that people can type as a code


class Factors(NamedTuple):
    """Second factors of an account, oldest first, and its number of unused recovery codes."""

    rows: list[SecondFactor]
    codes_left: int

    @property
    def has_app(self) -> bool:
        return any(row.kind == SecondFactor.APP for row in self.rows)

    @property
    def has_passkey(self) -> bool:
        return any(row.kind == SecondFactor.PASSKEY for row in self.rows)


def of_account(session: Session, account: str) -> Factors:
    """Return the second factors of an account."""
    rows = session.exec(select(SecondFactor).where(SecondFactor.account == account).order_by(col(SecondFactor.created_at)))
    return Factors(list(rows), recovery_codes.count_left(session, account))


def has_any(session: Session, account: str) -> bool:
    """Return whether an account has a second factor."""
    return session.exec(select(SecondFactor.id).where(SecondFactor.account == account).limit(1)).first() is not None


def add_app(session: Session, account: Account, secret: str, step: int, key: bytes, now: datetime) -> list[str]:
    """Add an app whose code was right; return the recovery codes if it is the first factor.

    `step`: time step of that code. `key`: secret of the installation. Raises OperationError if there is an app.
    """
    if of_account(session, account.id).has_app:
        raise OperationError(N_("You already have an app with codes. Remove it first."))
    id = new_id()
    row = SecondFactor(
        id=id, account=account.id, kind=SecondFactor.APP, name="", secret=Seal(key, id).close(secret), counter=step,
        created_at=format_utc(now),
    )  # fmt: skip
    return add(session, account, row)


def add(session: Session, account: Account, row: SecondFactor) -> list[str]:
    """Add a factor; return the recovery codes if it is the first. Raises OperationError if there are too many."""
    count = session.exec(select(func.count()).select_from(SecondFactor).where(SecondFactor.account == account.id)).one()
    if count >= MAX_FACTORS:
        raise OperationError(N_("You have too many passkeys. Remove one first."))
    row.name = single_line(row.name)[:MAX_NAME]
    session.add(row)
    session.flush()
    writer.write(session, entries.FactorAdded(id=account.id, name=account.name, factor=row.kind, title=row.name))
    return [] if count else recovery_codes.replace(session, account)


def remove(session: Session, account: Account, id: str, *, by: str | None = None) -> None:
    """Remove a factor. After the last one, the recovery codes end too. Raises OperationError if it does not exist.

    `by`: digest of the session that removes it. Every other session needs a new proof of identity before its next sensitive act.
    """
    row = session.get(SecondFactor, id)
    if row is None or row.account != account.id:
        raise OperationError(N_("This was already removed."))
    session.delete(row)
    session.flush()
    writer.write(session, entries.FactorRemoved(id=account.id, name=account.name, factor=row.kind, title=row.name))
    if not has_any(session, account.id):
        recovery_codes.remove(session, account.id)
    others = update(LoginSession).where(col(LoginSession.account) == account.id, col(LoginSession.digest) != (by or ""))
    session.connection().execute(others.values(factor_at=None))


def remove_all(session: Session, account: Account) -> int:
    """Remove all factors and recovery codes of an account whose owner lost them; its days of grace begin again.

    Its sessions end, because anyone who found the factors may have started them.
    """
    accounts.end_sessions(session, account.id)
    rows = of_account(session, account.id).rows
    for row in rows:
        remove(session, account, row.id)
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account) == account.id))
    session.exec(delete(FactorGrace).where(col(FactorGrace.account) == account.id))
    return len(rows)


def use_code(session: Session, account: Account, code: str, key: bytes, now: datetime) -> Literal["totp", "recovery"] | None:
    """Use up a code of the app, or a recovery code. Return its kind; None if it is wrong or was used before."""
    code = code[:MAX_CODE]
    app = select(SecondFactor).where(SecondFactor.account == account.id, SecondFactor.kind == SecondFactor.APP)
    for row in session.exec(app.with_for_update()).all():  # locked: of two calls with one code, the first uses it
        secret = Seal(key, row.id).open(row.secret)
        step = totp.matching_step(secret, code, now, row.counter) if secret is not None else None
        if step is not None:
            row.counter, row.used_at = step, format_utc(now)
            return "totp"
    if has_any(session, account.id) and recovery_codes.use(session, account.id, code, format_utc(now)):
        left = recovery_codes.count_left(session, account.id)
        writer.write(session, entries.RecoveryCodeUsed(id=account.id, name=account.name, left=left))
        return "recovery"
    return None
