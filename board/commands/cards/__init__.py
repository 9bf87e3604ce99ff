"""Cards in columns, their order and owners, notes, and the room on a board."""
