"""The audit journal as administrators read it: a page, a call, a CSV file."""
