"""Cards in columns, their order and owners, notes, and space on a board."""
