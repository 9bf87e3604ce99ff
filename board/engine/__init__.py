"""Engine: the journal, its hash chain, the one writer, identity and access."""
