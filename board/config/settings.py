"""Settings, from the environment or a file `.env`. The contract fixes their names and defaults."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from board import bootstrap
from board.config import env_file, notification_settings
from board.config.alarm_rules import load_rules
from board.config.backup_keys import parse_recipients
from board.config.board_shares import load_board_shares
from board.config.data_keys import FORM, FORM_ERROR
from board.config.disk_reserve import parse_reserve
from board.config.file_shares import load_file_shares
from board.config.kind_fields import load_kind_fields
from board.config.map_tiles import load_map_tiles
from board.config.own_places import load_own_places
from board.config.predefined_tasks import load_catalogue
from board.config.retention import load_retention
from board.config.roles import load_roles
from board.config.secret_file import MIN_SECRET_LENGTH, load_or_create_secret
from board.config.sign_in import load_sign_in
from board.config.speeds import load_speeds
from board.config.targets import load_targets
from board.config.unusual_reads import load_unusual_reads
from board.vocabulary.vocabulary import check_own_vocabulary
from models.accounts import ROLES
from models.db.database import ConfigurationError

VERSION = bootstrap.version()
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

REPORTED_BEFORE_DAYS = 7  # interval of the reports of unused accounts

NO_ROLE = "none"  # value of SECOND_FACTOR_ROLES
KEY_SUFFIX = ".key"  # appended to the name of an SQLite database file
FILES_SUFFIX = ".files"  # appended to it for the folder of photos and files

PATTERNS = {  # by setting: the pattern of its value, and the error text
    "files_url": (  # an absolute path of a folder, or a bucket with or without a prefix
        r"file:///[^?#\0]*[^/?#\0]/?|s3://[a-z0-9][a-z0-9.-]+(/[\w./=-]*)?",
        "must be a folder such as file:///var/lib/searchboard/files, or a bucket such as s3://bucket/prefix",
    ),
    "aws_endpoint_url": (r"https?://[^\s/@]+/?", "must be the address of a store, such as https://s3.example.org"),
    "data_keys": (FORM, FORM_ERROR),
    "hsts": (  # value of the header; `off` for no header
        r"off|max-age=\d{1,9}(; includeSubDomains)?(; preload)?",
        "must be off, or a time in seconds such as max-age=31536000; includeSubDomains",
    ),
    "poster_url": (  # at most 500 characters; the reference of the search replaces `{reference}`
        r"(?=.{1,500}\Z)https?://[^\s/{}]+(/([^\s{}]|\{reference\})*)?",
        "must be the address of a page, such as https://example.org/missing/{reference}",
    ),
}
PARSERS: dict[str, Callable[[str], object]] = {  # of settings with a more complex form; they raise ValueError
    "smtp_url": notification_settings.mail_server, "mail_from": notification_settings.sender,
    "webhook_url": partial(notification_settings.webhooks, allow_private=True),
    "webhook_secret": notification_settings.signing_keys,
    "disk_reserve": parse_reserve,
    "backup_recipients": parse_recipients,
}  # fmt: skip


class Settings(BaseSettings):
    """Settings of one installation; `board/docs/reference/settings.md` explains each."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    def __init__(self, **arguments: Any) -> None:
        """Read settings from arguments, then the environment, then the chosen file (or `_env_file`, None for no file). Raises
        ConfigurationError for an unusable file, ValidationError for an invalid value."""
        file = arguments.pop("_env_file", env_file.chosen())
        if file is not None:
            env_file.check(Path(file), type(self).model_fields)
        super().__init__(_env_file=file, **arguments)

    database_url: str = Field(default="sqlite:///board.db", repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=256)
    public_url: str | None = None
    hsts: str = "max-age=31536000"
    secret_key: str | None = Field(default=None, repr=False)
    files_path: str | None = None
    files_url: str | None = None
    aws_access_key_id: str | None = Field(default=None, repr=False)
    aws_secret_access_key: str | None = Field(default=None, repr=False)
    aws_session_token: str | None = Field(default=None, repr=False)
    aws_region: str | None = None
    aws_endpoint_url: str | None = None
    forwarded_allow_ips: str = "127.0.0.1"
    log_level: str = "INFO"
    security_contact: str | None = None
    poster_url: str | None = None
    map_tiles: str | None = None
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    webhook_url: str | None = Field(default=None, repr=False)
    webhook_secret: str | None = Field(default=None, repr=False)
    webhook_allow_private: bool = False
    webhook_members_only: str | None = Field(default=None, repr=False)
    keep_command_ids_days: int = Field(default=90, ge=90, le=36_500)
    token_days: int = Field(default=90, ge=1, le=365)
    max_token_days: int | None = Field(default=None, ge=1, le=365)
    max_guest_days: int = Field(default=90, ge=1, le=365)
    keep_ended_tokens_days: int = Field(default=90, ge=0, le=36_500)
    archive_closed_days: int = Field(default=30, ge=1, le=36_500)
    session_idle_hours: int = Field(default=12, ge=0, le=24 * 365)
    second_factor_roles: str = "coordinator,admin"
    second_factor_grace_days: int = Field(default=14, ge=0, le=365)
    idle_lock_minutes: int = Field(default=0, ge=0, le=720)
    idle_lock_covers: bool = False
    unused_report_days: int = Field(default=90, ge=0, le=3_650)
    unused_lock_days: int = Field(default=0, ge=0, le=3_650)
    max_connections_per_address: int = Field(default=512, ge=0)
    max_sockets_per_account: int = Field(default=50, ge=0)
    max_messages_per_second: int = Field(default=50, ge=0)
    max_intake_per_minute: int = Field(default=300, ge=0)
    max_uploads_per_minute: int = Field(default=60, ge=0)
    max_documents_per_minute: int = Field(default=60, ge=0)
    serve_unrecorded_reads: bool = False
    disk_reserve: str = "1GiB,10%"
    max_file_mb: int = Field(default=25, ge=1, le=500)
    backup_recipients: str | None = None
    backup_identity_file: str | None = None
    backup_identity_command: str | None = Field(default=None, repr=False)
    search_keys_file: str | None = None
    data_keys: str | None = Field(default=None, repr=False)

    @field_validator(
        "redis_url", "public_url", "secret_key", "files_path", "security_contact", "poster_url", "map_tiles",
        "smtp_url", "mail_from", "webhook_url", "webhook_secret", "webhook_members_only",
        "max_token_days",
        "backup_recipients", "backup_identity_file", "backup_identity_command", "search_keys_file", "data_keys",
        "files_url", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region", "aws_endpoint_url",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        """Read an empty value, such as `REDIS_URL=`, as unset."""
        return value or None

    @field_validator(*PATTERNS, mode="after")
    @classmethod
    def _matches_pattern(cls, value: str | None, info: ValidationInfo) -> str | None:
        pattern, sentence = PATTERNS[info.field_name or ""]
        if value is not None and not re.fullmatch(pattern, value):
            raise ValueError(sentence)
        return value

    @field_validator("log_level", mode="after")
    @classmethod
    def _is_level(cls, value: str) -> str:
        if value.upper() not in LEVELS:
            raise ValueError(f"must be one of {', '.join(LEVELS)}")
        return value.upper()

    @field_validator("security_contact", mode="after")
    @classmethod
    def _is_contact(cls, value: str | None) -> str | None:
        """Turn a bare e-mail address into a URI, which RFC 9116 requires."""
        if value is None:
            return None
        contact = f"mailto:{value}" if "@" in value and ":" not in value else value
        if not re.fullmatch(r"(mailto:[^\s@]+@|https://|tel:\+?\d)[^\s]+", contact):
            raise ValueError("must be an e-mail address, or an address that begins with https:// or tel:")
        return contact

    @field_validator(*PARSERS, mode="after")
    @classmethod
    def _can_be_parsed(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            PARSERS[info.field_name or ""](value)
        return value

    @field_validator("second_factor_roles", mode="after")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        if value.strip() != NO_ROLE and not {part.strip() for part in value.split(",")} <= set(ROLES):
            raise ValueError(f"must be {NO_ROLE}, or a comma-separated list of roles, such as coordinator,admin")
        return value

    @field_validator("forwarded_allow_ips", mode="after")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        """Accept addresses of proxies in uvicorn's form. Refuse names, which uvicorn would compare with addresses."""
        for address in filter(None, (part.strip() for part in value.split(","))):
            try:
                address == "*" or ip_network(address)
            except ValueError:
                raise ValueError(
                    "must be a comma-separated list of IP addresses or networks, such as 10.0.0.7,10.1.0.0/16"
                ) from None
        return value

    @property
    def secure(self) -> bool:
        """Return whether browsers connect by https, so that cookies are sent over https only."""
        return bool(self.public_url and self.public_url.lower().startswith("https:"))

    @property
    def hsts_header(self) -> str | None:
        """Value of the header Strict-Transport-Security; None if browsers do not connect by https, or if it is off."""
        return self.hsts if self.secure and self.hsts != "off" else None

    @property
    def origin(self) -> str | None:
        """Origin of pages at PUBLIC_URL, as browsers send it: without the scheme's default port."""
        if not self.public_url:
            return None
        scheme, _, rest = self.public_url.lower().partition("://")
        host = rest.partition("/")[0]
        return f"{scheme}://{host.removesuffix(':443' if scheme == 'https' else ':80')}"

    @property
    def session_idle(self) -> timedelta | None:
        """Time after which an unused session ends; None if it never does."""
        return timedelta(hours=self.session_idle_hours) if self.session_idle_hours else None

    @property
    def roles_with_second_factor(self) -> frozenset[str]:
        """Roles that need a second factor."""
        return frozenset(part.strip() for part in self.second_factor_roles.split(",")) - {NO_ROLE}

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def check(self) -> None:
        """Raise ConfigurationError for settings that prevent the server from starting. The message never quotes a password."""
        if self.public_url and not re.fullmatch(r"https?://[^/\s]+/?", self.public_url, re.IGNORECASE):
            raise ConfigurationError("PUBLIC_URL is not the address of a website. Example: https://board.example.org.")
        load_catalogue(self.files_path)
        load_rules(self.files_path)
        load_board_shares(self.files_path)
        load_targets(self.files_path)
        load_kind_fields(self.files_path)
        load_file_shares(self.files_path)
        self._check_providers()
        load_roles(self.files_path)
        load_speeds(self.files_path)
        load_unusual_reads(self.files_path)
        load_retention(self.files_path)
        if self.max_token_days is not None and self.token_days > self.max_token_days:
            raise ConfigurationError("TOKEN_DAYS is more than MAX_TOKEN_DAYS. Set it to at most that many days.")
        load_own_places(self.files_path)
        load_map_tiles(self.map_tiles)
        check_own_vocabulary(self.files_path)
        if self.workers > 1 and not self.redis_url:
            raise ConfigurationError("More than one worker needs Redis. Set REDIS_URL.")
        if self.workers > 1 and self.on_sqlite:
            raise ConfigurationError("More than one worker needs PostgreSQL. Set DATABASE_URL.")
        if self.redis_url:
            _check_redis(self.redis_url)
        if self.secret_key is None and self.database_url.startswith("postgres"):
            raise ConfigurationError("With PostgreSQL, all servers must share a secret. Set SECRET_KEY to a long random text.")
        if self.secret_key is not None and len(self.secret_key) < MIN_SECRET_LENGTH:
            raise ConfigurationError(f"SECRET_KEY is too short. Set it to at least {MIN_SECRET_LENGTH} random characters.")
        if self.backup_identity_file and self.backup_identity_command:
            raise ConfigurationError("An identity has one source. Set BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND, not both.")
        if (self.aws_access_key_id is None) != (self.aws_secret_access_key is None):
            raise ConfigurationError("A key for an s3:// store has two parts. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        report_days, lock_days = self.unused_report_days, self.unused_lock_days
        if lock_days and (not report_days or lock_days < report_days + REPORTED_BEFORE_DAYS):
            raise ConfigurationError(
                "Unused accounts must be reported before they are locked. Set UNUSED_REPORT_DAYS, and UNUSED_LOCK_DAYS to at "
                f"least {REPORTED_BEFORE_DAYS} days more, such as 90 and 120."
            )
        self._check_notifications()

    def _check_providers(self) -> None:
        """Require PUBLIC_URL for providers, which send browsers back to it. A client could forge the Host header.

        A provider on this machine, as in tests, may have an http address, and does not require it.
        """
        issuers = [provider.issuer for provider in load_sign_in(self.files_path).provider]
        if not self.public_url and any(issuer.startswith("https:") for issuer in issuers):
            raise ConfigurationError("Providers in sign_in.toml send browsers back to the board. Set PUBLIC_URL.")

    def _check_notifications(self) -> None:
        if self.smtp_url and not self.mail_from:
            raise ConfigurationError("E-mails need a sender. Set MAIL_FROM.")
        if self.webhook_url and not self.webhook_secret:
            raise ConfigurationError("Webhooks are signed. Set WEBHOOK_SECRET.")
        if (self.smtp_url or self.webhook_url) and not self.public_url:
            raise ConfigurationError("E-mails and webhooks contain a link to the board. Set PUBLIC_URL.")
        try:
            notification_settings.webhooks(self.webhook_url or "", self.webhook_allow_private)
        except ValueError as error:
            raise ConfigurationError(f"The setting WEBHOOK_URL {error}.") from None
        if not set((self.webhook_members_only or "").split()) <= set((self.webhook_url or "").split()):
            raise ConfigurationError("WEBHOOK_MEMBERS_ONLY has an address that is not in WEBHOOK_URL. Add it there too.")

    def secret(self) -> bytes:
        """Return the secret that the installation's servers share: SECRET_KEY, or the secret in a file next to the SQLite
        database. Raises ConfigurationError."""
        self.check()
        if self.secret_key is not None:
            return self.secret_key.encode()
        path = self.key_file
        assert path is not None
        try:
            return load_or_create_secret(path)
        except OSError as error:
            raise ConfigurationError(f"The secret can't be stored in {path}, next to the database: {error.strerror}.") from error

    @property
    def key_file(self) -> Path | None:
        """File with the secret, next to an SQLite database; None with SECRET_KEY, and on PostgreSQL, which requires it."""
        if self.secret_key is not None or not self.on_sqlite:
            return None
        return Path(f"{make_url(self.database_url).database}{KEY_SUFFIX}").absolute()


def _check_redis(url: str) -> None:
    from redis.connection import parse_url  # imported here, because redis-py takes a twelfth of the startup time

    try:
        parse_url(url)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):  # without the cause, which may quote the password
        raise ConfigurationError(
            "REDIS_URL is not the URL of a Redis server. Example: redis://user:password@host:6379/0."
        ) from None
