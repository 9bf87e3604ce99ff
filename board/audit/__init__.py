"""The audit journal: who was let in or refused, what administrators did, and what left the board. For administrators alone."""
