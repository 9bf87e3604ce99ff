"""Distance that a person can travel, and which sightings cannot both be true. The modules are pure, except the two calls."""
