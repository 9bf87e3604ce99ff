"""Real PostgreSQL and Redis servers that need no installation: for `board dev`, the tests, the fault runs and the benchmarks."""

from board.dev.child_process import CannotStart
from board.dev.postgres import Postgres
from board.dev.redis import Redis
from board.dev.server_binaries import find_postgres, find_redis
from board.dev.unprivileged_user import OsUser, server_folder, unprivileged

__all__ = ["CannotStart", "OsUser", "Postgres", "Redis", "find_postgres", "find_redis", "server_folder", "unprivileged"]
