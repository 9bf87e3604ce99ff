"""Repositories of a transaction. Each prefetches its data, caches it, and writes the changes with the commit."""
