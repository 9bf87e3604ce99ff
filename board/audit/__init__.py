"""Audit journal: sign-ins and refusals, changes by administrators, and data that left the board. Readable by administrators
only."""
