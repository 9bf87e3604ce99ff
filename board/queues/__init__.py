"""Queues in which accounts, and networks of strangers, take turns. `queues` lists them all; each process has its own."""
