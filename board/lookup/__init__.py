"""Look-up: text search, places, fuzzy names, and the intake of sightings."""
