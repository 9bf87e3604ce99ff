"""Accounts: signing in, passwords, tokens, and the pages of administrators."""
