"""Documents to print and take along: PDF, Markdown and plain text."""
