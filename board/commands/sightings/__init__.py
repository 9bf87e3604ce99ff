"""Sightings, tips, sources, and the queues in which they wait."""
