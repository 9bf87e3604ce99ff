"""Pictures of every page and dialog, taken from a demo with fixed data and a fixed clock: `python -m board pictures`."""
