"""Child processes with limits, for work that may take long, use much memory, or fail on input from strangers."""
