"""Engine: the journal, its hash chain, the event writer, identity and access."""
