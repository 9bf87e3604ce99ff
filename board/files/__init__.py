"""Photos and files: their bytes, apart from the journal, which has only their facts."""
