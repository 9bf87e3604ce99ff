"""What alerts whom, and what of it was read."""
