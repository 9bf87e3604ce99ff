"""Recovery codes: each replaces a second factor once. The database stores only their digests."""

import secrets

from sqlmodel import Session, col, delete, select

from board.engine.identity import digest
from models.accounts import Account
from models.factors import RecoveryCode

COUNT = 8
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no characters that look alike
GROUPS, GROUP_LENGTH = 5, 5  # 123 bits: from 112 on, a plain digest is enough (ASVS 5.0, V6.5.2)


def replace(session: Session, account: Account) -> list[str]:
    """Replace the codes of an account, and return the new ones."""
    remove(session, account.id)
    codes = [_new_code() for _ in range(COUNT)]
    session.add_all(RecoveryCode(digest=_digest(account.id, code), account=account.id) for code in codes)
    return codes


def remove(session: Session, account: str) -> None:
    """Delete the codes of an account."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account) == account))


def count_left(session: Session, account: str) -> int:
    """Return the number of unused codes."""
    unused = select(RecoveryCode.digest).where(RecoveryCode.account == account, col(RecoveryCode.used_at).is_(None))
    return len(session.exec(unused).all())


def use(session: Session, account: str, code: str, at: str) -> bool:
    """Mark a code as used. Returns False if it is wrong or was used before. Of two concurrent calls, only one succeeds."""
    row = session.get(RecoveryCode, _digest(account, code), with_for_update=True)
    if row is None or row.account != account or row.used_at is not None:
        return False
    row.used_at = at
    return True


def _new_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def _digest(account: str, code: str) -> str:
    plain = "".join(character for character in code.lower() if character.isalnum())
    return digest(f"recovery code {account} {plain}")
