"""How it travels: socket, hub, catch-up. Knows no search, no sighting, no table."""
