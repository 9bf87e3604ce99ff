"""Timeline of a search: what happened and when, when it became known, and the gaps. It contains codes, not sentences."""
