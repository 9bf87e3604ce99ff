"""Attack test: hostile accounts, a stranger, a Redis writer and a file writer, while four honest people work.

`command` runs it, on the installation, with the honest people and by the checks of `tests.tools.faults`. The
attackers run in a separate process (`__main__`) with a lower priority, because real attackers use their own
computers.
"""
