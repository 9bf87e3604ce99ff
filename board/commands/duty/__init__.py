"""Commands for duties and their plan."""
