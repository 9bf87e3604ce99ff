"""Sign-in by password and by OpenID Connect providers, in a data file. An installation can replace the file with its own under
FILES_PATH."""

import tomllib
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError

from board.config import data_files
from board.config.notification_settings import is_loopback
from board.config.toml_lines import line_of
from board.errors import from_pydantic
from models.db.errors import ConfigurationError
from models.fields import Data, Title

FILE = "sign_in.toml"
MAX_PROVIDERS = 10  # each is a button on the sign-in page
MAX_RULES = 100  # per provider
MAX_CHECK_MIN = 24 * 60

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=r"^[!-~]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Role = Literal["viewer", "investigator", "coordinator", "admin"]
Location = tuple[str | int, ...]


class Password(Data):
    """Sign-in by password. `break_glass`: address of the one account that can still use its password if this is off."""

    enabled: bool = True
    break_glass: Text | None = None


class RoleRule(Data):
    """Role of people whose `claim` is, or contains, `value`."""

    claim: Words
    value: Words
    role: Role


class Provider(Data):
    """OpenID Connect provider. `board/config/data/sign_in.toml` explains the fields."""

    key: Key
    name: Title
    issuer: Text
    client_id: Words
    client_secret: Text | None = Field(default=None, repr=False)
    client_auth: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    scopes: list[Text] = Field(default=["openid", "profile", "email"], max_length=20)
    userinfo: bool = True
    acr_values: list[Text] = Field(default=[], max_length=20)
    prompt: Literal["login", "select_account", "consent"] | None = None
    second_factor: bool = False
    create_accounts: bool = False
    trust_email: bool = False
    check_min: Annotated[int, Field(ge=1, le=MAX_CHECK_MIN)] = 5
    role: list[RoleRule] = Field(default_factory=list, max_length=MAX_RULES)


class SignIn(Data):
    """Passwords and providers of an installation."""

    password: Password = Field(default_factory=Password)
    provider: list[Provider] = Field(default_factory=list, max_length=MAX_PROVIDERS)

    def by_key(self, key: str) -> Provider | None:
        """Return the provider with this key."""
        return next((provider for provider in self.provider if provider.key == key), None)

    def by_issuer(self, issuer: str) -> Provider | None:
        """Return the provider with this issuer."""
        return next((provider for provider in self.provider if provider.issuer == issuer), None)

    def allows_password(self, email: str) -> bool:
        """Return whether the account with this address can sign in with a password."""
        return self.password.enabled or self.is_break_glass(email)

    def is_break_glass(self, email: str) -> bool:
        """Return whether this is the address of the account for emergencies, while other passwords are switched off."""
        return not self.password.enabled and email.strip().lower() == (self.password.break_glass or "").lower() != ""


def _load(folder: str | None) -> SignIn:
    path = data_files.path_of(FILE, folder)
    try:
        text = path.read_text(encoding="utf-8")
        file = SignIn.model_validate(tomllib.loads(text))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        field, sentence = next(iter((from_pydantic(error).fields or {}).items()))
        raise ConfigurationError(f"{path}, line {line_of(text, location)}, at {field}: {sentence}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from None
    for location, sentence in _errors(file):
        raise ConfigurationError(f"{path}, line {line_of(text, location)}: {sentence}")
    return file


load_sign_in = data_files.loader(_load)


# -- errors ---------------------------------------------------------------------------------------------------------------


def _errors(file: SignIn) -> Iterator[tuple[Location, str]]:
    """Yield the path and a sentence for each error that concerns several values."""
    password = file.password
    if not password.enabled and not password.break_glass:
        yield ("password", "enabled"), "without passwords, one account must remain for emergencies: set break_glass."
    if not password.enabled and not file.provider:
        yield ("password", "enabled"), "without passwords, people need a [[provider]] to sign in with."
    yield from _duplicates(file.provider, "key")
    yield from _duplicates(file.provider, "issuer")
    for number, provider in enumerate(file.provider):
        for place, sentence in _errors_of_provider(provider):
            yield ("provider", number, *place), sentence


def _duplicates(providers: Sequence[Provider], field: str) -> Iterator[tuple[Location, str]]:
    values = [getattr(provider, field) for provider in providers]
    for number, value in enumerate(values):
        if value in values[:number]:
            yield ("provider", number, field), f'two providers have the {field} "{value}". Each needs a different one.'


def _errors_of_provider(provider: Provider) -> Iterator[tuple[Location, str]]:
    if not _is_address(provider.issuer):
        yield ("issuer",), "the issuer must be an address such as https://login.example.org/realms/police."
    if "openid" not in provider.scopes:
        yield ("scopes",), 'the scopes must contain "openid".'
    if provider.create_accounts and not provider.role:
        yield ("create_accounts",), "new accounts need a role: add [[provider.role]], or set create_accounts = false."
    roles: dict[tuple[str, str], str] = {}
    for number, rule in enumerate(provider.role):
        former = roles.setdefault((rule.claim, rule.value), rule.role)
        if former != rule.role:
            yield (
                ("role", number, "role"),
                f'the value "{rule.value}" of {rule.claim} gives the roles {former} and {rule.role}. Keep one of them.',
            )


def _is_address(url: str) -> bool:
    """Return whether a URL is https, or http on this machine, without a query."""
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        return False
    has_scheme = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return has_scheme and port_is_valid and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
