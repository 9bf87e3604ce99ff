"""Distance that a person can travel, and sightings that cannot both be true."""
