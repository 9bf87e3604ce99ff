"""Documents to print or download, as PDF or Markdown."""
