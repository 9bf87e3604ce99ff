"""Real PostgreSQL and Redis servers without an installation: for `board dev`, the tests, the fault runs and the bench."""

from board.dev.account import Account, server_folder, unprivileged
from board.dev.child import CannotStart
from board.dev.find import find_postgres, find_redis
from board.dev.postgres import Postgres
from board.dev.redis import Redis

__all__ = ["Account", "CannotStart", "Postgres", "Redis", "find_postgres", "find_redis", "server_folder", "unprivileged"]
