"""Set-up of an app with codes. The page holds the encrypted secret, which is stored once the person has typed a right code."""

from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from board.accounts.factors import second_factors, totp
from board.accounts.seal import Seal
from board.errors import OperationError
from board.i18n import N_
from models.accounts import Account


def begin(account: Account, key: bytes, bound_to: str, sealed: str = "") -> dict[str, Any]:
    """Return the values of the form: QR code, secret and the encrypted secret.

    `bound_to`: digest of a session or pending sign-in. `sealed`: encrypted secret from the submitted form, which is shown again,
    so that the person need not scan another code.
    """
    seal = _seal(account, key, bound_to)
    secret = seal.open(sealed) or totp.new_secret()
    uri = totp.uri(secret, account.email)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return {"qr": Markup(totp.qr_svg(uri)), "secret": spaced, "sealed": seal.close(secret)}  # noqa: S704 - made by segno


def finish(session: Session, account: Account, key: bytes, bound_to: str, sealed: str, code: str, now: datetime) -> list[str]:
    """Add the app if the code is right; return the recovery codes if it is the first factor. Raises OperationError."""
    secret = _seal(account, key, bound_to).open(sealed)
    if secret is None:
        raise OperationError(N_("This page is too old. Begin again."))
    step = totp.matching_step(secret, code, now, last_used=0)
    if step is None:
        raise OperationError(
            N_("This code is wrong. Type the current code of the app. If it stays wrong, check the time on the phone.")
        )
    return second_factors.add_app(session, account, secret, step, key, now)


def _seal(account: Account, key: bytes, bound_to: str) -> Seal:
    return Seal(key, f"set up {account.id} {bound_to}")
