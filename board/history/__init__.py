"""History: its pages, what is new to a reader, and the integrity of the journal."""
