"""Repositories of a transaction: what each reads ahead, holds, and writes with the commit."""
