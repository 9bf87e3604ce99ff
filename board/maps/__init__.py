"""Points of maps, drawings for paper and walls, and the tiles of an installation."""
