"""Session at an OpenID Connect provider, from which a session here was started."""

import json
from dataclasses import asdict, dataclass, field, replace

from starlette.requests import Request

from board.config.sign_in import Provider
from board.engine.identity import Caller
from board.web.http import service_of
from models.accounts import LoginSession


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """Session of a person at a provider.

    `key`: key of the provider in `sign_in.toml`. `sid`: id of the session there, if it has one. `token`: encrypted token for
    reading the claims again. `check_at`: time of the next check. `proved_at`: when the person proved their identity there,
    perhaps long ago; None if the provider did not say.
    """

    key: str
    issuer: str
    subject: str
    sid: str | None
    token: str = field(repr=False)
    check_at: str
    proved_at: str | None = None

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns of a `LoginSession`."""
        return {
            "issuer": self.issuer, "subject": self.subject, "sid": self.sid, "provider_token": self.token,
            "check_at": self.check_at,
        }  # fmt: skip

    def to_json(self) -> str:
        return json.dumps(asdict(replace(self, proved_at=None)))  # a second factor will be proved here

    @classmethod
    def of_json(cls, text: str | None) -> "ProviderSession | None":
        """Return the session that `to_json` wrote; None for None."""
        return cls(**json.loads(text)) if text is not None else None


async def provider_of(request: Request, caller: Caller) -> Provider | None:
    """Return the provider that signed the caller in; None for other sessions and for tokens."""
    if caller.session is None:
        return None
    service = service_of(request)
    row = await service.database.read(lambda session: session.get(LoginSession, caller.session))
    return service.sign_in.by_issuer(row.issuer) if row is not None and row.issuer is not None else None
