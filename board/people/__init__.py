"""Accounts, how one signs in, and what everybody does about their own."""
