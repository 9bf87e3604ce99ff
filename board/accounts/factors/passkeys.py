"""Passkeys (WebAuthn): options for the browser, and checks of its answers.

The library `webauthn` does the checks. In addition, this module accepts each challenge only once, and refuses a passkey whose
counter went back, because it may have been copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import webauthn
from sqlmodel import Session, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from board.accounts.factors import challenges, second_factors
from models.accounts import Account
from models.factors import SecondFactor
from models.ids import new_id
from models.times import format_utc
from realtime.wire import strict_json

NAME = "Searchboard"
MAX_ID = 1_400  # characters of the id of a passkey in base64url: 1,023 bytes (WebAuthn)
# exceptions that hostile answers cause in the library and in its decoders
BAD_ANSWER = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)

Reason = Literal["wrong", "counter", "replayed"]


class PasskeyError(Exception):
    """Refused answer of a passkey. `account`, `title`: owner and name of the passkey, if it is known."""

    def __init__(self, reason: Reason, factor: SecondFactor | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = factor.account if factor is not None else None
        self.title = factor.name if factor is not None else ""


@dataclass(frozen=True, slots=True)
class Site:
    """Site that asks for a passkey. `secret`: the installation's secret. `bound_to`: browser, sign-in or session that answers."""

    origin: str
    secret: bytes
    bound_to: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    def challenge(self, now: datetime) -> bytes:
        return challenges.new(self.secret, self.bound_to, now)


def registration_options(site: Site, account: Account, rows: Sequence[SecondFactor], now: datetime) -> str:
    """Return the options with which a browser creates a passkey, as JSON. `rows`: existing factors of the account."""
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name=NAME, user_id=account.id.encode(), user_name=account.email, user_display_name=account.name,
        challenge=site.challenge(now), exclude_credentials=_descriptors(rows),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )  # fmt: skip
    return webauthn.options_to_json(options)


def request_options(site: Site, rows: Sequence[SecondFactor], now: datetime) -> str:
    """Return the options with which a browser asks for a passkey, as JSON; without `rows` for any passkey of this site."""
    verification = UserVerificationRequirement.PREFERRED if rows else UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=site.challenge(now), allow_credentials=_descriptors(rows), user_verification=verification
    )
    return webauthn.options_to_json(options)


def new_factor(session: Session, site: Site, account: Account, answer: str, name: str, now: datetime) -> SecondFactor:
    """Verify a new passkey, and return its row without adding it. Raises PasskeyError."""
    try:
        credential = _parse(answer)
        challenge = _challenge(site, credential, now)
        verified = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        )
        id = bytes_to_base64url(verified.credential_id)
    except BAD_ANSWER:
        raise PasskeyError("wrong") from None
    _use(session, challenge, now, None)
    if len(id) > MAX_ID or _by_credential(session, id) is not None:
        raise PasskeyError("wrong")
    return SecondFactor(
        id=new_id(), account=account.id, kind=SecondFactor.PASSKEY, name=name, credential=id,
        secret=bytes_to_base64url(verified.credential_public_key), counter=verified.sign_count, created_at=format_utc(now),
    )  # fmt: skip


def use(session: Session, site: Site, answer: str, now: datetime, *, account: str | None = None) -> SecondFactor:
    """Verify the answer of a passkey, record its use, and return its row. Raises PasskeyError.

    `account`: the account that must own it. Without one, the passkey signs in alone, and must have verified its user.
    """
    row: SecondFactor | None = None
    try:
        credential = _parse(answer)
        row = _by_credential(session, str(credential.get("id", ""))[:MAX_ID])
        if row is None or account not in (None, row.account):
            raise PasskeyError("wrong")
        challenge = _challenge(site, credential, now)
        verified = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(row.secret), credential_current_sign_count=0,
            require_user_verification=account is None,
        )  # fmt: skip
    except BAD_ANSWER:
        raise PasskeyError("wrong", row) from None
    _use(session, challenge, now, row)
    if (verified.new_sign_count or row.counter) and verified.new_sign_count <= row.counter:
        raise PasskeyError("counter", row)
    row.counter, row.used_at = verified.new_sign_count, format_utc(now)
    return row


def of_account(session: Session, account: str) -> list[SecondFactor]:
    """Return the passkeys of an account."""
    return [row for row in second_factors.of_account(session, account).rows if row.kind == SecondFactor.PASSKEY]


def _parse(answer: str) -> dict[str, Any]:
    """Return the credential of a browser's answer. Raises ValueError."""
    value, fault = strict_json.parse(answer)
    if fault or not isinstance(value, dict):
        raise ValueError(fault)
    return value


def _challenge(site: Site, credential: dict[str, Any], now: datetime) -> bytes:
    """Return the challenge that a credential answers. Raises ValueError if it is not one of this site, or has expired."""
    challenge = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    if not challenges.is_valid(site.secret, site.bound_to, now, challenge):
        raise ValueError("challenge")
    return challenge


def _use(session: Session, challenge: bytes, now: datetime, row: SecondFactor | None) -> None:
    if not challenges.use(session, challenge, now):
        raise PasskeyError("replayed", row)


def _by_credential(session: Session, id: str) -> SecondFactor | None:
    """Return the passkey with this id, locked, so that the second of two answers with the same counter is refused."""
    return session.exec(select(SecondFactor).where(SecondFactor.credential == id).with_for_update()).first()


def _descriptors(rows: Sequence[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in rows if row.credential]
