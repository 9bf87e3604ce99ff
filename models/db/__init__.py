"""Database access: engines, the write queue, errors, and migrations of the tables."""
