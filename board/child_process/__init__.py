"""Child processes with limits, for work that may take long, eat memory, or fail on what strangers made."""
