"""Session at a provider (OpenID Connect) that a session here stems from."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """Session at a provider.

    `key`: of the provider in `sign_in.toml`. `sid`: name of the session there, if it has one. `token`: encrypted token with which
    the claims are read again. `check_at`: time of the next check.
    """

    key: str
    issuer: str
    subject: str
    sid: str | None
    token: str = field(repr=False)
    check_at: str

    def columns(self) -> dict[str, str | None]:
        """Return the columns of a `LoginSession`."""
        return {
            "issuer": self.issuer, "subject": self.subject, "sid": self.sid, "provider_token": self.token,
            "check_at": self.check_at,
        }  # fmt: skip

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str | None) -> "ProviderSession | None":
        """Return the session that `to_json` wrote; None for None."""
        return cls(**json.loads(text)) if text is not None else None
