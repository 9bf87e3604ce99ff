"""Entry point for Alembic: runs the migrations on the connection that `models.db.schema.migrate` passes in."""

from alembic import context

from models.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
