"""Timeline of a search: what happened when, when it became known, and when nothing is known. In codes, without sentences."""
