"""Database access: engines of SQLite and PostgreSQL, the queue of writes, heavy reads, errors, and migrations."""
