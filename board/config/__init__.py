"""Settings, and rules that an installation may change, with the data files that they come from."""
