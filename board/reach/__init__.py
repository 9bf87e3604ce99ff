"""How far a person gets, and which sightings cannot both be true. The modules are pure, except the two calls."""
