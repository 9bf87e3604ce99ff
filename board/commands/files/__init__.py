"""Photos and files of a search."""
