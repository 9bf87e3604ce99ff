"""Maps of searches: points, drawings on paper and for walls, and an installation's own tiles."""
