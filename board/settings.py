"""The settings, from the environment or a file `.env`; their names and defaults are the contract's."""

import re
from importlib.metadata import PackageNotFoundError, version

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.database import Unusable

try:
    VERSION = version("searchboard")
except PackageNotFoundError:  # started from a tree that was never installed
    VERSION = "0"


class Settings(BaseSettings):
    """See the table in the README."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite:///board.db"
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1)
    public_url: str | None = None
    secret_key: str | None = None
    files_path: str | None = None
    log_level: str = "INFO"
    max_sockets_per_account: int = Field(default=50, ge=0)
    max_messages_per_second: int = Field(default=50, ge=0)

    @property
    def secure(self) -> bool:
        """Whether browsers come by https: then cookies are sent by https only."""
        return bool(self.public_url and self.public_url.lower().startswith("https:"))

    def check(self) -> None:
        """Raises Unusable where these settings can't be served, in a sentence."""
        if self.public_url and not re.fullmatch(r"https?://[^/\s]+/?", self.public_url, re.IGNORECASE):
            raise Unusable("PUBLIC_URL is what browsers see, as in https://board.example.org.")
        if self.workers > 1 and not self.redis_url:
            raise Unusable("More than one worker needs Redis: set REDIS_URL.")
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            raise Unusable("More than one worker needs PostgreSQL: set DATABASE_URL.")
        if self.workers > 1 or self.redis_url:
            raise Unusable("This version serves one process, without Redis: unset WORKERS and REDIS_URL.")
