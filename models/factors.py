"""Second factors of accounts, and sign-ins that wait for one."""

from typing import ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class SecondFactor(SQLModel, table=True):
    """App with codes, or passkey, of an account.

    `secret`: of an app its encrypted secret, of a passkey its public key (COSE, in base64url). `credential`: id of the passkey.
    `counter`: of an app the last used time step, of a passkey its signature counter.
    """

    __tablename__ = "second_factors"

    APP: ClassVar[str] = "totp"
    PASSKEY: ClassVar[str] = "passkey"

    id: str = Field(primary_key=True)
    account: str = Field(index=True)
    kind: str
    name: str
    secret: str
    credential: str | None = Field(default=None, unique=True)
    counter: int = Field(default=0, sa_type=BigInteger)
    created_at: str
    used_at: str | None = None


class RecoveryCode(SQLModel, table=True):
    """Recovery code of an account, as a digest. It works once."""

    __tablename__ = "recovery_codes"

    digest: str = Field(primary_key=True)
    account: str = Field(index=True)
    used_at: str | None = None


class PendingSignIn(SQLModel, table=True):
    """Sign-in whose first factor was right, keyed by the digest of its cookie.

    `password`: digest of the account's password hash at that time; a new password ends the sign-in. `attempts`: wrong codes.
    """

    __tablename__ = "pending_sign_ins"

    digest: str = Field(primary_key=True)
    account: str = Field(index=True)
    password: str
    target: str
    attempts: int = 0
    ends_at: str
    provider: str | None = None  # JSON: the session at the provider that signed the person in


class FactorGrace(SQLModel, table=True):
    """Begin of the days of grace of an account that needs a second factor: its first sign-in with that rule."""

    __tablename__ = "factor_graces"

    account: str = Field(primary_key=True)
    since: str


class UsedChallenge(SQLModel, table=True):
    """Challenge that a passkey has answered, as a digest, until it expires: it is accepted once."""

    __tablename__ = "used_challenges"

    digest: str = Field(primary_key=True)
    ends_at: str
