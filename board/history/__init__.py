"""History: its pages, changes that a reader has not seen, and the integrity of the journal."""
