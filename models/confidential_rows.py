"""Encryption of confidential columns of rows of an ORM session. It begins for each model that declares one."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import set_committed_value

from models import confidential


@event.listens_for(Mapper, "mapper_configured")
def _watch(mapper: Any, model: type[Any]) -> None:
    names = confidential.columns(mapper.local_table)
    if names:
        event.listen(model, "load", lambda row, context: _open(row, names))
        event.listen(model, "refresh", lambda row, context, changed: _open(row, names))
        for moment, act in (("before", _seal), ("after", partial(_open, names=names))):
            for kind in ("insert", "update"):
                event.listen(model, f"{moment}_{kind}", partial(_on_write, act, names))


def _on_write(act: Any, names: list[str], mapper: Any, connection: Any, row: Any) -> None:
    act(row, names=names)


def _seal(row: Any, names: Iterable[str]) -> None:
    """Encrypt the values that are about to be written."""
    state = inspect(row)
    changed = [name for name in names if state.attrs[name].history.has_changes() and row.__dict__.get(name) is not None]
    values = {column.name: getattr(row, column.name) for column in row.__table__.primary_key} | {
        name: row.__dict__[name] for name in changed
    }
    for name, stored in confidential.sealed_values(row.__table__, values, changed).items():
        setattr(row, name, stored)


def _open(row: Any, names: Iterable[str]) -> None:
    values = row.__dict__
    stored = {name: values[name] for name in names if confidential.stored_key(values.get(name)) is not None}
    if stored:
        key = {column.name: values.get(column.name) for column in row.__table__.primary_key}
        opened = confidential.opened_attributes(row.__table__, key | stored)
        for name in stored:
            set_committed_value(row, name, opened[name])
        values[confidential.UNREADABLE] = opened.get(confidential.UNREADABLE, frozenset())
