"""Audit journal: sign-ins, refusals, changes by administrators, and data that left the board. Only administrators may read it."""
