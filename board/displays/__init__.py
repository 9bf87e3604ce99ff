"""Wall displays: pairing, pages, HTTP API and health."""
