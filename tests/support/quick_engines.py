"""Engines of SQLite databases that share one dialect: else each new server would compile its statements again."""

import functools
from typing import Any

import sqlalchemy
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

from models.db.sqlite import library

STATEMENTS = 5_000  # compiled ones that are kept


def create_engine(*arguments: Any, **options: Any) -> Engine:
    """Create an engine that knows the statements of all others."""
    engine = sqlalchemy.create_engine(*arguments, **options)
    engine.dialect, engine._compiled_cache = _dialect(), _compiled()
    return engine


@functools.cache
def _dialect() -> Dialect:
    engine = sqlalchemy.create_engine("sqlite://", module=library)
    with engine.connect():
        pass
    engine.dispose()
    return engine.dialect


@functools.cache
def _compiled() -> LRUCache[Any, Any]:
    return LRUCache(STATEMENTS)
