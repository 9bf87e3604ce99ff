"""Fields of the looks, clothes and needs of the child: null in searches that were there, whose journal does not have them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_ADDED = ("height_cm", "build", "hair", "eyes", "features", "clothing", "needs", "needs_until")
_SEARCH = sa.table("search", sa.column("id", sa.String()), sa.column("person", sa.JSON()))
_FILL = _SEARCH.update().where(_SEARCH.c.id == sa.bindparam("search")).values(person=sa.bindparam("filled", type_=sa.JSON()))


def upgrade() -> None:
    connection = op.get_bind()
    rows: list[tuple[str, dict[str, Any]]] = [(id, person) for id, person in connection.execute(sa.select(_SEARCH))]
    filled = [{"search": id, "filled": person | {name: person.get(name) for name in _ADDED}} for id, person in rows]
    if filled:
        connection.execute(_FILL, filled)
